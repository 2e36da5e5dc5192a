"""One person's course over visits, with relapses, and a confirmed change within it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from firstdose.methods.confirmed_change_rules import Days

Direction: TypeAlias = Literal["worsening", "improvement"]
Kind: TypeAlias = Literal["relapse_independent", "relapse_associated", "undefined", ""]


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change. Visits are numbered from 0 by day.

    ``reference`` is the value that the change is measured from: that at ``baseline``, or an older one if the baseline
    may not become lower. ``confirmed`` and ``confirmed_free`` hold, for each distance of the rule, the first visit that
    confirms and the first that makes the change independent of relapses, or None. ``last_different`` is the last visit
    before the onset from which both onset and confirmation differ by the smallest change, and
    ``last_different_value`` what it counted as.
    ``lasting`` is the last visit of the change before it is interrupted for the first time (after the confirmation, if
    only that is looked at); imputed changes have no confirmation. ``kind`` is of worsenings.
    """

    direction: Direction
    kind: Kind
    onset: int
    baseline: int
    reference: float
    last_different: int | None
    last_different_value: float | None
    confirmed: tuple[int | None, ...]
    confirmed_free: tuple[int | None, ...]
    lasting: int
    imputed: bool


@dataclass(frozen=True, slots=True)
class Course:
    """One person's visits by day: values (times ``worse_is``, so that higher is worse), the smallest change from each,
    and whether the visit can confirm; onsets of relapses in order, and how long each lasted where that is known.

    A baseline that may not become lower is given the old reference value, here and for the rest of the search.
    """

    days: Sequence[int]
    worse: list[float]
    smallest: list[float]
    usable: Sequence[bool]
    worse_is: int
    relapses: Sequence[float]
    durations: Sequence[float] | None

    def near_relapse(self, visit: int, distances: Days) -> bool:
        """Whether the visit is too soon after the last relapse's onset, or too short before the next."""
        if not self.relapses:
            return False
        day, (after, before) = self.days[visit], distances
        following = bisect_right(self.relapses, day)
        if following and after:
            least = after if self.durations is None else self.durations[following - 1]
            if day - self.relapses[following - 1] < least:
                return True
        return bool(before) and following < len(self.relapses) and self.relapses[following] - day < before

    def associated(self, visit: int, distances: Days) -> bool:
        """Whether the visit is so soon after the last relapse's onset, or before the next, that the two go together."""
        day, (after, before) = self.days[visit], distances
        following = bisect_right(self.relapses, day)
        if following:
            most = after if self.durations is None else self.durations[following - 1]
            if day - self.relapses[following - 1] <= most:
                return True
        return following < len(self.relapses) and self.relapses[following] - day <= before

    def relapse_within(self, first: float, last: float) -> bool:
        """Whether a relapse begins on one of these days, both included."""
        place = bisect_left(self.relapses, first)
        return place < len(self.relapses) and self.relapses[place] <= last
