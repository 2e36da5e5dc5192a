"""Days and moments as people read them, on the clocks of the site; what is known in part stays so."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from firstdose.records import PartialDate, PartialDateTime
from firstdose.records.date_words import happened_words, instant_words, recorded_words, span_words

ROME, LONDON = ZoneInfo("Europe/Rome"), ZoneInfo("Europe/London")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-12-06T23:00", ROME, "7 December 2026, 00:00 (Europe/Rome)"),
        ("2026-12-07T00:00", LONDON, "7 December 2026, 00:00 (Europe/London)"),
        ("2026-07-06T23:00", LONDON, "7 July 2026, 00:00 (Europe/London)"),
        ("2026-12-06T23:00", None, "6 December 2026, 23:00 (UTC)"),
    ],
)
def test_a_moment_is_told_on_the_clocks_of_the_zone_which_is_named(
    moment: str, zone: tzinfo | None, expected: str
) -> None:
    assert instant_words(utc(moment), zone) == expected


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (PartialDate(2026, 11, 3), "3 November 2026"),
        (PartialDate(2026, 11), "November 2026"),
        (PartialDate(2026), "2026"),
        (PartialDate(None, 11, 3), "3 November"),
        (PartialDateTime(PartialDate(2026, 11, 3), 23, 50, None, 0), "3 November 2026"),
    ],
)
def test_a_date_is_told_as_far_as_it_was_recorded(recorded: PartialDate | PartialDateTime, expected: str) -> None:
    assert recorded_words(recorded) == expected
    known = recorded if isinstance(recorded, PartialDate) else recorded.date
    before = "on" if expected[0] == "3" else "in"
    what = f"began {before} {expected}"
    assert happened_words("began", recorded) == what + ("" if known.is_complete else " (the day is not known)")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-22T23:00", "2026-01-23T22:59:59.999999", "23 January 2026"),
        ("2026-01-31T23:00", "2026-02-28T22:59:59.999999", "1 February 2026 to 28 February 2026"),
        ("2026-01-23T09:00", "2026-01-23T09:00", "23 January 2026, 10:00 (Europe/Rome)"),
        ("2026-01-22T23:00", "2026-01-23T09:30", "23 January 2026, 00:00 to 23 January 2026, 10:30 (Europe/Rome)"),
        (None, "2026-01-23T09:30", "23 January 2026, 10:30 (Europe/Rome) or earlier"),
        ("2026-01-23T09:30", None, "23 January 2026, 10:30 (Europe/Rome) or later"),
        (None, None, "not known"),
    ],
)
def test_when_something_was_is_told_in_the_sites_zone(first: str | None, last: str | None, expected: str) -> None:
    assert span_words(first and utc(first), last and utc(last), ROME) == expected  # type: ignore[arg-type]
