"""Past moments as people write them: a day is the end of that day, wherever data of a past moment are asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

A_DAY = len("2026-03-14")
FORM = "write the moment as 2026-03-14, which is the end of that day, or 2026-03-14T10:30"
TO_COME = "that moment is still to come"


class NoPastMoment(ValueError):
    """A text that names no moment, or one that is not over."""


def past_moment(text: str, present: datetime) -> datetime:
    """The moment that a text names, in UTC unless it says otherwise; of a day alone its last moment.

    Raises NoPastMoment for what is no moment, and for one that is still to come.
    """
    try:
        found = _end_of(date.fromisoformat(text)) if len(text) <= A_DAY else datetime.fromisoformat(text)
    except ValueError:
        raise NoPastMoment(FORM) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > present:
        raise NoPastMoment(TO_COME)
    try:
        return found.astimezone(UTC)
    except OverflowError:  # before the first year that there is
        return datetime.min.replace(tzinfo=UTC)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
