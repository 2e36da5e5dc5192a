"""Confirmed worsening and improvement of a measure over visits, sought one after the other for each person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods._visit_course import Change, Course
from firstdose.methods._visit_scan import scan
from firstdose.methods.confirmed_change_rules import ChangeRule

__all__ = ["Change", "Changes", "Relapses", "confirmed_changes"]


@dataclass(frozen=True)
class Relapses:
    """Onsets of relapses, in the same days as the visits; ``ends`` where they are known. All of shape (R,)."""

    person: ArrayLike
    onset: ArrayLike
    ends: ArrayLike | None = None


@dataclass(frozen=True)
class Changes:
    """Confirmed changes by person, in the order of the persons' numbers, and what was looked at.

    ``persons`` (P,) lists each person once; ``changes[p]`` are the person's changes in order of onset, whose ``visit``
    numbers count the person's visits by day from 0. ``first_day`` and ``last_day`` (P,) span the visits.
    """

    persons: IntArray
    changes: tuple[tuple[Change, ...], ...]
    first_day: IntArray
    last_day: IntArray


def confirmed_changes(
    person: ArrayLike,
    day: ArrayLike,
    value: ArrayLike,
    *,
    rule: ChangeRule,
    smallest_change: Callable[[FloatArray], FloatArray],
    worse_is: int = 1,
    relapses: Relapses | None = None,
    may_confirm: ArrayLike | None = None,
) -> Changes:
    """Find the confirmed changes of everyone's visits.

    person and day are whole numbers, value finite, each of shape (N,), in any order; ``smallest_change`` gives the
    smallest change that counts from each of an array of reference values; ``worse_is`` 1 if higher is worse, -1 if
    lower is. ``may_confirm`` (boolean, (N,)) names the visits that can confirm (all). The work grows with the visits,
    hardly faster. Source: Montobbio et al., Mult Scler 2024;30:1185, as the settings in `ChangeRule` say.
    Raises ValueError for shapes, for what is no number, and for two visits of a person on one day.
    """
    number, days, score, usable = _checked(person, day, value, may_confirm)
    if worse_is not in (1, -1):
        raise ValueError(f"worse_is {worse_is} must be 1 or -1")
    order = np.lexsort((days, number))
    number, days, score, usable = number[order], days[order], score[order], usable[order]
    starts = np.flatnonzero(np.diff(number, prepend=number[0] - 1)) if len(number) else np.zeros(0, dtype=np.int64)
    again = np.flatnonzero((np.diff(number) == 0) & (np.diff(days) == 0))
    if again.size:
        where = int(again[0])
        raise ValueError(f"person {number[where]} has two visits on day {days[where]}: keep one of them and say which")
    smallest = np.asarray(smallest_change(score), dtype=np.float64)
    if smallest.shape != score.shape or not bool((smallest >= 0).all()):
        raise ValueError("smallest_change must give one number, not negative, for each value")
    stops = np.append(starts, len(number))[1:]
    onsets = _by_person(relapses)
    worse, day_list = (worse_is * score).tolist(), days.tolist()
    small_list, usable_list = smallest.tolist(), usable.tolist()
    found = []
    for one, start, stop in zip(number[starts].tolist(), starts.tolist(), stops.tolist(), strict=True):
        here = slice(start, stop)
        course = Course(
            day_list[here], worse[here], small_list[here], usable_list[here], worse_is, *onsets.get(one, ([], None))
        )
        found.append(tuple(scan(course, rule)))
    return Changes(number[starts], tuple(found), days[starts], days[stops - 1])


def _by_person(relapses: Relapses | None) -> dict[int, tuple[Sequence[float], Sequence[float] | None]]:
    """Each person's onsets in order, and how long each lasted where the ends are known."""
    if relapses is None:
        return {}
    number, onset = _whole(relapses.person, "relapse person"), _whole(relapses.onset, "relapse onset")
    end = onset if relapses.ends is None else _whole(relapses.ends, "relapse end")
    if not number.shape == onset.shape == end.shape or number.ndim != 1:
        raise ValueError(f"relapses have shapes {number.shape}, {onset.shape} and {end.shape}; need one and the same")
    if bool((end < onset).any()):
        raise ValueError("a relapse ends before its onset")
    grouped: dict[int, tuple[list[float], list[float] | None]] = {}
    for index in np.lexsort((onset, number)).tolist():
        days, lasted = grouped.setdefault(int(number[index]), ([], None if relapses.ends is None else []))
        days.append(int(onset[index]))
        if lasted is not None:
            lasted.append(int(end[index] - onset[index]))
    return dict(grouped)


def _checked(
    person: ArrayLike, day: ArrayLike, value: ArrayLike, may_confirm: ArrayLike | None
) -> tuple[IntArray, IntArray, FloatArray, BoolArray]:
    number, days, score = _whole(person, "person"), _whole(day, "day"), np.asarray(value, dtype=np.float64)
    usable = np.ones(number.shape, dtype=np.bool_) if may_confirm is None else np.asarray(may_confirm)
    if number.ndim != 1 or not number.shape == days.shape == score.shape == usable.shape:
        raise ValueError(
            f"shapes {number.shape}, {days.shape}, {score.shape} and {usable.shape} must be one and the same (N,)"
        )
    if usable.dtype != np.bool_:
        raise ValueError("may_confirm must be boolean")
    if not np.isfinite(score).all():
        raise ValueError("every value must be a finite number: leave out visits without one and say so")
    return number, days, score, usable


def _whole(values: ArrayLike, name: str) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind != "f" or not (np.isfinite(array).all() and np.array_equal(array, np.floor(array))):
        raise ValueError(f"{name} must be whole numbers")
    return array.astype(np.int64)
