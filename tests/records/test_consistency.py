"""Contradictions between and inside records are found, and only where the dates surely say so."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firstdose.records import (
    AdverseEvent,
    Assessment,
    Batch,
    Cohort,
    Death,
    DltAdjudication,
    Dosing,
    GradeChange,
    LabResult,
    Medication,
    PartialDate,
    PartialDateTime,
    Slot,
    Subject,
    TrialData,
    Visit,
    check_trial_data,
    read_folder,
    read_partial_date,
    read_partial_date_time,
)


def at(text: str) -> PartialDateTime | None:
    return read_partial_date_time(text)


def on(text: str) -> PartialDate | None:
    return read_partial_date(text)


def event(**fields: Any) -> AdverseEvent:
    return AdverseEvent(**{"subject": "P1", "number": 1, "term": "fever", **fields})


def dosing(**fields: Any) -> Dosing:
    return Dosing(**{"subject": "P1", "number": 1, "dose_given": 5.0, "dose_unit": "million cells", **fields})


def lab(number: int, **fields: Any) -> LabResult:
    return LabResult(**{"subject": "P1", "number": number, "test": "ALT", "result": 20.0, "unit": "U/L", **fields})


PERSON = Subject(subject="P1", consent=at("2026-02-10T09:00"), eligibility_confirmed=at("2026-02-20"))
BATCH = Batch(batch="B1", state="released", released=at("2026-02-01"), expires=on("2026-06"))
DEATH = Death(subject="P1", died=at("2026-04-10"))

WRONG: dict[str, tuple[list[Any], tuple[str, str]]] = {
    "duplicate subject": ([PERSON, Subject(subject="P1")], ("subject", "must be unique")),
    "duplicate event": ([event(), event()], ("number", "must be unique")),
    "unknown subject": ([event(subject="P9")], ("subject", "must be one of the subjects")),
    "dose before consent": ([dosing(product_start=at("2026-02-10T08:59"))], ("product_start", "before consent")),
    "dose before eligibility": ([dosing(product_start=at("2026-02-19"))], ("product_start", "eligibility")),
    "event before consent": ([event(start=at("2026-01"))], ("start", "before consent")),
    "event ends after death": ([DEATH, event(end=at("2026-04-11"))], ("end", "must not end after death")),
    "dose after death": ([DEATH, dosing(product_start=at("2026-05"))], ("product_start", "after death")),
    "visit after death": ([DEATH, Visit(subject="P1", visit="M3", start=at("2026-04-11"))], ("start", "after death")),
    "fatal event, nobody dead": ([event(outcome="fatal")], ("outcome", "record of the death")),
    "end before start": ([event(start=at("2026-03-02"), end=at("2026-03-01"))], ("end", "before start")),
    "serious for no reason": ([event(serious=True)], ("serious", "criterion")),
    "not serious in hospital": ([event(serious=False, serious_hospital=True)], ("serious", "should be serious")),
    "grade 5 alive": ([event(grade=5, outcome="recovered")], ("outcome", "grade 5")),
    "history above the grade": (
        [event(grade=2), GradeChange(subject="P1", event=1, change=1, grade=3)],
        ("grade", "highest grade"),
    ),
    "adjudication of no event": (
        [event(), DltAdjudication(subject="P1", event=2, adjudication=1, verdict="dlt")],
        ("event", "existing adverse event"),
    ),
    "cells from quarantine": (
        [Batch(batch="B1", state="quarantine"), dosing(batch="B1")],
        ("batch", "not released"),
    ),
    "cells before release": ([BATCH, dosing(batch="B1", product_start=at("2026-01-31"))], ("batch", "released later")),
    "cells made for another": ([replace(BATCH, made_for="S2"), dosing(batch="B1")], ("batch", "for another subject")),
    "cells made for nobody known": ([replace(BATCH, made_for="S9")], ("made_for", "existing subject")),
    "cells after expiry": ([BATCH, dosing(batch="B1", product_start=at("2026-07-01"))], ("batch", "expired")),
    "cells from no batch": ([BATCH, dosing(batch="B2")], ("batch", "existing batch")),
    "slot of no cohort": (
        [Cohort(cohort="C1", dose_level=1), Slot(cohort="C2", slot=1, state="open")],
        ("cohort", "existing cohort"),
    ),
    "assigned slot of nobody": ([Slot(cohort="C1", slot=1, state="assigned")], ("subject", "should have a subject")),
    "unit of one result differs": (
        [lab(1), lab(2), lab(3, result=0.3, unit="ukat/L")],
        ("unit", "should be in the unit of most others, U/L"),
    ),
    "dose in another unit": (
        [dosing(), dosing(number=2), dosing(number=3, dose_unit="cells")],
        ("dose_unit", "most others, million cells"),
    ),
    "dose in another unit than its cohort": (
        [Cohort(cohort="C1", dose_level=1, dose_unit="million cells"), dosing(cohort="C1", dose_unit="cells")],
        ("dose_unit", "unit of its cohort, million cells"),
    ),
    "dose without unit": ([dosing(dose_unit=None)], ("dose_unit", "should have a unit")),
    "unable without reason": (
        [Assessment(subject="P1", number=1, measure="timed_walk", item="seconds", performed="unable_to_perform")],
        ("reason", "should say why"),
    ),
    "answer missing": ([Assessment(subject="P1", number=1, measure="edss", item="score")], ("answer", "an answer")),
    "range upside down": (
        [lab(1, range_low=40.0, range_high=5.0)],
        ("range_high", "below lower limit of the normal range"),
    ),
    "trough after the dose": (
        [lab(1, drawn=at("2026-03-01T08:00"), last_intake=at("2026-03-01T09:00"))],
        ("last_intake", "before the draw"),
    ),
    "visit nobody had": (
        [Visit(subject="P1", visit="M1"), lab(1, visit="M2")],
        ("visit", "a visit that the subject had"),
    ),
    "after the day of the data": ([event(start=at("2027"))], ("start", "after the day of the data, 2026-12-31")),
    "perhaps one person": (
        [
            Subject(subject="P2", centre="01", birth=on("1970-05-05"), sex="male"),
            Subject(subject="P3", centre="01", birth=on("1970-05-05"), sex="male"),
        ],
        ("birth", "same date of birth"),
    ),
    "too young for the date of birth": (
        [Subject(subject="P2", birth=on("1961-03"), consent=at("2026-02-10"), age_years=46.0)],
        ("age_years", "birth and consent"),
    ),
    "too old for the year of birth": (
        [Subject(subject="P2", birth=on("1961"), consent=at("2026-02"), age_years=67.0)],
        ("age_years", "birth and consent"),
    ),
    "stopped and ongoing": (
        [Medication(subject="P1", number=1, drug="tacrolimus", end=at("2026-05"), ongoing=True)],
        ("ongoing", "no end"),
    ),
}


def found(records: list[Any], visits: tuple[str, ...] = ()) -> list[tuple[str | None, str]]:
    data = TrialData.of([*([] if PERSON in records else [PERSON]), *records], date(2026, 12, 31))
    return [(problem.field, problem.rule) for problem in check_trial_data(data, visits)]


@pytest.mark.parametrize("case", WRONG)
def test_a_contradiction_is_found(case: str) -> None:
    records, (field, words) = WRONG[case]
    assert [name for name, rule in found(records) if words in rule] == [field]


@pytest.mark.parametrize(
    "records",
    [
        [dosing(product_start=at("2026-02"))],
        [dosing(product_start=at("2026-02-20T10:00"))],
        [event(start=at("2026"), end=at("2026-02"))],
        [DEATH, event(end=at("2026-04-10"), outcome="fatal", grade=5, serious=True, serious_death=True)],
        [DEATH, event(end=at("2026-04"))],
        [BATCH, dosing(batch="B1", product_start=at("2026-06-30"))],
        [replace(BATCH, made_for="P1"), dosing(batch="B1", product_start=at("2026-06-01"))],
        [Assessment(subject="P1", number=1, measure="w", item="s", performed="unable_to_perform", reason="EDSS 8")],
        [event(grade=3), GradeChange(subject="P1", event=1, change=1, grade=3)],
        [lab(1), lab(2, test="AST", unit="ukat/L")],
        [lab(1, standard_unit="U/L"), lab(2, unit="ukat/L", standard_unit="U/L")],
        [
            Subject(subject="P2", centre="01", birth=on("1970"), sex="male"),
            Subject(subject="P3", centre="01", birth=on("1970"), sex="male"),
        ],
        [
            Subject(subject="P2", birth=on("1961-03-01"), consent=at("2026-02-10"), age_years=64.0),  # completed years
            Subject(subject="P3", birth=on("1961"), consent=at("2026-02-10"), age_years=65.1),
            Subject(subject="P4", consent=at("2026-02-10"), age_years=99.0),
        ],
    ],
)
def test_what_may_be_right_is_not_called_wrong(records: list[Any]) -> None:
    assert found(records) == []


def test_visits_that_the_protocol_does_not_plan_are_found_unless_unscheduled() -> None:
    visits = [
        Visit(subject="P1", visit=name, unscheduled=extra) for name, extra in (("M1", None), ("M99", None), ("X", True))
    ]
    assert found(list(visits), ("M1", "M2")) == [("visit", "must be a visit that the protocol plans")]


def test_problems_of_files_carry_file_and_row(tmp_path: Path) -> None:
    (tmp_path / "subjects.csv").write_text("subject,consent\nP1,2026-02-10\n\nP1,2026-02-11\n", "utf-8")
    text = "subject,number,dose_unit,product_start\nP1,,mg,2026\nP1,1,mg,2026-02-09\n"
    (tmp_path / "dosings.csv").write_text(text, "utf-8")
    problems = list(read_folder(tmp_path).problems)
    assert sorted((p.file, p.row, p.identity, p.field, p.effect) for p in problems) == [
        ("dosings.csv", 2, "P1/", "number", "rejected"),
        ("dosings.csv", 3, "P1/1", "product_start", "kept"),
        ("subjects.csv", 4, "P1", "subject", "kept, one used"),
    ]
