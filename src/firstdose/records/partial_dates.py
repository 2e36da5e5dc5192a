"""Dates and times of which a part may be unknown. Nothing is ever filled in: comparisons answer yes, no or unknown.

A time without an offset from UTC is local time where the participant is. Two times that both have an offset are
compared as instants; otherwise what the clocks on the wall showed is compared.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from firstdose.records.maybe import Maybe

LEAP_YEAR = 2000
LONGEST_OFFSET_MINUTES = 14 * 60

Point = TypeVar("Point", date, datetime)


class Bounds(NamedTuple):
    """The first and the last moment that something can have been; nothing where the year is unknown."""

    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A calendar date whose year, month or day may be unknown, though not both year and month."""

    year: int | None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a date."""
        if self.year is None and self.month is None:
            raise ValueError("a date of which neither year nor month is known says nothing")
        if self.year is not None and not 1 <= self.year <= 9999:
            raise ValueError("a year has four digits")
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError("a month is from 01 to 12")
        longest = 31 if self.month is None else monthrange(self.year or LEAP_YEAR, self.month)[1]
        if self.day is not None and not 1 <= self.day <= longest:
            raise ValueError(f"this month has {longest} days")

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A date that is wholly known."""
        return cls(day.year, day.month, day.day)

    @property
    def is_complete(self) -> bool:
        """Whether year, month and day are known."""
        return None not in (self.year, self.month, self.day)

    @property
    def earliest(self) -> date | None:
        """The first day that it can be; nothing if the year is unknown."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day that it can be; nothing if the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def is_before(self, other: PartialDate) -> Maybe:
        """Whether this day comes before another."""
        return _is_before(self.earliest, self.latest, other.earliest, other.latest)

    def is_after(self, other: PartialDate) -> Maybe:
        """Whether this day comes after another."""
        return other.is_before(self)

    def is_same(self, other: PartialDate) -> Maybe:
        """Whether this is the same day as another."""
        if self.is_complete and other.is_complete:
            return Maybe.of(self == other)
        pairs = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        differs = any(None not in pair and pair[0] != pair[1] for pair in pairs)
        return Maybe.NO if differs else Maybe.UNKNOWN

    def __str__(self) -> str:
        """As ISO 8601 writes it, a hyphen for each unknown part: 2026, 2026-03, 2026---14, --03-14."""
        year = "-" if self.year is None else f"{self.year:04}"
        month = "-" if self.month is None else f"{self.month:02}"
        if self.day is not None:
            return f"{year}-{month}-{self.day:02}"
        return year if self.month is None else f"{year}-{month}"


@dataclass(frozen=True, slots=True)
class PartialDateTime:
    """A date with a time of day, of which any part may be unknown; the offset from UTC in minutes if it was noted."""

    date: PartialDate
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    offset_minutes: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a time."""
        if self.hour is None:
            if (self.minute, self.second, self.offset_minutes) != (None, None, None):
                raise ValueError("minutes, seconds and an offset need an hour")
            return
        if not self.date.is_complete:
            raise ValueError("a time of day needs a complete date")
        if self.minute is None and self.second is not None:
            raise ValueError("seconds need minutes")
        time(self.hour, self.minute or 0, self.second or 0)
        if self.offset_minutes is not None and abs(self.offset_minutes) > LONGEST_OFFSET_MINUTES:
            raise ValueError("an offset from UTC has at most 14 hours")

    @classmethod
    def of(cls, moment: datetime) -> PartialDateTime:
        """A moment that is known to the second."""
        offset = moment.utcoffset()
        minutes = None if offset is None else round(offset / timedelta(minutes=1))
        return cls(PartialDate.of(moment.date()), moment.hour, moment.minute, moment.second, minutes)

    @property
    def wall_clock(self) -> Bounds:
        """The first and the last local time that it can be."""
        if self.hour is None:
            first, last = self.date.earliest, self.date.latest
            if first is None or last is None:
                return Bounds(None, None)
            return Bounds(datetime.combine(first, time.min), datetime.combine(last, time.max))
        day = self.date.earliest
        assert day is not None
        first_time = time(self.hour, self.minute or 0, self.second or 0)
        last_minute = 59 if self.minute is None else self.minute
        last_time = time(self.hour, last_minute, 59 if self.second is None else self.second, 999_999)
        return Bounds(datetime.combine(day, first_time), datetime.combine(day, last_time))

    def is_before(self, other: PartialDateTime) -> Maybe:
        """Whether this moment comes before another."""
        if self.is_written_like(other):
            return Maybe.NO
        mine, others = self.wall_clock, other.wall_clock
        if self.offset_minutes is not None and other.offset_minutes is not None:
            mine, others = _in_utc(mine, self.offset_minutes), _in_utc(others, other.offset_minutes)
        return _is_before(*mine, *others)

    def is_after(self, other: PartialDateTime) -> Maybe:
        """Whether this moment comes after another."""
        return other.is_before(self)

    def is_written_like(self, other: PartialDateTime) -> bool:
        """Whether both were noted as the same time to the minute, so that neither is known to be earlier."""
        return self == other and self.minute is not None

    def __str__(self) -> str:
        """As ISO 8601 writes it: 2026-03-14T10:30+01:00."""
        parts = [f"{part:02}" for part in (self.hour, self.minute, self.second) if part is not None]
        return f"{self.date}T{':'.join(parts)}{_offset_text(self.offset_minutes)}" if parts else str(self.date)


def _is_before(first: Point | None, last: Point | None, other_first: Point | None, other_last: Point | None) -> Maybe:
    """Whether something between two bounds comes before something between two others."""
    if last is not None and other_first is not None and last < other_first:
        return Maybe.YES
    if first is not None and other_last is not None and first >= other_last:
        return Maybe.NO
    return Maybe.UNKNOWN


def _in_utc(bounds: Bounds, offset_minutes: int) -> Bounds:
    """Local bounds in UTC; at the ends of the calendar they stay."""
    if bounds.first is None or bounds.last is None:
        return bounds
    offset = timedelta(minutes=offset_minutes)
    try:
        return Bounds(bounds.first - offset, bounds.last - offset)
    except OverflowError:
        return bounds


def _offset_text(offset_minutes: int | None) -> str:
    """An offset from UTC as ISO 8601 writes it."""
    if offset_minutes is None:
        return ""
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"{'-' if offset_minutes < 0 else '+'}{hours:02}:{minutes:02}"
