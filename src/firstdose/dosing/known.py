"""What a recorded date says of instants: the first and the last that it may mean, and whether that has come to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from firstdose.protocol.expression import Answer
from firstdose.records import NAMES, PartialDate, PartialDateTime
from firstdose.records.question import keys_of
from firstdose.safety.moments import MISSING, Moment, local_day

Recorded = PartialDate | PartialDateTime

WHERE_DAYS_BEGIN_FIRST = timezone(timedelta(hours=14))
WHERE_DAYS_END_LAST = timezone(timedelta(hours=-12))
"""Stands for a zone that is not known: what is over there is over everywhere."""


JUST_A_MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last instant that a recorded date may mean; None where nothing is known."""

    first: datetime | None = None
    last: datetime | None = None

    def by(self, instant: datetime) -> Answer:
        """Whether it lies at or before an instant; None where the date leaves that open, or there is none."""
        if self.last is not None and self.last <= instant:
            return True
        return False if self.first is not None and self.first > instant else None

    def after(self, other: Span) -> Answer:
        """Whether it lies after another, as far as both dates say so."""
        if self.first is not None and other.last is not None and self.first > other.last:
            return True
        if self.last is not None and other.first is not None and self.last <= other.first:
            return False
        return None


UNKNOWN = Span()


@lru_cache(maxsize=16_384)
def span_of(recorded: Recorded | None, zone: tzinfo | None) -> Span:
    """The instants that a date may mean where the site is; a zone that is not known widens the span."""
    if recorded is None:
        return UNKNOWN
    moment = recorded if isinstance(recorded, PartialDateTime) else PartialDateTime(recorded)
    first, last = moment.wall_clock
    if first is None or last is None:
        return UNKNOWN
    if moment.offset_minutes is not None:
        zone = timezone(timedelta(minutes=moment.offset_minutes))
    try:
        starts = _instants(first, zone or WHERE_DAYS_BEGIN_FIRST)
        ends = _instants(last, zone or WHERE_DAYS_END_LAST)
    except OverflowError:  # at the ends of the calendar
        return UNKNOWN
    # what was noted to the minute is taken at that minute
    is_exact = moment.minute is not None and zone is not None and starts[0] == starts[1]
    return Span(min(starts), min(starts) if is_exact else max(ends))


def last_meant(recorded: Recorded | None, span: Span) -> datetime | None:
    """The last instant that a date may mean, of which this is the span: noted to the minute, the last of that minute.

    To compare it with what the program noted to the second.
    """
    is_minute = isinstance(recorded, PartialDateTime) and recorded.minute is not None and recorded.second is None
    if span.last is None or not is_minute or span.first != span.last:
        return span.last
    return span.last + JUST_A_MINUTE


def moment_of(recorded: Recorded | None, zone: tzinfo) -> Moment:
    """A recorded date as a moment of the site's calendar; nothing is filled in."""
    if recorded is None:
        return MISSING
    moment = recorded if isinstance(recorded, PartialDateTime) else PartialDateTime(recorded)
    if moment.hour is None:
        return Moment(moment.date.earliest, moment.date.latest)
    span = span_of(moment, zone)
    assert span.first is not None
    assert span.last is not None
    exact = span.first if span.first == span.last else None
    return Moment(local_day(span.first, zone), local_day(span.last, zone), exact)


def zone_named(name: str | None) -> tzinfo | None:
    """The time zone of a name such as Europe/Rome; None where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):
        return None


def day_number(instant: datetime, zone: tzinfo) -> int:
    """The day of the site's calendar, as a number."""
    return local_day(instant, zone).toordinal()


def start_of_day(number: int, zone: tzinfo) -> datetime:
    """The instant at which a day of the site's calendar begins."""
    return datetime.combine(date.fromordinal(number), time(), zone)


def record_name(record: object) -> str:
    """Kind and identity of a record, such as "adverse_events P01/3"."""
    kind = type(record)
    identity = "/".join(str(getattr(record, key)) for key in keys_of(kind))
    return f"{NAMES[kind]} {identity}"


def _instants(wall_clock: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants at which clocks show a time; two where they are set back, or skip it."""
    earlier, later = (wall_clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return (earlier, later) if earlier <= later else (later, earlier)
