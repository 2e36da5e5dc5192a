"""Relapses whose day of onset is not known: which worsenings they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any

from firstdose.analysis.counting import number_of
from firstdose.methods.confirmed_change import Change
from firstdose.methods.confirmed_change_rules import ChangeRule, Days

POSSIBLE_KINDS: Mapping[str, frozenset[str]] = {
    "relapse_independent": frozenset({"relapse_independent", "relapse_associated", "undefined"}),
    "undefined": frozenset({"undefined", "relapse_associated"}),
}
"""What a worsening may be if one more relapse is put beside it; one that a dated relapse explains stays associated."""


def open_onsets(relapses: Iterable[Mapping[str, Any]], place: Mapping[str, int]) -> dict[int, list[Days]]:
    """The days between which each person's relapses without a known day may have begun; infinite where they are open.

    ``relapses`` are rows of `RelapseAnalysis`, ``place`` the number of each subject; other subjects are left out.
    """
    found: dict[int, list[Days]] = {}
    for row in relapses:
        if row["onset_day"] is None and row["subject"] in place:
            first, last = row["onset_first_day"], row["onset_last_day"]
            between = (-inf if first is None else float(first), inf if last is None else float(last))
            found.setdefault(place[row["subject"]], []).append(between)
    return found


def is_left_open(change: Change, days: Sequence[int], rule: ChangeRule, onsets: Sequence[Days]) -> bool:
    """Whether a relapse that began at some time in one of ``onsets`` could make a worsening one of another kind.

    ``days`` are those of the person's visits. Only the confirming visit that the search found is looked at, so the
    answer errs on the side of open.
    """
    return any(
        first <= until and since <= last
        for since, until in _deciding_days(change, days, rule)
        for first, last in onsets
    )


def kind_not_known(people: int, counted: int | None = None) -> str:
    """That for some people the kind of worsening is not known, and how many it would be at most."""
    if not people:
        return ""
    most = "" if counted is None else f", so at most {counted + people}"
    return f"not known for {number_of(people, 'people')}, who had a relapse whose day of onset is not known{most}"


def _deciding_days(change: Change, days: Sequence[int], rule: ChangeRule) -> Iterator[Days]:
    """The closed intervals of days in which one more relapse would count."""
    onset = days[change.onset]
    if change.kind == "undefined":
        after, before = rule.relapse_associated
        yield onset - after, onset + before
    elif change.kind == "relapse_independent":
        visits = {
            "baseline": change.baseline,
            "last_visit": change.onset - 1,
            "last_lower": change.last_different,
        }
        preceding = visits[rule.relapse_free.preceding_visit]
        reference = days[change.baseline if preceding is None else preceding]
        confirming = min((one for one in change.confirmed_free if one is not None), default=change.onset)
        yield from rule.relapse_free.intervals(reference, onset, days[confirming])
