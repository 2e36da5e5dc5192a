import dataclasses
import re
from typing import Annotated, Any

import pytest

from firstdose.protocol.escalation import Cause as ProtocolCause
from firstdose.records import CAUSES, RECORDS, AdverseEvent, Cause, Death, Question, columns_of, data_dictionary
from firstdose.records.attribution import relation_field
from firstdose.records.frames import schema_of
from firstdose.records.question import keys_of, occurrence_of, record

ALL = pytest.mark.parametrize("record_type", RECORDS.values(), ids=RECORDS)


@ALL
def test_every_record_is_frozen_and_says_what_it_is(record_type: Any) -> None:
    assert record_type.__dataclass_params__.frozen
    assert record_type.__doc__


@ALL
def test_every_field_is_a_question_in_words(record_type: type) -> None:
    for name, column in columns_of(record_type).items():
        assert re.fullmatch(r"[a-z][a-z0-9_]+", name)
        assert column.question.words[0].isupper()
        assert not column.question.sdtm or re.fullmatch(r"[A-Z]{2,8}", column.question.sdtm)


@ALL
def test_records_have_keys_and_other_fields_name_existing_ones(record_type: type) -> None:
    columns = columns_of(record_type)
    assert keys_of(record_type)
    assert sum(column.question.is_occurrence for column in columns.values()) <= 1
    occurrence = occurrence_of(record_type)
    assert occurrence is None or columns[occurrence].is_date
    for column in columns.values():
        assert not column.question.known_at or columns[column.question.known_at].is_date


@ALL
def test_every_field_is_a_column_and_a_row_of_the_dictionary(record_type: type) -> None:
    assert list(schema_of(record_type)) == [field.name for field in dataclasses.fields(record_type)]
    page = data_dictionary()
    for column in columns_of(record_type).values():
        assert f"| `{column.name}`" in page
        assert column.question.words.replace("|", "\\|") in page


def test_causes_are_those_of_the_protocol_and_each_has_its_relation() -> None:
    assert Cause == ProtocolCause
    for cause in CAUSES:
        assert relation_field(cause) in columns_of(AdverseEvent)
        assert relation_field(cause) in columns_of(Death)


def test_limits_are_said_in_words() -> None:
    assert columns_of(AdverseEvent)["grade"].kind_in_words == "a whole number, from 1 to 5"
    assert "not_related, unlikely" in columns_of(AdverseEvent)["relation_to_product"].kind_in_words


def test_limits_that_leave_no_value_are_refused() -> None:
    with pytest.raises(ValueError, match="leave no value"):
        Question("Grade", lowest=5, highest=1)


def test_a_field_of_another_kind_is_refused() -> None:
    @record
    class Wrong:
        when: Annotated[dict[str, str], Question("When")]

    with pytest.raises(TypeError, match="when"):
        columns_of(Wrong)
