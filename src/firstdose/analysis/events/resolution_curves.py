"""Curves of the time to resolution of events of which one person may have several."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.special import ndtr, stdtrit

from firstdose.analysis.events.durations import DIED, RESOLVED
from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.time_to_event import Curve, aalen_johansen, kaplan_meier

FEWEST_PEOPLE = 3
"""Of fewer people the spread between people says nothing of limits."""


@dataclass(frozen=True, eq=False)
class Lasting:
    """Events of a group with a known time to their end, one entry an event; times in days."""

    longest: FloatArray
    shortest: FloatArray
    ending: IntArray
    person: IntArray
    records: tuple[str, ...]

    @classmethod
    def of(cls, events: pl.DataFrame) -> Lasting:
        """From rows of `durations.durations` whose times are known."""
        person = np.unique(events["subject"].to_numpy(), return_inverse=True)[1].astype(np.int64)
        longest, shortest = (events[name].to_numpy().astype(np.float64) for name in ("longest", "shortest"))
        return cls(longest, shortest, events["ending"].to_numpy().astype(np.int64), person, tuple(events["record"]))

    @property
    def count(self) -> int:
        return len(self.longest)

    @property
    def is_resolved(self) -> BoolArray:
        return np.asarray(self.ending == RESOLVED)

    def people(self, which: BoolArray | None = None) -> int:
        """How many people have any of these events."""
        return len(np.unique(self.person if which is None else self.person[which]))

    def until_resolved(self, certainty: float, times: FloatArray | None = None) -> Curve:
        """The share of events not yet resolved; death before resolution ends observation."""
        level = level_for_people(certainty, self.people())
        observed = self.longest if times is None else times
        curve = kaplan_meier(observed, self.is_resolved, self.person, certainty=level or certainty)
        return curve if level else _without_limits(curve)

    def incidences(self, certainty: float) -> dict[int, Curve]:
        """The share of events with each ending so far, where the one rules out the other."""
        level = level_for_people(certainty, self.people())
        curves = aalen_johansen(self.longest, self.ending, self.person, certainty=level or certainty)
        return curves if level else {ending: _without_limits(curve) for ending, curve in curves.items()}

    def is_known_at(self, day: int, *, death_competes: bool) -> BoolArray:
        """Of which events it is known whether they had ended by a day."""
        is_over = self.is_resolved | (death_competes & (self.ending == DIED))
        return np.asarray((self.longest >= day) | is_over)

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


def _without_limits(curve: Curve) -> Curve:
    """A curve of so few people that its errors say nothing."""
    unknown = np.full(len(curve.time), np.nan)
    return replace(curve, error=unknown, lower=unknown, upper=unknown)
