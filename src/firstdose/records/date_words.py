"""Days and moments in words, as people read them: 23 November 2026; 7 December 2026, 00:00 (Europe/London)."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from firstdose.records.partial_dates import PartialDate, PartialDateTime


def day_words(day: date) -> str:
    """A day: 23 November 2026."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def instant_words(moment: datetime, zone: tzinfo | None) -> str:
    """A moment on the clocks of a zone, which is named: 7 December 2026, 00:00 (Europe/London); in UTC without one."""
    shown = moment.astimezone(zone or UTC)
    return f"{day_words(shown)}, {shown:%H:%M} ({zone_words(zone or UTC)})"


def zone_words(zone: tzinfo) -> str:
    """The name of a zone: Europe/London, UTC, UTC+02:00."""
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)


def recorded_words(recorded: PartialDate | PartialDateTime) -> str:
    """A day as far as it was recorded: 23 November 2026, November 2026, 2026; a time of day is left out."""
    day = recorded.date if isinstance(recorded, PartialDateTime) else recorded
    if day.earliest is not None and day.is_complete:
        return day_words(day.earliest)
    month = calendar.month_name[day.month] if day.month else ""
    known = " ".join(filter(None, (month, str(day.year) if day.year else "")))
    return f"{day.day} {known}" if day.day and day.month else known


def moment_words(recorded: PartialDateTime) -> str:
    """A moment as far as it was recorded: 14 March 2026, 10:30; March 2026; a day without its month as it stands.

    The time is that of the clock there; its distance from UTC is left out, and named only where it is none.
    """
    if recorded.date.day and not recorded.date.month:
        return str(recorded)
    hour, minute = recorded.hour, recorded.minute
    time = "" if hour is None or minute is None else f", {hour:02}:{minute:02}"
    return f"{recorded_words(recorded)}{time}{' UTC' if time and recorded.offset_minutes == 0 else ''}"


def happened_words(what: str, recorded: PartialDate | PartialDateTime) -> str:
    """When something happened, as far as it was recorded: began on 3 March 2026; in 2026 (the day is not known)."""
    day = recorded.date if isinstance(recorded, PartialDateTime) else recorded
    when = f"{'on' if day.day and day.month else 'in'} {recorded_words(recorded)}"
    return f"{what} {when}" + ("" if day.is_complete else " (the day is not known)")


def span_words(first: datetime | None, last: datetime | None, zone: tzinfo | None) -> str:
    """When something was or is, on the clocks of a zone: an instant, whole days, or the two between which it lies."""
    if first is None or last is None:
        known = first or last
        words = instant_words(known, zone) if known else "not known"
        return words if known is None else f"{words} or later" if first else f"{words} or earlier"
    if first == last:
        return instant_words(first, zone)
    begins, ends = first.astimezone(zone or UTC), last.astimezone(zone or UTC)
    if (begins.hour, begins.minute, ends.hour, ends.minute) == (0, 0, 23, 59):
        one, other = day_words(begins), day_words(ends)
        return one if one == other else f"{one} to {other}"
    return f"{day_words(begins)}, {begins:%H:%M} to {instant_words(last, zone)}"
