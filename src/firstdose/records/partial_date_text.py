"""Reads dates and times as sites and other systems write them; unknown parts stay unknown."""

from __future__ import annotations

import re
from functools import lru_cache

from firstdose.records.partial_dates import PartialDate, PartialDateTime

UNKNOWN = r"UNKN|UNK|UN|XX|--|-"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}}|UNKN|UNK|-)(?:-(?P<month>[0-9]{{2}}|{UNKNOWN})(?:-(?P<day>[0-9]{{2}}|{UNKNOWN}))?)?"
)
DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}}|{UNKNOWN})(?P<gap>[- ]?)(?P<month>[A-Z]{{3}}|UN)(?P=gap)(?P<year>[0-9]{{4}}|UNKN|UNK|UN)"
)
TIME = re.compile(
    r"(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.]0*)?)?)?"
    r"(?P<offset>Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?)?"
)
UNKNOWN_TIME = re.compile(r"(?:UNK|UN|--):(?:UNK|UN|--)")

FORMS = "write it as 2026-03-14, with what is known: 2026-03, 2026 or UN-UNK-2026"
TIME_FORMS = "write it as 2026-03-14T10:30, with the offset from UTC if it is known: 2026-03-14T10:30+01:00"


class NotADate(ValueError):
    """Text that is no date; the rule that it breaks, and how to mend it."""

    def __init__(self, rule: str, fix: str) -> None:
        self.rule, self.fix = rule, fix
        super().__init__(f"{rule}; {fix}")


@lru_cache(maxsize=100_000)
def read_partial_date(text: str) -> PartialDate | None:
    """The date that a text states; nothing if it states that nothing is known."""
    written = text.strip().upper()
    match = YEAR_FIRST.fullmatch(written) or DAY_FIRST.fullmatch(written)
    if match is None:
        raise NotADate("must be a date", FORMS)
    year, month, day = _number(match["year"]), _month(match["month"]), _number(match["day"])
    if year is None and month is None:
        if day is not None:
            raise NotADate("must be a date: a day without month and year says nothing", "leave it empty")
        return None
    try:
        return PartialDate(year, month, day)
    except ValueError as error:
        raise NotADate(f"must be a date that exists: {error}", "look it up in the source") from error


@lru_cache(maxsize=100_000)
def read_partial_date_time(text: str) -> PartialDateTime | None:
    """The date and time that a text states; nothing if it states that nothing is known."""
    written = text.strip().upper()
    day_text, time_text = _split(written)
    try:
        day = read_partial_date(day_text)
    except NotADate as problem:
        fix = TIME_FORMS if time_text or problem.fix == FORMS else problem.fix
        raise NotADate(problem.rule, fix) from problem
    if not time_text or UNKNOWN_TIME.fullmatch(time_text):
        return None if day is None else PartialDateTime(day)
    match = TIME.fullmatch(time_text)
    if match is None or day is None:
        raise NotADate("must be a date and time", TIME_FORMS)
    hour, minute, second = map(_number, match.group("hour", "minute", "second"))
    try:
        return PartialDateTime(day, hour, minute, second, _offset(match))
    except ValueError as error:
        raise NotADate(f"must be a time that exists: {error}", TIME_FORMS) from error


def _split(written: str) -> tuple[str, str]:
    """The day and the time of day of a text."""
    day_text, mark, time_text = written.partition("T")
    if mark and day_text and time_text[:1].isdigit():
        return day_text, time_text
    day_text, _, time_text = written.rpartition(" ")
    return (day_text, time_text) if ":" in time_text and day_text else (written, "")


def _number(text: str | None) -> int | None:
    """A number, or nothing where a part is left out or unknown."""
    return int(text) if text and text.isdigit() else None


def _month(text: str | None) -> int | None:
    """A month by number or English name."""
    if text in MONTHS:
        return MONTHS.index(text) + 1
    if text and text.isalpha() and not re.fullmatch(UNKNOWN, text):
        raise NotADate("must be a date: this is no month", FORMS)
    return _number(text)


def _offset(match: re.Match[str]) -> int | None:
    """The offset from UTC in minutes."""
    if match["offset"] is None:
        return None
    if match["offset"] == "Z":
        return 0
    minutes = int(match["minutes"] or 0)
    if minutes > 59:
        raise ValueError("minutes of an offset are below 60")
    return (60 * int(match["hours"]) + minutes) * (-1 if match["sign"] == "-" else 1)
