"""Everybody dosed in many virtual trials as they truly were: read from the truth beside the records alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import floor, fsum
from typing import Any

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual_trial import Truth, virtual_trials

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
NEVER = 10**6


@dataclass(frozen=True)
class Event:
    """An adverse event that truly happened; days count from dosing, and ``end`` is None where it never ends."""

    cause: str
    start: int
    end: int | None
    grade: int
    is_serious: bool
    is_dlt: bool

    def is_resolved_within(self, days: int) -> bool:
        """Whether it ends, other than by death, so many days after its start at the latest."""
        return self.end is not None and self.grade < 5 and self.end - self.start <= days


@dataclass(frozen=True)
class Person:
    """Someone dosed; ``events`` are those from dosing to ``followed_to``, the last day that an analysis looks at.

    ``edss`` holds the latent step of each month from month ``first_month`` on; month 0 begins with dosing.
    """

    level: int
    doublings: float
    followed_to: int
    yearly_brain_volume_change: float
    edss_at_entry: float
    edss_two_years_before: float
    first_month: int
    edss: tuple[float, ...]
    events: tuple[Event, ...]

    def edss_on(self, day: int) -> float:
        """The latent step on a day, counted from dosing."""
        return self.edss[floor(day / DAYS_PER_MONTH) - self.first_month]


@dataclass(frozen=True)
class World:
    """What truths are worked out from: the protocol, the parameters of the scenario, and people as they truly were.

    The people are those of so many virtual trials of the seed; no record of these trials is looked at.
    """

    protocol: Protocol
    scenario: Scenario
    seed: int
    trials: int

    @cached_property
    def people(self) -> list[Person]:
        """Everybody dosed."""
        made = virtual_trials(self.protocol, self.scenario, seed=self.seed, numbers=range(self.trials))
        until = self.protocol.conventions.analysis_until_day
        return [person for trial in made for person in _people(trial.truth, NEVER if until is None else until)]

    def planned_days(self, measure: str, last_day: int = NEVER) -> list[int]:
        """The planned days after dosing, up to a last one, on which a measure is taken."""
        schedule = self.protocol.schedule
        assert schedule is not None
        activities = {each.id for each in schedule.activities if each.measure == measure}
        return [each.day for each in schedule.visits if 0 < each.day <= last_day and activities & set(each.activities)]


def _people(truth: Truth, last_day: int) -> Iterator[Person]:
    """The people of one trial."""
    months = _by_subject(truth.edss.select("subject", "month", "edss"))
    events = _by_subject(
        truth.events.select("subject", "cause", "start_day", "end_day", "grade", "is_serious", "is_dlt")
    )
    columns = (
        "subject",
        "level",
        "doublings",
        "last_day_of_data",
        "brain_volume_percent_per_year",
        "edss_at_entry",
        "edss_two_years_before",
    )
    for subject, level, doublings, last, change, entry, before in truth.people.select(columns).iter_rows():
        followed_to = min(last, last_day)
        its = (Event(*row) for row in events[subject])
        course = sorted(months[subject])
        yield Person(
            level=level,
            doublings=doublings,
            followed_to=followed_to,
            yearly_brain_volume_change=change,
            edss_at_entry=entry,
            edss_two_years_before=before,
            first_month=course[0][0],
            edss=tuple(step for _, step in course),
            events=tuple(event for event in its if 0 <= event.start <= followed_to),
        )


def _by_subject(frame: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each subject, without the subject."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for subject, *row in frame.iter_rows():
        found[subject].append(tuple(row))
    return found


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean."""
    known = list(values)
    return fsum(known) / len(known)
