"""What recorded dates say of instants. Truth: the calendars of Rome, where clocks change on 29 March and 25 October."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.dosing.known import UNKNOWN, Span, moment_of, record_name, span_of, zone_named
from firstdose.records import AdverseEvent, PartialDateTime, read_partial_date
from firstdose.safety import MISSING, Moment
from tests.dosing.trial import ROME, time


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LAST_SECOND = timedelta(days=1) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02-02T10:00", "2026-02-02T09:00", "2026-02-02T09:00"),
        ("2026-02-02T10:00+05:00", "2026-02-02T05:00", "2026-02-02T05:00"),
        ("2026-07-02T10:00:30", "2026-07-02T08:00:30", "2026-07-02T08:00:30"),
        ("2026-02-02T10", "2026-02-02T09:00", "2026-02-02T09:59:59.999999"),
        ("2026-02-02", "2026-02-01T23:00", "2026-02-02T22:59:59.999999"),
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T21:59:59.999999"),
        ("2026-03", "2026-02-28T23:00", "2026-03-31T21:59:59.999999"),
        ("2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30:59.999999"),  # shown twice
    ],
)
def test_the_instants_that_a_date_may_mean(text: str, first: str, last: str) -> None:
    assert span_of(time(text), ROME) == Span(utc(first), utc(last))


def test_a_zone_that_is_not_known_widens_what_a_local_time_may_mean() -> None:
    span = span_of(time("2026-02-02T10:00"), None)
    assert span == Span(utc("2026-02-01T20:00"), utc("2026-02-02T22:00:59.999999"))
    assert span_of(time("2026-02-02T10:00Z"), None) == Span(utc("2026-02-02T10:00"), utc("2026-02-02T10:00"))


def test_what_names_no_year_says_nothing() -> None:
    assert span_of(None, ROME) == UNKNOWN
    assert span_of(read_partial_date("--03-14"), ROME) == UNKNOWN
    assert span_of(time("0001-01-01"), ROME) == UNKNOWN
    assert UNKNOWN.by(utc("2026-01-01T00:00")) is None
    assert UNKNOWN.after(UNKNOWN) is None


def test_whether_something_had_happened() -> None:
    span = span_of(time("2026-02"), ROME)
    assert span.by(utc("2026-01-31T22:59")) is False
    assert span.by(utc("2026-02-15T12:00")) is None
    assert span.by(utc("2026-02-28T23:00")) is True


def test_which_of_two_came_later() -> None:
    january, february, monday = (span_of(time(text), ROME) for text in ("2026-01", "2026-02", "2026-02-02T10:00"))
    assert february.after(january) is True
    assert january.after(february) is False
    assert monday.after(february) is None
    assert monday.after(monday) is False


def test_moments_of_the_sites_calendar() -> None:
    day = datetime(2026, 2, 3).date()
    assert moment_of(None, ROME) == MISSING
    assert moment_of(time("2026-02-03"), ROME) == Moment.on(day)
    found = moment_of(time("2026-02-02T23:30Z"), ROME)
    assert (found.earliest, found.latest, found.instant) == (day, day, utc("2026-02-02T23:30"))
    hour = moment_of(time("2026-02-02T23Z"), ROME)
    assert (hour.earliest, hour.latest, hour.instant) == (day, day, None)
    twice = moment_of(time("2026-10-25T02:30"), ROME)
    assert (twice.earliest, twice.instant) == (datetime(2026, 10, 25).date(), None)


def test_zones_by_their_names() -> None:
    assert zone_named("Europe/Rome") == ROME
    assert [zone_named(name) for name in (None, "", "Nowhere/Land", "../etc/passwd", "Europe")] == [None] * 5


def test_records_have_names() -> None:
    assert record_name(AdverseEvent(subject="P1", number=3, term="fever")) == "adverse_events P1/3"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_time_with_an_offset_is_one_instant(local: datetime, offset: int) -> None:
    recorded = PartialDateTime.of(local.replace(microsecond=0))
    shifted = PartialDateTime(recorded.date, recorded.hour, recorded.minute, recorded.second, offset)
    instant = local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=offset)
    assert span_of(shifted, ROME) == Span(instant, instant)
