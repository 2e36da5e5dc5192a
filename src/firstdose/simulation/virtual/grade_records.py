"""What is written down of each event, and the history of its grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.records.events import GradeChange
from firstdose.simulation.virtual.calendar_words import NO_TIME
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Booleans, Draft, Integers, frame, numbered, pick
from firstdose.simulation.virtual.events import FATAL_GRADE, Events
from firstdose.simulation.virtual.plan import Plan


@dataclass(frozen=True, eq=False)
class RecordedEvents:
    """What is written down of each event, in the order of the events; days count from dosing."""

    events: Events
    number: Integers
    relation: Integers
    is_serious: Booleans
    start_known: Integers
    end_known: Integers
    has_ended: Booleans
    minutes: Integers
    rises: Booleans
    rise_day: Integers
    outcome: Integers


def grade_frame(plan: Plan, cast: Cast, recorded: RecordedEvents) -> Draft:
    """The grades that each event took on: at its start, at a rise, and 0 at its end."""
    events, row = recorded.events, np.arange(len(recorded.events))
    resolved = recorded.has_ended & (events.grade != FATAL_GRADE)
    parts = [
        (row, events.start, recorded.start_known, recorded.minutes, events.grade - recorded.rises),
        (row, recorded.rise_day, np.zeros_like(row), np.full_like(row, NO_TIME), events.grade),
        (row, events.end, recorded.end_known, np.full_like(row, NO_TIME), np.zeros_like(row)),
    ]
    kept = (np.ones(len(row), dtype=bool), recorded.rises, resolved)
    row, day, known, minutes, grade = (
        np.concatenate([column[keep] for column, keep in zip(columns, kept, strict=True)])
        for columns in zip(*parts, strict=True)
    )
    order = np.argsort(row, kind="stable")
    row, day, known, minutes, grade = row[order], day[order], known[order], minutes[order], grade[order]
    person = events.person[row]
    codes = plan.calendar.codes(cast.day[person] + day, known)
    return frame(
        GradeChange,
        len(row),
        {
            "subject": pick(cast.subject_words, cast.subject[person]),
            "event": recorded.number[row],
            "change": numbered(row),
            "changed": plan.calendar.moments(codes, minutes),
            "grade": grade,
        },
    )
