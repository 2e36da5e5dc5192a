"""The periods of safety follow-up, as a partition of the days: each day lies in exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Period(Enum):
    """A period, by its name in tables."""

    BEFORE = "before treatment"
    EARLY = "days 0 to 30"
    IMMUNOSUPPRESSION = "day 31 to the last immunosuppressant dose"
    WITHDRAWAL = "after the immunosuppressant was stopped"
    LATER = "later"


LAST_EARLY_DAY = 30


@dataclass(frozen=True)
class Span:
    """The first and last day of a period, counted from the procedure (day 0); None where it has no end."""

    period: Period
    first_day: int | None
    last_day: int | None


@dataclass(frozen=True)
class Immunosuppression:
    """The day of a person's actual last dose, None while it is still taken; and how long its effects are looked for."""

    last_day: int | None
    withdrawal_days: int = 0
    was_taken: bool = True


def spans(immunosuppression: Immunosuppression) -> tuple[Span, ...]:
    """The periods of one person that hold at least one day, in their order."""
    found = [Span(Period.BEFORE, None, -1), Span(Period.EARLY, 0, LAST_EARLY_DAY)]
    following, last = LAST_EARLY_DAY + 1, immunosuppression.last_day
    if not immunosuppression.was_taken:
        return (*found, Span(Period.LATER, following, None))
    if last is None:
        return (*found, Span(Period.IMMUNOSUPPRESSION, following, None))
    ends = [(Period.IMMUNOSUPPRESSION, last), (Period.WITHDRAWAL, last + immunosuppression.withdrawal_days)]
    for period, end in ends:
        if end >= following:
            found.append(Span(period, following, end))
            following = end + 1
    return (*found, Span(Period.LATER, following, None))


def period_of(day: int, immunosuppression: Immunosuppression) -> Period:
    """The period that a day lies in."""
    (period,) = possible_periods(day, day, immunosuppression)
    return period


def possible_periods(
    first_day: int | None, last_day: int | None, immunosuppression: Immunosuppression
) -> tuple[Period, ...]:
    """The periods that a day between two days may lie in; an open end is not known."""
    return tuple(
        span.period
        for span in spans(immunosuppression)
        if (last_day is None or span.first_day is None or span.first_day <= last_day)
        and (first_day is None or span.last_day is None or span.last_day >= first_day)
    )


def days_at_risk(period: Period, followed_to_day: int, immunosuppression: Immunosuppression) -> int:
    """Days of a period, from the procedure on, that a person was followed for."""
    for span in spans(immunosuppression):
        if span.period is period and span.first_day is not None:
            last = followed_to_day if span.last_day is None else min(span.last_day, followed_to_day)
            return max(0, last - span.first_day + 1)
    return 0
