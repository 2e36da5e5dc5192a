"""What records, fields and answers are called in messages: always in words, from the one catalogue of fields."""

from __future__ import annotations

import re

import pytest

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.entering import check_fields
from firstdose.conduct.ledger import FieldChange
from firstdose.conduct.naming import (
    RECORD_WORDS,
    change_words,
    field_label,
    kind_words,
    record_words,
    rule_words,
    value_words,
)
from firstdose.records import RECORDS, columns_of
from firstdose.records.record_checks import RECORD_RULES

NAME = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]")


def test_every_kind_field_and_answer_has_words() -> None:
    assert RECORD_WORDS.keys() == LEDGER_RECORDS.keys()
    for name, kind in LEDGER_RECORDS.items():
        assert not NAME.search(kind_words(name))
        for column in columns_of(kind).values():
            label = field_label(name, column.name)
            assert label, (name, column.name)
            assert not NAME.search(label), label
            for code in column.codes:
                assert not NAME.search(value_words(name, column.name, code)), (name, column.name, code)


@pytest.mark.parametrize(
    ("record_type", "record", "words"),
    [
        ("adverse_events", "P01/3", "adverse event 3 of P01"),
        ("queries", "3", "query 3"),
        ("subjects", "P%2F1", "participant P/1"),
        ("slots", "C1/2", "slot 2 of cohort C1"),
        ("role_grants", "anna/data_manager/*", "role Data manager of anna"),
        ("adverse_events", "P01/3/4", "adverse event P01/3/4"),
        ("accounts", "anna", "accounts anna"),
    ],
)
def test_what_a_record_is_called(record_type: str, record: str, words: str) -> None:
    assert record_words(record_type, record) == words


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("dose_given", "dose given"),
        ("procedure_start", "start of the procedure"),
        ("interrupted", "was it interrupted"),
        ("no_such_field", "no such field"),
    ],
)
def test_what_a_field_is_called_within_a_sentence(field: str, label: str) -> None:
    assert field_label("dosings", field) == label


def test_a_label_keeps_the_capitals_of_a_short_form() -> None:
    assert field_label("disease_histories", "edss_2_years_before") == "EDSS two years before consent"


@pytest.mark.parametrize(
    ("record_type", "change", "words"),
    [
        ("dosings", FieldChange("dose_given", "10", "9"), "dose given: 9 (was 10)"),
        ("dosings", FieldChange("batch", None, "B_1"), "batch: B_1"),
        ("dlt_adjudications", FieldChange("verdict", "not_dlt", "dlt"), "is it dose-limiting: DLT (was not a DLT)"),
        ("adverse_events", FieldChange("serious", "yes", None), "serious: emptied (was yes)"),
        (
            "assessments",
            FieldChange("answer_text", "bed_or_chair", "walks"),
            "answer in words: walks (was bed or chair)",
        ),
    ],
)
def test_what_a_change_is_called(record_type: str, change: FieldChange, words: str) -> None:
    assert change_words(record_type, change) == words


@pytest.mark.parametrize("record_type", RECORDS)
def test_no_rule_says_a_name_of_the_program(record_type: str) -> None:
    """Everything that can be odd in one record: nothing filled in, nothing that can be read, and every rule broken."""
    columns = columns_of(RECORDS[record_type])
    for text in ("", "?", "-1", "1e99", "9999-99-99"):
        for finding in check_fields(record_type, dict.fromkeys(columns, text)):
            assert not NAME.search(finding.words), finding
            assert not NAME.search(finding.fix), finding
    for rule in RECORD_RULES.get(RECORDS[record_type], ()):
        assert not NAME.search(f"{rule.rule}; {rule.fix}")


def test_a_rule_that_lists_codes_lists_their_words() -> None:
    (finding,) = [each for each in check_fields("visits", {"state": "half"}) if each.field == "state"]
    assert "partly_done" in finding.rule, "the rule itself is the same for files"
    assert finding.words == "must be one of: done, partly done, missed"
    assert rule_words("visits", "start", finding.rule) == finding.rule, "of another field"
