"""Whether more people have something at higher doses: the exact Cochran-Armitage test, always exploratory."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import Any

from firstdose.analysis.counting import Line, Tallies, number_of
from firstdose.analysis.frame import Frame
from firstdose.records.results import EVERYONE, Result

TABLE = "trend_over_dose"
METHOD = "cochran_armitage"

PROBABILITIES = {
    "p_increasing": "one-sided: at least as many at higher doses",
    "p_doubled": "two-sided: twice the smaller tail",
    "p_distance": "two-sided: at least as far from the mean",
}
"""The probabilities that are given, and what each means: a statistic, and words."""


def scores(frame: Frame) -> tuple[dict[int, float], str]:
    """The score of each dose level, and what it is: log2 of the dose, or the order where the control has dose 0."""
    if 0 in frame.levels:
        return {level: float(level) for level in frame.levels}, "order of the doses, the control first"
    return {level: log2(frame.dose(level)) for level in frame.levels}, "log2 of the dose"


def share_trend(frame: Frame, tallies: Tallies, line: Line) -> Iterator[Result]:
    """The trend over dose in the share of people who belong to a line; people who count at no level are left out.

    Where nothing can be tested there is one row that says why.
    """
    from firstdose.methods.trend import cochran_armitage

    people, events, reason, doubt = _counts(tallies, line)
    fields: dict[str, Any] = {
        "chapter": tallies.place.chapter,
        "population": tallies.place.population,
        "table": TABLE,
        "what": line.what,
        "format": "p_value",
    }
    score, words = scores(frame)
    if not reason:
        try:
            found = cochran_armitage(list(people.values()), list(events.values()), [score[level] for level in people])
        except ValueError as problem:
            reason = str(problem)
    if reason:
        yield Result(**fields, statistic="p_doubled", warning=reason)
        return
    for statistic, meaning in PROBABILITIES.items():
        text, value = f"{meaning}; scores: {words}", getattr(found, statistic)
        yield Result(**fields, statistic=statistic, value=value, text=text, method=METHOD, warning=doubt)


def _counts(tallies: Tallies, line: Line) -> tuple[dict[int, int], dict[int, int], str, str]:
    """People, and those who belong to the line, by level; why there is no test, and what to beware of."""
    people = {int(group): size for group, size in tallies.sizes.items() if group != EVERYONE}
    events = {level: tallies.at(line, str(level)).people for level in people}
    total, doubts = tallies.at(line), []
    if without := tallies.sizes[EVERYONE] - sum(people.values()):
        doubts.append(f"{number_of(without, 'people')} at no dose level left out")
    if total.not_known:
        doubts.append(f"not known for {total.not_known}, which count as no")
    if not total.is_known:
        return people, events, f"not known for any of {total.not_known:,}", ""
    if sum(events.values()) in (0, sum(people.values())):
        whom = "everyone" if sum(events.values()) else "nobody"
        return people, events, f"{whom} has it, so there is no trend to test", ""
    return people, events, "", "; ".join(doubts)
