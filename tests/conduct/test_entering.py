"""What is entered is kept as typed, checked as it is typed, and named by its keys; truths are worked out here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.conduct.catalogue import CONDUCT_RECORDS, LEDGER_RECORDS
from firstdose.conduct.entering import check_fields, check_records, draft_of
from firstdose.conduct.identity import key_fields, record_name
from firstdose.conduct.ledger import FieldChange, Refused, StoredRecord
from firstdose.conduct.roles import DEEDS, ENTERED_BY, ROLES, may
from firstdose.records import RECORDS, keys_of

ODD = st.sampled_from(["", "3", "9", "fatal", "2026-03-02", "2026-02-30", "2026-01", "soon", "not recovered"])
EVENT = {"subject": "P1", "number": "1", "term": "Headache"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda text: text.strip())


def test_a_form_writes_only_the_fields_that_differ() -> None:
    stored = StoredRecord("adverse_events", "P1/1", EVENT, 7)
    wanted = {**EVENT, "term": "Severe headache ", "grade": "3", "outcome": "  "}
    draft = draft_of("adverse_events", wanted, EVENT, stored=stored, reason="source")
    assert draft is not None
    assert draft.action == "change"
    assert draft.record == "P1/1"
    assert draft.changes == (FieldChange("term", "Headache", "Severe headache "), FieldChange("grade", None, "3"))


def test_a_form_that_changes_nothing_writes_nothing() -> None:
    stored = StoredRecord("adverse_events", "P1/1", EVENT, 7)
    assert draft_of("adverse_events", EVENT, EVENT, stored=stored) is None


def test_what_names_a_record_is_not_changed() -> None:
    stored = StoredRecord("adverse_events", "P1/1", EVENT, 7)
    with pytest.raises(Refused, match="number cannot be changed"):
        draft_of("adverse_events", {**EVENT, "number": "2"}, EVENT, stored=stored)


@pytest.mark.parametrize("field", ["gradee", "constructor", "seen:term"])
def test_a_field_that_there_is_not_is_refused(field: str) -> None:
    with pytest.raises(Refused, match=field):
        draft_of("adverse_events", {**EVENT, field: "x"}, {})


def test_a_record_without_its_name_is_refused() -> None:
    with pytest.raises(Refused, match="number must not be empty"):
        record_name("adverse_events", {"subject": "P1"})
    with pytest.raises(Refused, match="whole number"):
        record_name("adverse_events", {"subject": "P1", "number": "first"})


@given(TEXTS, st.integers(1, 10**6))
def test_a_name_gives_back_its_fields(subject: str, number: int) -> None:
    name = record_name("adverse_events", {"subject": subject, "number": f" {number}.0 "})
    assert name.count("/") == 1
    assert key_fields("adverse_events", name) == {"subject": subject.strip(), "number": str(number)}


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_two_records_share_no_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    def name(keys: tuple[str, str]) -> str:
        return record_name("criterion_answers", {"subject": keys[0], "criterion": keys[1]})

    is_same = [text.strip() for text in one] == [text.strip() for text in other]
    assert (name(one) == name(other)) == is_same


def test_findings_say_field_text_rule_and_weight() -> None:
    found = check_fields("adverse_events", {"subject": "P1", "number": "1", "start": "2026-02-30", "grade": "7"})
    told = {(each.field, each.text, each.weight) for each in found}
    assert ("start", "2026-02-30", "unreadable") in told
    assert ("grade", "7", "doubtful") in told
    assert ("term", "", "missing") in told


def test_rules_between_fields_are_checked_where_the_dates_surely_say_so() -> None:
    def ends(start: str, end: str) -> bool:
        fields = {**EVENT, "start": start, "end": end}
        return any(each.field == "end" for each in check_fields("adverse_events", fields))

    assert ends("2026-03-02", "2026-03-01")
    assert not ends("2026-03", "2026-03-01")
    assert not ends("2026-03-01", "2026-03-02")


@pytest.mark.parametrize("record_type", LEDGER_RECORDS)
def test_every_kind_of_record_can_be_named_checked_and_entered_by_somebody(record_type: str) -> None:
    assert keys_of(LEDGER_RECORDS[record_type])
    assert isinstance(check_fields(record_type, {}), tuple)
    assert any(may(role, ENTERED_BY[record_type]) for role in ROLES)


def test_the_table_of_roles_names_every_kind_of_record_and_deed() -> None:
    assert ENTERED_BY.keys() == LEDGER_RECORDS.keys()
    assert not RECORDS.keys() & CONDUCT_RECORDS.keys()
    assert {deed for role in ROLES.values() for deed in role.may} == set(DEEDS)


@pytest.mark.parametrize(
    ("role", "deed"),
    [
        ("administrator", "see_data"),
        ("monitor", "enter_data"),
        ("data_manager", "sign_data"),
        ("data_manager", "enter_data"),
        ("statistician", "see_names"),
        ("committee_member", "see_data"),
        ("inspector", "enter_data"),
        ("pharmacist", "record_dosing"),
        ("coordinator", "sign_eligibility"),
        ("nobody", "see_data"),
    ],
)
def test_what_a_role_may_not_do(role: str, deed: str) -> None:
    assert deed in DEEDS
    assert not may(role, deed)


@given(st.lists(st.fixed_dictionaries({"term": ODD, "grade": ODD, "start": ODD, "end": ODD, "outcome": ODD})))
def test_several_records_are_checked_as_each_by_itself(records: list[dict[str, str]]) -> None:
    filled = [{**EVENT, **{name: text for name, text in record.items() if text}} for record in records]
    assert check_records("adverse_events", filled) == [check_fields("adverse_events", each) for each in filled]
