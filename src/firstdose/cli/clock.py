"""The clock, which only the shell reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def today() -> date:
    """Today's date."""
    return datetime.now(UTC).date()


def is_to_come(day: date) -> bool:
    """Whether a day is in the future wherever on Earth one is."""
    return day > today() + timedelta(days=1)


def instant() -> datetime:
    """The time in UTC, as exact as the machine knows it."""
    return datetime.now(UTC)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
