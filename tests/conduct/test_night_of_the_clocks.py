"""A dosing in the night in which the clocks are changed: 02:30 comes twice in October, and not at all in March."""

from __future__ import annotations

import pytest

from firstdose.conduct.ledger import Refused
from tests.conduct.running import Running


@pytest.mark.parametrize(
    ("night", "meant"),
    [
        ("2026-10-25", "2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"),
        ("2027-03-28", "2027-03-28T01:30+01:00 or 2027-03-28T03:30+02:00"),
    ],
)
def test_a_time_that_came_twice_or_never_is_asked_for_with_its_offset(ready: Running, night: str, meant: str) -> None:
    """Europe/Rome; P4 was recorded as of a minute that is none, and then as it was."""
    ready.at(f"{night}T09:00")
    with pytest.raises(Refused) as refused:
        ready.record_given("P4", f"{night}T02:30", dose_given="10")
    assert f"not clear: the clocks were changed that night and showed {night}T02:30 twice" in str(refused.value)
    assert f"offset from UTC: {meant}" in str(refused.value)
    assert ready.record_given("P4", meant.split(" or ")[1], dose_given="10", batch="B1") == ()


@pytest.mark.parametrize("start", ["2026-10-25T02", "2026-10-25"])
def test_a_time_without_minutes_is_asked_for_to_the_minute(ready: Running, start: str) -> None:
    ready.at("2026-10-25T09:00")
    with pytest.raises(Refused, match="when the dosing started is not recorded to the minute"):
        ready.record_given("P4", start, dose_given="10")
