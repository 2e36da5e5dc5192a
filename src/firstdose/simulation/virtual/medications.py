"""Drugs as the trial records them: background treatment, drugs against symptoms, for events, and steroids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.protocol.product import BackgroundTreatment
from firstdose.records.treatments import Medication
from firstdose.simulation.virtual.candidates import DIES
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Column, Draft, frame, numbered, pick
from firstdose.simulation.virtual.event_records import end_text, start_day_text
from firstdose.simulation.virtual.events import ADVERSE_EVENT, LEFT, OTHER_REASON, Course
from firstdose.simulation.virtual.grade_records import RecordedEvents
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator
from firstdose.simulation.virtual.relapses import DAYS_OF_STEROIDS, RelapseCourse

NAMES = (
    "drug", "purpose", "background_treatment", "indication", "event", "dose", "dose_unit",
    "frequency", "route", "start", "end", "ongoing", "reason_stopped",
)  # fmt: skip
WHY_STOPPED = {
    ADVERSE_EVENT: "adverse event",
    OTHER_REASON: "decision of participant or investigator",
    LEFT: "left the trial",
}
AS_PLANNED, CHANGED = "as planned", "dose changed"
DOSE_FACTORS = (0.5, 2 / 3, 4 / 3, 1.5)
STEPS_OF_DOSE = 2  # doses are in halves of their unit

Row = dict[str, Any]


def medication_frame(
    plan: Plan, cast: Cast, course: Course, recorded: RecordedEvents, relapses: RelapseCourse, seed: int, number: int
) -> Draft:
    """All drugs, numbered within each person."""
    random = generator(seed, number, Stream.TREATMENTS)
    rows: list[list[Row]] = [[] for _ in range(len(cast))]
    for source in (
        _background(plan, cast, course, random),
        _symptomatic(plan, cast, random),
        _for_events(plan, cast, recorded, random),
        _steroids(plan, cast, relapses),
    ):
        for person, row in source:
            rows[person].append(row)
    kept = [row for own in rows for row in own]
    columns: dict[str, Column] = {name: [row.get(name) for row in kept] for name in NAMES}
    counts = [len(own) for own in rows]
    columns["subject"] = pick(cast.subject_words, np.repeat(cast.subject, counts))
    columns["number"] = numbered(np.repeat(np.arange(len(rows)), counts))
    return frame(Medication, len(kept), columns)


def _background(plan: Plan, cast: Cast, course: Course, random: np.random.Generator) -> Iterator[tuple[int, Row]]:
    """Background treatments as they were really taken; the dose of the longest may be changed once."""
    for treatment in plan.protocol.background_treatments:
        changed = random.random(len(cast)) < plan.scenario.treatments.dose_changed.value
        on_day = random.integers(14, 61, len(cast))
        factor = random.choice(DOSE_FACTORS, len(cast))
        is_longest, row = treatment is plan.immunosuppressant, _dose_row(plan, treatment)
        for person in range(len(cast)):
            stop = int(course.stop[person]) if is_longest else min(treatment.stop_day, int(cast.left[person]))
            start = max(treatment.start_day, int(cast.consent[person]))
            if start > min(stop, int(cast.end[person])):
                continue
            why = WHY_STOPPED.get(int(course.stop_why[person]), AS_PLANNED) if is_longest else AS_PLANNED
            change = treatment.start_day + int(on_day[person])
            first = row | _dates(plan, cast, person, start, stop, why)
            if is_longest and changed[person] and "dose" in row and change < min(stop, int(cast.end[person])):
                dose = max(1, round(row["dose"] * factor[person] * STEPS_OF_DOSE)) / STEPS_OF_DOSE
                yield person, row | _dates(plan, cast, person, start, change - 1, CHANGED)
                first = row | {"dose": dose} | _dates(plan, cast, person, change, stop, why)
            yield person, first


def _dose_row(plan: Plan, treatment: BackgroundTreatment) -> Row:
    """What is recorded of a background treatment beside its dates."""
    row: Row = {
        "drug": treatment.drug,
        "purpose": "background_treatment",
        "background_treatment": treatment.id,
        "indication": treatment.purpose,
    }
    doses = (each for each in plan.scenario.treatments.background_doses if each.treatment == treatment.id)
    for each in doses:
        row |= {"dose": each.dose, "dose_unit": each.unit, "frequency": each.frequency, "route": each.route}
    return row


def _dates(plan: Plan, cast: Cast, person: int, start: int, stop: int, why: str) -> Row:
    """Start, and end with its reason as far as the data reach."""
    text, day = plan.calendar.words, int(cast.day[person])
    row: Row = {"start": text[day + start]}
    if stop <= int(cast.end[person]):
        return row | {"end": text[day + stop], "reason_stopped": why}
    return row | {"ongoing": True}


def _symptomatic(plan: Plan, cast: Cast, random: np.random.Generator) -> Iterator[tuple[int, Row]]:
    """Drugs taken since before the trial; only the year of their start is known."""
    drugs = plan.scenario.treatments.symptomatic.items
    taken = random.random((len(cast), len(drugs))) < np.array([each.share for each in drugs])
    years = random.integers(1, 9, taken.shape)
    for person, place in zip(*np.nonzero(taken), strict=True):
        each = drugs[place]
        begun = plan.calendar.date_of(int(cast.day[person] + cast.consent[person])).year - int(years[person, place])
        row: Row = {
            "drug": each.drug, "purpose": "symptomatic", "indication": each.indication, "dose": each.dose,
            "dose_unit": each.unit, "frequency": each.frequency, "start": str(begun),
        }  # fmt: skip
        if not cast.left_early[person]:
            row["ongoing"] = True
        elif cast.left_why[person] == DIES:
            row["end"] = plan.calendar.words[int(cast.day[person] + cast.left[person])]
        yield int(person), row


def _for_events(
    plan: Plan, cast: Cast, recorded: RecordedEvents, random: np.random.Generator
) -> Iterator[tuple[int, Row]]:
    """Drugs that adverse events are treated with, for as long as these last."""
    events, terms = recorded.events, plan.event_tables.terms
    is_treated = np.array([each.treatment is not None for each in terms])[events.term]
    is_treated &= random.random(len(events)) < plan.scenario.adverse_events.treated.value
    starts, ends = start_day_text(plan, cast, recorded).texts(), end_text(plan, cast, recorded).texts()
    for place in np.flatnonzero(is_treated).tolist():
        term, person = terms[events.term[place]], int(events.person[place])
        row: Row = {
            "drug": term.treatment,
            "purpose": "symptomatic",
            "indication": term.term.lower(),
            "event": int(recorded.number[place]),
            "start": starts[place],
            "end": ends[place],
        }
        if ends[place] is None and not cast.left_early[person]:
            row["ongoing"] = True
        yield person, row


def _steroids(plan: Plan, cast: Cast, relapses: RelapseCourse) -> Iterator[tuple[int, Row]]:
    """Steroids for relapses."""
    for place in np.flatnonzero(relapses.with_steroids):
        person, start = int(relapses.person[place]), int(relapses.steroids_from[place])
        row: Row = {
            "drug": "methylprednisolone", "purpose": "steroid", "indication": "relapse", "dose": 1000.0,
            "dose_unit": "mg", "frequency": "daily", "route": "intravenous",
        }  # fmt: skip
        stop = min(start + DAYS_OF_STEROIDS - 1, int(cast.left[person]))
        yield person, row | _dates(plan, cast, person, start, stop, AS_PLANNED)
