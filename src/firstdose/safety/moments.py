"""What is known of when something happened: a time, a day, a span of days, or nothing; and which came first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from firstdose.protocol.expression import Answer


@dataclass(frozen=True)
class Moment:
    """A day between ``earliest`` and ``latest`` in the site's calendar, an open end being unknown.

    ``instant`` is the time itself, with its zone, where it was recorded. A partial date stays a span: nothing is
    filled in.
    """

    earliest: date | None = None
    latest: date | None = None
    instant: datetime | None = None

    def __post_init__(self) -> None:
        """The span does not run backwards, and a time has a zone."""
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            raise ValueError(f"the earliest day {self.earliest} is after the latest {self.latest}")
        if self.instant is not None and self.instant.tzinfo is None:
            raise ValueError(f"the time {self.instant} needs a zone")

    @classmethod
    def on(cls, day: date) -> Moment:
        """A day whose time is not known."""
        return cls(day, day)

    @classmethod
    def at(cls, instant: datetime, zone: tzinfo) -> Moment:
        """A time, which falls on a day of the site's calendar."""
        day = local_day(instant, zone)
        return cls(day, day, instant)

    @property
    def is_missing(self) -> bool:
        """Whether nothing is known."""
        return self.earliest is None and self.latest is None

    def before(self, other: Moment) -> Answer:
        """Whether this came first. Two times are compared as such; else days, and one day is not before itself."""
        if self.instant is not None and other.instant is not None:
            return self.instant < other.instant
        if self.latest is not None and other.earliest is not None and self.latest < other.earliest:
            return True
        if self.earliest is not None and other.latest is not None and self.earliest >= other.latest:
            return False
        return None

    def within_days_after(self, other: Moment, days: int) -> Answer:
        """Whether this is at most so many days of the calendar after the other; earlier is within."""
        reach = timedelta(days=days)
        if self.latest is not None and other.earliest is not None and self.latest <= other.earliest + reach:
            return True
        if self.earliest is not None and other.latest is not None and self.earliest > other.latest + reach:
            return False
        return None


MISSING = Moment()


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The day of a time in the site's calendar."""
    if instant.tzinfo is None:
        raise ValueError(f"the time {instant} needs a zone")
    return instant.astimezone(zone).date()
