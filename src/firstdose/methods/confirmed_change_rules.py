"""What counts as a confirmed change of a measure over visits: the settings, and the smallest change by measure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray

Wanted: TypeAlias = Literal[
    "first_worsening",
    "first_improvement",
    "first",
    "first_of_each",
    "first_relapse_independent",
    "first_relapse_associated",
    "all",
]
BaselineMoves: TypeAlias = Literal["never", "after_change", "after_improvement", "after_worsening"]
SmallChanges: TypeAlias = Literal["none", "any", "improvement", "worsening"]
Preceding: TypeAlias = Literal["baseline", "last_visit", "last_lower"]
Days: TypeAlias = tuple[float, float]
OpenDays: TypeAlias = tuple[float | None, float | None]


def _one_of(name: str, value: object, allowed: object) -> None:
    if value not in get_args(allowed):
        raise ValueError(f"{name} {value!r} must be one of {', '.join(map(str, get_args(allowed)))}")


@dataclass(frozen=True)
class RelapseFree:
    """The days without the onset of a relapse that make a worsening independent of relapses.

    Each interval is (days before, days after) a visit: one that precedes the worsening, its onset, a confirming visit.
    (0, 0) asks nothing of that visit. None for the days after reaches to the start of the next interval, None for the
    days before to the end of the one before. ``preceding_visit`` is the current baseline, the last visit before the
    onset, or the last visit before it from which onset and confirmation are both worse by the smallest change.
    """

    preceding: OpenDays = (0, 0)
    onset: OpenDays = (90, 30)
    confirmation: OpenDays = (90, 30)
    preceding_visit: Preceding = "baseline"

    def __post_init__(self) -> None:
        for interval in (self.preceding, self.onset, self.confirmation):
            if len(interval) != 2 or any(days is not None and not 0 <= days < math.inf for days in interval):
                raise ValueError(f"relapse-free days {interval} must be two numbers, not negative, or None")
        if self.preceding[0] is None or self.confirmation[1] is None:
            raise ValueError("relapse-free days must start at the preceding visit and end at the confirmation")
        _one_of("preceding_visit", self.preceding_visit, Preceding)

    def intervals(self, preceding: float, onset: float, confirmation: float) -> list[Days]:
        """The closed intervals of days in which no relapse may begin."""
        found: list[Days] = []
        start: float | None = None
        checkpoints = zip(
            (preceding, onset, confirmation), (self.preceding, self.onset, self.confirmation), strict=True
        )
        for day, (before, after) in checkpoints:
            if (before, after) == (0, 0) and start is None:
                continue
            if start is None:
                start = found.pop()[0] if before is None and found else day - (before or 0)
            elif before is not None:
                found.append((start, day - before))
                start = day - before
            if after is not None:
                found.append((start, day + after))
                start = None
        return found


RELAPSE_FREE = {
    "around_onset_and_confirmation": RelapseFree(),
    "baseline_to_confirmation": RelapseFree((0, None), (None, None), (None, 0)),
    "baseline_to_onset_and_around_confirmation": RelapseFree((0, None), (None, 30), (30, 30)),
}
"""Three published definitions: Müller et al., JAMA Neurol 2023;80:1232 (harmonised, and of high specificity); Kappos et
al., JAMA Neurol 2020;77:1132."""


@dataclass(frozen=True)
class ChangeRule:
    """How confirmed changes are sought, all in days. Pairs of relapse distances are (after the last onset, before the
    next onset), and 0 does not look at relapses.

    wanted: which changes are kept; the search ends as soon as no more can follow.
    baseline_moves: when the reference moves to the visit named by ``proceed_from``.
    proceed_from: with a moving baseline, the search goes on after the first confirming visit, or after the visit of the
    change itself. With a fixed one it goes on when the change is over, so that a lasting change counts once.
    small_changes: confirmed changes below the smallest that counts may move a moving baseline, too.
    never_lower: a baseline that moves keeps its old value if the new one is better.
    after_relapse: the baseline moves to the first visit far enough from each relapse.
    skip_extremes: a baseline does not move to a local extreme ("strict": by the smallest change on both sides).
    confirm_after: a change is confirmed at either of these distances from its onset, with the ``tolerance`` (before,
    after). between: visits in between must show the change as well.
    sustained: the change lasts this long from its onset or to the last visit; infinity allows only the latter.
    relapse_to_*: how far from relapses a baseline, an onset and a confirming visit must lie. Where relapses have an
    end, the first number is replaced by their duration (unless it is 0).
    relapse_associated: a worsening that begins so soon after (or before) a relapse's onset is associated with it.
    impute_last_visit_within: a worsening first seen at the last visit, within so many days of the first, counts
    without confirmation; 0 never, infinity always.

    Source: the options of msprog (Montobbio et al., Mult Scler 2024;30:1185), whose names the validation lists.
    Raises ValueError for what is not possible.
    """

    wanted: Wanted = "first_worsening"
    baseline_moves: BaselineMoves = "never"
    proceed_from: Literal["confirmation", "onset"] = "confirmation"
    small_changes: SmallChanges = "none"
    never_lower: bool = False
    after_relapse: bool = False
    skip_extremes: Literal["none", "strict", "all"] = "none"
    confirm_after: tuple[float, ...] = (84.0,)
    tolerance: Days = (7.0, 730.5)
    between: bool = True
    sustained: float = 0.0
    relapse_to_baseline: Days = (30.0, 0.0)
    relapse_to_onset: Days = (0.0, 0.0)
    relapse_to_confirmation: Days = (30.0, 0.0)
    relapse_associated: Days = (90.0, 0.0)
    relapse_free: RelapseFree = field(default_factory=RelapseFree)
    impute_last_visit_within: float = 0.0

    def __post_init__(self) -> None:
        _one_of("wanted", self.wanted, Wanted)
        _one_of("baseline_moves", self.baseline_moves, BaselineMoves)
        _one_of("small_changes", self.small_changes, SmallChanges)
        if self.proceed_from not in ("confirmation", "onset"):
            raise ValueError(f"proceed_from {self.proceed_from!r} must be 'confirmation' or 'onset'")
        if self.skip_extremes not in ("none", "strict", "all"):
            raise ValueError(f"skip_extremes {self.skip_extremes!r} must be 'none', 'strict' or 'all'")
        if not self.confirm_after or any(not 0 < days < math.inf for days in self.confirm_after):
            raise ValueError(f"confirm_after {self.confirm_after} must be one or more positive numbers of days")
        for name in ("tolerance", "relapse_to_baseline", "relapse_to_onset", "relapse_to_confirmation"):
            self._check_pair(name)
        self._check_pair("relapse_associated")
        for name in ("sustained", "impute_last_visit_within"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} {getattr(self, name)} must not be negative")

    def _check_pair(self, name: str) -> None:
        pair = getattr(self, name)
        if len(pair) != 2 or any(not days >= 0 for days in pair):
            raise ValueError(f"{name} {pair} must be two numbers of days, not negative")


def edss_smallest_change(reference: ArrayLike) -> FloatArray:
    """Smallest change of the EDSS that counts, any shape: 1.5 from 0, 1.0 above 0 up to 5.0, 0.5 above 5.0."""
    score = np.asarray(reference, dtype=np.float64)
    return np.where(score <= 0, 1.5, np.where(score <= 5, 1.0, 0.5))


def relative_smallest_change(reference: ArrayLike, share: float = 0.2) -> FloatArray:
    """Smallest change as a share of the reference, any shape: 20 % for the timed walk and the nine-hole peg test."""
    return share * np.asarray(reference, dtype=np.float64)


def symbol_digit_smallest_change(reference: ArrayLike, points: float = 4.0, share: float = 0.2) -> FloatArray:
    """Smallest change of the symbol-digit score, any shape: the smaller of 4 points and 20 % of the reference."""
    return np.minimum(points, relative_smallest_change(reference, share))
