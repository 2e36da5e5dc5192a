"""Past moments as people write them, on the clocks of a site. Instants are worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from firstdose.conduct.past_moments import NoPastMoment, past_moment

ROME, PRESENT = ZoneInfo("Europe/Rome"), datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2026-01-31", "2026-01-31T22:59:59.999999"),
        ("2026-07-31", "2026-07-31T21:59:59.999999"),
        ("2026-01-31T12:00", "2026-01-31T11:00:59.999999"),
        ("2026-01-31 12:00", "2026-01-31T11:00:59.999999"),
        ("2026-01-31T12:00:00", "2026-01-31T11:00:00"),
        ("2026-01-31T12:00:07.5", "2026-01-31T11:00:07.500000"),
        ("2026-01-31T12:00+03:00", "2026-01-31T09:00:59.999999"),
        ("2026-01-31T12:00Z", "2026-01-31T12:00:59.999999"),
        ("2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00"),
        ("2026-10-25T02:30", "2026-10-25T01:30:59.999999"),  # shown twice that night: the second time
    ],
)
def test_a_text_means_the_last_moment_that_it_may(text: str, in_utc: str) -> None:
    assert past_moment(text, PRESENT, ROME) == datetime.fromisoformat(in_utc).replace(tzinfo=UTC)


def test_without_a_zone_it_is_utc() -> None:
    for written in ("2026-01-31T12:00", "2026-01-31 12:00", "2026-01-31t12:00", "2026-W05-6T12:00"):
        assert past_moment(written, PRESENT).isoformat() == "2026-01-31T12:00:59.999999+00:00"


@pytest.mark.parametrize("text", ["2026-11-24", "2026-11-24T13:00", "2026-11-24T13:01", "9999-12-31T23:59-14:00"])
def test_what_is_not_over_is_refused(text: str) -> None:
    """It is 13:00:30 in Rome: what is entered in this minute yet would change the data as of it."""
    with pytest.raises(NoPastMoment, match="still to come, or not over yet"):
        past_moment(text, PRESENT, ROME)
    assert past_moment("2026-11-24T12:59", PRESENT, ROME) < PRESENT


def test_before_the_first_year_is_long_ago() -> None:
    assert past_moment("0001-01-01T00:00+14:00", PRESENT, ROME) == datetime.min.replace(tzinfo=UTC)
