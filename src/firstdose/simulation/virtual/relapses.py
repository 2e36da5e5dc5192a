"""Relapses of the disease, and the steroids that they are treated with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.records.events import Relapse
from firstdose.simulation.virtual.candidates import DAYS_PER_YEAR
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Draft,
    Floats,
    Integers,
    frame,
    numbered,
    pick,
    table_of,
)
from firstdose.simulation.virtual.plan import NEVER, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

SEVERITIES = table_of(["mild", "moderate", "severe"])
DESCRIPTIONS = table_of(["weakness of the legs", "sensory loss", "loss of vision", "unsteadiness", "double vision"])
DAYS_OF_STEROIDS = 5
ACTS_FOR_DAYS = 30


@dataclass(frozen=True, eq=False)
class RelapseCourse:
    """One entry a relapse, by person and onset; days count from dosing."""

    person: Integers
    onset: Integers
    end: Integers
    with_steroids: Booleans
    steroids_from: Integers
    severity: Integers
    description: Integers

    def __len__(self) -> int:
        return len(self.person)

    def is_active(self, day: Integers) -> Booleans:
        """Whether each person (row) is in a relapse on each day."""
        active = np.zeros(day.shape, dtype=bool)
        for person, onset, end in zip(self.person, self.onset, self.end, strict=True):
            active[person] |= (onset <= day[person]) & (day[person] <= end)
        return active

    def days_since_steroids(self, day: Integers) -> Integers:
        """Days since each person's last steroids, NOTHING if there were none before."""
        since = np.full(day.shape, NEVER)
        for person, start, given in zip(self.person, self.steroids_from, self.with_steroids, strict=True):
            if given:
                passed = day[person] - start
                since[person] = np.where(passed >= 0, np.minimum(since[person], passed), since[person])
        return np.where(since == NEVER, NOTHING, since)


def draw_relapses(plan: Plan, cast: Cast, seed: int, number: int) -> RelapseCourse:
    """Everyone's relapses from consent to the end of the data."""
    random, settings = generator(seed, number, Stream.RELAPSES), plan.scenario.relapses
    length = cast.end - cast.consent + 1
    person = np.repeat(np.arange(len(cast)), random.poisson(settings.per_year.value * length / DAYS_PER_YEAR))
    count = len(person)
    onset = cast.consent[person] + np.floor(random.random(count) * length[person]).astype(np.int64)
    days = np.floor(random.exponential(settings.mean_days.value, count)).astype(np.int64)
    order = np.lexsort((onset, person))
    with_steroids = random.random(count) < settings.steroids.value
    steroids_from = onset + random.integers(1, 4, count)
    return RelapseCourse(
        person=person[order],
        onset=onset[order],
        end=(onset + days)[order],
        with_steroids=(with_steroids & (steroids_from <= cast.end[person]))[order],
        steroids_from=steroids_from[order],
        severity=random.integers(0, 3, count),
        description=random.integers(0, 5, count),
    )


def relapse_frame(plan: Plan, cast: Cast, course: RelapseCourse) -> Draft:
    """The relapses as recorded."""
    person, calendar = course.person, plan.calendar
    has_ended = course.end <= cast.end[person]
    return frame(
        Relapse,
        len(course),
        {
            "subject": pick(cast.subject_words, cast.subject[person]),
            "number": numbered(person),
            "onset": calendar.text(cast.day[person] + course.onset),
            "end": calendar.text(np.where(has_ended, cast.day[person] + course.end, NOTHING)),
            "confirmed": True,
            "severity": pick(SEVERITIES, course.severity),
            "steroids": course.with_steroids,
            "description": pick(DESCRIPTIONS, course.description),
        },
    )


def pseudo_atrophy(since_steroids: Integers, change: float) -> Floats:
    """What steroids within the last 30 days add to a brain volume change."""
    return np.where((since_steroids >= 0) & (since_steroids <= ACTS_FOR_DAYS), change, 0.0)
