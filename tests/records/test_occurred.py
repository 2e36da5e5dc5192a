"""What had occurred by a day: nobody who came later, no part of what is later, grades as high as they were by then."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from firstdose.records import (
    AdverseEvent,
    BatchTest,
    Cohort,
    CriterionAnswer,
    DltAdjudication,
    Dosing,
    GradeChange,
    Medication,
    PartialDate,
    PartialDateTime,
    Slot,
    Subject,
    TrialData,
    check_trial_data,
    occurred_by,
)
from firstdose.records.occurred import later_people
from firstdose.records.references import REFERENCES, references_of

DAY = date(2026, 3, 14)


def when(text: str) -> PartialDateTime:
    return PartialDateTime.of(datetime.fromisoformat(text))


def of_one(subject: str, consent: str, *more: Any) -> list[Any]:
    """Somebody with a consent, an answer without a date, and a medicine taken for years."""
    years = Medication(subject=subject, number=1, drug="amantadine", start=when("2019-05-01"))
    return [
        Subject(subject=subject, consent=when(consent)),
        CriterionAnswer(subject=subject, criterion="I1", answer="yes"),
        years,
        *more,
    ]


def test_who_came_later_is_not_there_and_nothing_of_them_is() -> None:
    data = TrialData.of([*of_one("P1", "2026-03-14"), *of_one("P2", "2026-03-15")])
    known = occurred_by(data, DAY)
    assert list(later_people(data, DAY)) == ["P2"]
    for name in ("subjects", "criterion_answers", "medications"):
        assert known.frames[name]["subject"].to_list() == ["P1"], name
    assert known.as_of == DAY
    assert not list(check_trial_data(known))


@pytest.mark.parametrize("field", ["procedure_start", "product_start"])
def test_whoever_was_dosed_was_there_whatever_the_date_of_consent_says(field: str) -> None:
    """A wrong digit in the year of a consent must not take a dosing, and what followed, out of the figures."""
    for day, is_there in (("2026-03-14", True), ("2026-03-15", False)):
        facts: dict[str, Any] = {field: when(day)}
        dosing = Dosing(subject="P1", number=1, **facts)
        event = AdverseEvent(subject="P1", number=1, term="seizure", start=when("2026-03-14"))
        known = occurred_by(TrialData.of(of_one("P1", "2027-01-02", dosing, event)), DAY)
        assert known[Subject].height == known[AdverseEvent].height == int(is_there)
    prepared = occurred_by(TrialData.of(of_one("P1", "2027-01-02", Dosing(subject="P1", number=1))), DAY)
    assert not prepared[Subject].height


def test_who_has_no_date_of_consent_may_have_been_there() -> None:
    assert occurred_by(TrialData.of([Subject(subject="P1")]), DAY)[Subject].height == 1
    year = Subject(subject="P1", consent=PartialDateTime(PartialDate(2026)))
    assert occurred_by(TrialData.of([year]), DAY)[Subject].height == 1


def test_parts_of_what_is_later_go_with_it_and_what_mentions_it_stays() -> None:
    later = AdverseEvent(subject="P1", number=2, term="seizure", start=when("2026-03-15"))
    records = [
        *of_one("P1", "2026-01-05", later),
        GradeChange(subject="P1", event=2, change=1, grade=3),
        DltAdjudication(subject="P1", event=2, adjudication=1, verdict="dlt"),
        GradeChange(subject="P1", event=9, change=1, grade=1),
        Medication(subject="P1", number=2, drug="diazepam", event=2, start=when("2026-03-01")),
        Cohort(cohort="C1", dose_level=1, opened=when("2026-02-01")),
        Cohort(cohort="C2", dose_level=2, opened=when("2026-04-01")),
        *(Slot(cohort=name, slot=1, state="open") for name in ("C1", "C2")),
        BatchTest(batch="B7", test="viability"),
    ]
    known = occurred_by(TrialData.of(records), DAY)
    assert known[AdverseEvent].height == known[DltAdjudication].height == 0
    assert known[GradeChange]["event"].to_list() == [9], "what referred to nothing before is not hidden"
    assert known[Medication]["number"].to_list() == [1, 2]
    assert known[Slot]["cohort"].to_list() == ["C1"]
    assert known[BatchTest].height == 1


def test_an_event_that_became_worse_later_has_the_grade_that_it_had() -> None:
    def event(number: int, grade: int) -> AdverseEvent:
        return AdverseEvent(subject="P1", number=number, term="seizure", grade=grade, start=when("2026-03-01"))

    def change(event: int, number: int, grade: int, day: str) -> GradeChange:
        return GradeChange(subject="P1", event=event, change=number, grade=grade, changed=when(day))

    data = TrialData.of(
        [
            *of_one("P1", "2026-01-05", event(1, 3), event(2, 4), event(3, 2), event(4, 3), event(5, 5)),
            *(change(1, 1, 1, "2026-03-01"), change(1, 2, 2, "2026-03-14"), change(1, 3, 3, "2026-03-15")),
            *(change(3, 1, 2, "2026-03-01"), change(3, 2, 1, "2026-03-20")),
            *(change(4, 1, 3, "2026-03-20"),),
            *(change(5, 1, 2, "2026-03-01"), change(5, 2, 3, "2026-03-20")),
        ]
    )
    known = {each.number: each.grade for each in occurred_by(data, DAY).records(AdverseEvent)}
    assert known == {1: 2, 2: 4, 3: 2, 4: 3, 5: 5}, "a grade that its changes do not lead to is left as it is"
    assert occurred_by(data, date(2026, 3, 31)).content_hash == data.content_hash


def test_every_reference_is_of_fields_that_there_are() -> None:
    from firstdose.records import columns_of

    for reference in {*REFERENCES, *references_of(GradeChange), *references_of(CriterionAnswer)}:
        assert {*reference.fields} <= {*columns_of(reference.record_type)}
        assert {*reference.keys} <= {*columns_of(reference.other_type)}
    parts = {each.record_type for each in REFERENCES if each.is_part}
    assert parts == {GradeChange, DltAdjudication, Slot, BatchTest}
    assert [each.other_type for each in references_of(CriterionAnswer)] == [Subject]
