"""Curves of the time to resolution of events of which one person may have several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, stdtrit

from firstdose.analysis.events.durations import DIED, GOES_ON, RESOLVED
from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.partly_known_times import PartlyKnown, incidence_partly_known, survival_partly_known
from firstdose.methods.time_to_event import StepFunction, aalen_johansen, kaplan_meier

FEWEST_PEOPLE = 3
"""Of fewer people the spread between people says nothing of limits."""


@dataclass(frozen=True, eq=False)
class Lasting:
    """Events of a group with a known time to their end, one entry an event; times in days."""

    longest: FloatArray
    shortest: FloatArray
    observed: PartlyKnown
    records: tuple[str, ...]

    @classmethod
    def of(cls, events: pl.DataFrame) -> Lasting | None:
        """From rows of `durations.durations` whose times are known; None without any."""
        if not events.height:
            return None
        longest, shortest = (events[name].to_numpy().astype(np.float64) for name in ("longest", "shortest"))
        names = ("start_from", "start_to", "end_from", "end_to", "ending")
        start_from, start_to, end_from, end_to, ending = (events[name].to_numpy().astype(np.int64) for name in names)
        person = np.unique(events["subject"].to_numpy(), return_inverse=True)[1].astype(np.int64)
        observed = PartlyKnown(start_from, start_to, end_from, end_to, ending, person)
        return cls(longest, shortest, observed, tuple(events["record"]))

    @property
    def ending(self) -> IntArray:
        return self.observed.cause

    @property
    def person(self) -> IntArray:
        return self.observed.cluster

    @property
    def partial(self) -> int:
        """How many events have a time that is known in part."""
        return int((self.shortest < self.longest).sum())

    @property
    def count(self) -> int:
        return len(self.longest)

    @property
    def is_resolved(self) -> BoolArray:
        return np.asarray(self.ending == RESOLVED)

    def people(self, which: BoolArray | None = None) -> int:
        """How many people have any of these events."""
        return len(np.unique(self.person if which is None else self.person[which]))

    def until_resolved(self, certainty: float) -> StepFunction:
        """The share of events not yet resolved; death before resolution ends observation."""
        level = level_for_people(certainty, self.people())
        asked: dict[str, Any] = {"certainty": level or certainty, "as_if_left_out": True}
        curve: StepFunction
        if self.partial:
            resolved = replace(self.observed, cause=self.is_resolved.astype(np.int64))
            curve = survival_partly_known(resolved, **asked)
        else:
            curve = kaplan_meier(self.longest, self.is_resolved, self.person, **asked)
        return curve if level else _without_limits(curve)

    def median_at_extremes(self) -> tuple[float, float]:
        """The median time to resolution with all times as short as possible, and as long; nan where not reached."""
        shortest, longest = (kaplan_meier(times, self.is_resolved) for times in (self.shortest, self.longest))
        return shortest.time_until(), longest.time_until()

    def incidences(self, certainty: float) -> dict[int, StepFunction]:
        """The share of events with each ending so far, where the one rules out the other."""
        level = level_for_people(certainty, self.people())
        asked: dict[str, Any] = {"certainty": level or certainty, "as_if_left_out": True}
        curves: Mapping[int, StepFunction]
        if self.partial:
            curves = incidence_partly_known(self.observed, **asked)
        else:
            curves = aalen_johansen(self.longest, self.ending, self.person, **asked)
        return {ending: curve if level else _without_limits(curve) for ending, curve in curves.items()}

    def is_known_at(self, day: int, ending: int, *, death_competes: bool) -> BoolArray:
        """Of which events it is known whether they had an ending by a day; another one that competes rules it out."""
        has = self.ending == ending
        is_ruled_out = ~has & death_competes & (self.ending != GOES_ON)
        return np.asarray((self.shortest >= day + has) | (has & (self.longest <= day)) | is_ruled_out)

    def is_settled(self, *, death_competes: bool) -> bool:
        """Whether nothing more can happen after the longest time: every event that lasted so long had ended then."""
        last = self.longest == self.longest.max()
        is_over = self.is_resolved | (death_competes & (self.ending == DIED))
        return bool(is_over[last].all())


def level_for_people(certainty: float, people: int) -> float | None:
    """The level at which limits from so many clusters are to be asked for, to be those of Student's distribution.

    Errors of few clusters are too small and vary: the quantile is that of Student's t with one degree of freedom less
    than there are people, times the root of n / (n - 1), in the place of the normal one. None for fewer than three
    people, of whom no limits can be given. Source: Cameron, Gelbach and Miller, Rev Econ Stat 2008;90:414.
    """
    if people < FEWEST_PEOPLE:
        return None
    quantile = stdtrit(people - 1, (1 + certainty) / 2) * (people / (people - 1)) ** 0.5
    level = float(2 * ndtr(quantile) - 1)
    return level if level < 1 else None


def _without_limits(curve: StepFunction) -> StepFunction:
    """A curve of so few people that its errors say nothing."""
    unknown = np.full(len(curve.time), np.nan)
    return replace(curve, error=unknown, lower=unknown, upper=unknown)
