"""A count of people among people, with the interval that the protocol names; a zero never stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from firstdose.analysis.frame import Frame
from firstdose.methods.binomial import Interval, clopper_pearson, jeffreys, wilson
from firstdose.protocol.analysis_plan import Conventions
from firstdose.records.results import Result, Side

INTERVALS: dict[str, Callable[..., Interval]] = {
    "clopper_pearson": clopper_pearson,
    "wilson": wilson,
    "jeffreys": jeffreys,
}


def share(frame: Frame, people: int, events: int, *, records: Iterable[str] = (), **where: Any) -> Result:
    """The share of people with an event; `where` holds the other fields of the result (chapter, table, what, ...).

    Beside 0 of n (and n of n) the interval is one- or two-sided as the protocol's `conventions.zero_interval` says.
    Without people there is no share.
    """
    fields = {"statistic": "people", **where}
    if not people:
        return Result(**fields, value=0.0, of=0.0, format="count", warning="nobody is in this group")
    side = side_of(frame, people, events)
    method = frame.conventions.proportion_interval
    lower, upper = limits_of(method, people, events, frame.certainty, side)
    return Result(
        **fields,
        value=float(events),
        of=float(people),
        format="count",
        unit="people",
        lower=lower,
        upper=upper,
        confidence=frame.certainty,
        side=side,
        method=method,
        records=tuple(records),
    )


@lru_cache(maxsize=100_000)
def limits_of(method: str, people: int, events: int, certainty: float, side: Side) -> tuple[float, float]:
    """The limits of a share by one of `INTERVALS`; kept, since the same counts come back in many lines of a table."""
    lower, upper = INTERVALS[method](people, events, certainty=certainty, side=side)
    return float(lower), float(upper)


def side_of(frame: Frame, people: int, events: int) -> Side:
    """Which limits the interval has, after the convention for a zero."""
    return side_by(frame.conventions, people, events)


def side_by(conventions: Conventions, people: int, events: int) -> Side:
    """The same, for whoever has the conventions alone."""
    if conventions.zero_interval == "two_sided" or 0 < events < people:
        return "both"
    return "lower" if events else "upper"
