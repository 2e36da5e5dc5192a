"""Visits: on which day each takes place, which are missed, and what is done at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firstdose.records.examinations import Visit
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import NOTHING, Booleans, Draft, Floats, Integers, frame, pick, table_of
from firstdose.simulation.virtual.plan import IMAGES, READ_FROM_IMAGES, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

STATES = table_of(["done", "partly_done", "missed"])
REASONS = table_of(["not all examinations were done", "unwell", "could not travel", "did not come", "no staff"])
MISSED_REASONS = (1, 5)
DONE, PARTLY_DONE, MISSED = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Attendance:
    """Arrays of people dosed (rows) and visits (columns); ``day`` counts from dosing."""

    day: Integers
    is_due: Booleans
    is_attended: Booleans
    done: Mapping[str, Booleans]
    not_done: Mapping[str, Booleans]


def attend(plan: Plan, cast: Cast, seed: int, number: int) -> Attendance:
    """Everyone's visits until they leave or the data are cut."""
    random, shape = generator(seed, number, Stream.VISITS), (len(cast), len(plan.visits))
    rates = plan.scenario.attendance
    day = _days(plan, cast, random.normal(0.0, rates.visit_day_sd.value, shape))
    is_due = day <= cast.end[:, None]
    is_missed = (random.random(shape) < rates.missed_visit.value) & (plan.planned_days > 0)
    is_attended = is_due & ~is_missed
    done: dict[str, Booleans] = {}
    not_done: dict[str, Booleans] = {}
    for name, is_planned in plan.planned.items():
        wanted = is_attended & is_planned
        fails = random.random(shape) < rates.activity_not_done.value
        if name in READ_FROM_IMAGES:
            fails = fails | (is_attended & plan.planned[IMAGES] & ~done[IMAGES])
        done[name], not_done[name] = wanted & ~fails, wanted & fails
    return Attendance(day, is_due, is_attended, done, not_done)


def _days(plan: Plan, cast: Cast, jitter: Floats) -> Integers:
    """Days within the windows, on working days where the window has one; those before dosing stay before it."""
    first = np.array([visit.first_day for visit in plan.visits], dtype=np.int64)
    last = np.array([visit.last_day for visit in plan.visits], dtype=np.int64)
    last = np.where(plan.planned_days < 0, np.minimum(last, -1), last)
    first = np.where(plan.planned_days > 0, np.maximum(first, 1), first)
    day = np.clip(plan.planned_days + np.rint(jitter).astype(np.int64), first, last)
    weekday = (day + cast.day[:, None] + plan.calendar.epoch.weekday()) % 7
    nearer = day + np.where(weekday == 5, -1, 1)
    farther = day + np.where(weekday == 5, 2, -2)
    moved = np.where((nearer >= first) & (nearer <= last), nearer, farther)
    return np.where((weekday >= 5) & (moved >= first) & (moved <= last), moved, day)


def visit_frame(plan: Plan, cast: Cast, attendance: Attendance, seed: int, number: int) -> Draft:
    """The visits that were due, with their state."""
    person, visit = np.nonzero(attendance.is_due)
    is_attended = attendance.is_attended[person, visit]
    lacks = np.zeros(attendance.is_due.shape, dtype=bool)
    for each in attendance.not_done.values():
        lacks |= each
    state = np.where(is_attended, np.where(lacks[person, visit], PARTLY_DONE, DONE), MISSED)
    random = generator(seed, number, Stream.VISIT_RECORDS)
    reasons = random.integers(*MISSED_REASONS, len(person))
    day = np.where(is_attended, cast.day[person] + attendance.day[person, visit], NOTHING)
    return frame(
        Visit,
        len(person),
        {
            "subject": pick(cast.subject_words, cast.subject[person]),
            "visit": pick(plan.visit_words, visit),
            "order": (visit + 1).astype(np.float64),
            "planned_day": plan.planned_days[visit],
            "start": plan.calendar.text(day),
            "state": pick(STATES, state),
            "unscheduled": False,
            "reason": pick(REASONS, np.where(state == MISSED, reasons, np.where(state == PARTLY_DONE, 0, NOTHING))),
        },
    )
