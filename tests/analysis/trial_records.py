"""Small trials for the tests of deriving: people who are dosed on 10 March 2026 at 9:00 in Rome, on day 0."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from firstdose.protocol import Protocol, read_protocol
from firstdose.records import (
    AdverseEvent,
    Assessment,
    Death,
    Disposition,
    DltAdjudication,
    Dosing,
    GradeChange,
    LabResult,
    Medication,
    PartialDate,
    PartialDateTime,
    Relapse,
    Subject,
    TrialData,
    Visit,
    read_partial_date,
    read_partial_date_time,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY_0 = date(2026, 3, 10)
ROME = "Europe/Rome"


@cache
def reference_protocol() -> Protocol:
    """The reference trial's, for all follow-up that is recorded."""
    protocol = read_protocol(EXAMPLES / "nsc-spms" / "protocol.yaml")
    return replace(protocol, conventions=replace(protocol.conventions, analysis_until_day=None))


@cache
def pilot_protocol() -> Protocol:
    return read_protocol(EXAMPLES / "cdisc-pilot" / "protocol.yaml")


def at(text: str) -> PartialDateTime:
    found = read_partial_date_time(text)
    assert found is not None
    return found


def on(text: str) -> PartialDate:
    found = read_partial_date(text)
    assert found is not None
    return found


def day(number: int, time: str = "") -> PartialDateTime:
    """A day counted from day 0, and a local time."""
    return at((DAY_0 + timedelta(number)).isoformat() + (f"T{time}" if time else ""))


def person(subject: str = "P1", **fields: Any) -> Subject:
    usual: dict[str, Any] = {
        "subject": subject,
        "consent": at("2025-12-01"),
        "eligibility_confirmed": at("2026-03-01"),
    }
    return Subject(**usual | fields)


def dosing(subject: str = "P1", **fields: Any) -> Dosing:
    usual: dict[str, Any] = {
        "number": 1,
        "level_assigned": 1,
        "dose_assigned": 5.0,
        "dose_given": 5.0,
        "dose_unit": "million cells",
        "given": "full",
        "procedure_start": at("2026-03-10T09:00"),
        "product_start": at("2026-03-10T11:00"),
        "product_end": at("2026-03-10T11:20"),
        "zone": ROME,
    }
    return Dosing(subject=subject, **usual | fields)


def event(number: int = 1, subject: str = "P1", **fields: Any) -> AdverseEvent:
    usual: dict[str, Any] = {"subject": subject, "number": number, "term": "headache"}
    return AdverseEvent(**usual | fields)


def trial(*records: Any, as_of: date | None = None) -> TrialData:
    """A trial with these records; P1 takes part and is dosed unless the records say who does."""
    kinds = {type(each) for each in records}
    usual = [*([] if Subject in kinds else [person()]), *([] if Dosing in kinds else [dosing()])]
    return TrialData.of([*usual, *records], as_of)


def any_trial(seed: int, as_of: date | None = None) -> TrialData:
    """A trial with a little of everything, dates known in part among it, from a seed."""
    chance = random.Random(seed)
    records: list[Any] = []
    for subject in [f"P{number}" for number in range(1, chance.randint(2, 5))]:
        records.append(person(subject, consent=chance.choice([None, any_time(chance), at("2025-12-01")])))
        for number in range(1, chance.choice([1, 2, 2, 3])):
            start = chance.choice([None, any_time(chance), at("2026-03-10T09:00"), at("2026-03-10")])
            records.append(
                dosing(
                    subject,
                    number=number,
                    procedure_start=start,
                    product_start=chance.choice([None, start]),
                    product_end=chance.choice([None, any_time(chance)]),
                    dose_given=chance.choice([None, 0.0, 5.0, 7.5, 10.0]),
                    given=chance.choice([None, "full", "none"]),
                    zone=chance.choice([ROME, None, "America/New_York"]),
                )
            )
        records += [_any_event(chance, subject, number) for number in range(1, 6)]
        records += [
            GradeChange(subject=subject, event=1, change=n, changed=_perhaps(chance), grade=chance.randint(1, 4))
            for n in range(1, 4)
        ]
        records.append(
            DltAdjudication(
                subject=subject,
                event=chance.randint(1, 5),
                adjudication=1,
                adjudicated=_perhaps(chance),
                verdict=chance.choice(["dlt", "not_dlt", "undecided"]),
            )
        )
        records += [_any_result(chance, subject, number) for number in range(1, 9)]
        records += _any_assessments(chance, subject)
        records.append(
            Medication(
                subject=subject,
                number=1,
                drug=chance.choice(["tacrolimus", "Tacrolimus", "aspirin"]),
                start=_perhaps(chance),
                end=_perhaps(chance),
            )
        )
        records.append(Relapse(subject=subject, number=1, onset=chance.choice([None, any_time(chance).date])))
        records.append(
            Disposition(
                subject=subject,
                number=1,
                event=chance.choice(["COMPLETED", "WITHDRAWAL BY SUBJECT", "moved"]),
                occurred=_perhaps(chance),
            )
        )
        if chance.random() < 0.2:
            records.append(Death(subject=subject, died=_perhaps(chance)))
    return TrialData.of(records, as_of)


def _any_event(chance: random.Random, subject: str, number: int) -> AdverseEvent:
    return event(
        number,
        subject,
        organ_class=chance.choice([None, "Nervous system disorders"]),
        start=_perhaps(chance),
        end=_perhaps(chance),
        grade=chance.choice([None, 1, 3]),
        relation_to_product=chance.choice([None, "not_related", "possible"]),
        relation_to_procedure=chance.choice([None, "not_related", "related"]),
    )


def _any_result(chance: random.Random, subject: str, number: int) -> LabResult:
    return LabResult(
        subject=subject,
        number=number,
        test=chance.choice(["ALT", "K", "CA", "TACRO"]),
        result=chance.choice([None, round(chance.uniform(1, 200), 1)]),
        unit=chance.choice([None, "U/L", "mmol/L"]),
        range_low=chance.choice([None, 3.5]),
        range_high=chance.choice([None, 40.0]),
        drawn=_perhaps(chance),
    )


def _any_assessments(chance: random.Random, subject: str) -> list[Any]:
    visits = chance.sample(["R3", "M0", "D0", "M1", "M3", "M6"], 4)
    records: list[Any] = []
    for number, visit in enumerate(visits, start=1):
        state: Any = chance.choice(["done", "missed", "partly_done", None])
        records.append(Visit(subject=subject, visit=visit, start=_perhaps(chance), state=state))
        step = chance.choice([None, 6.5, 7.0, 7.5])
        assessed = _perhaps(chance)
        records.append(
            Assessment(
                subject=subject, number=number, measure="edss", item="step", answer=step, assessed=assessed, visit=visit
            )
        )
    return records


def _perhaps(chance: random.Random) -> PartialDateTime | None:
    return None if chance.random() < 0.1 else any_time(chance)


def any_time(chance: random.Random) -> PartialDateTime:
    """A date around day 0, to the year, month, day, minute, or minute with an offset."""
    when = DAY_0 + timedelta(chance.randint(-60, 200))
    time = f"T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}"
    return at(
        chance.choice([f"{when:%Y}", f"{when:%Y-%m}", f"{when}", f"{when}", f"{when}{time}", f"{when}{time}+01:00"])
    )
