"""The formats of ODM: of what type an item is, which codes it has, and whether a text as typed is in that format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from firstdose.records import Column, PartialDate, PartialDateTime
from firstdose.records.values import NO_WORD, YES_WORD

DATA_TYPES: dict[type, str] = {
    str: "text",
    bool: "text",
    int: "integer",
    float: "float",
    PartialDate: "partialDate",
    PartialDateTime: "partialDatetime",
}
YES_OR_NO = {YES_WORD: "yes", NO_WORD: "no"}
A_DAY = r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])%s)?)?"
HOUR, SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
A_TIME = f"(?:T{HOUR}(?::{SIXTY}(?::{SIXTY}(?:[.][0-9]+)?)?)?(?:[+-]{HOUR}:{SIXTY}|Z)?)?"
PATTERNS: dict[str, re.Pattern[str]] = {
    "integer": re.compile("-?[0-9]+"),
    "float": re.compile("-?[0-9]+(?:[.][0-9]+)?"),
    "partialDate": re.compile(A_DAY % ""),
    "partialDatetime": re.compile(A_DAY % A_TIME),
}
"""ODM 1.3.2, section 2.13; `text` takes every text."""


def codes_of(column: Column) -> Mapping[str, str]:
    """The codes of a field with their words; none where it has no list of codes."""
    return YES_OR_NO if column.kind is bool else column.codes


def data_type(column: Column | None) -> str:
    """The type of an item; of a field that the records do not know, text."""
    return "text" if column is None else DATA_TYPES[column.kind]


def is_in_format(column: Column | None, text: str) -> bool:
    """Whether a text as typed is a value of its item as ODM writes one."""
    if column is None:
        return True
    codes = codes_of(column)
    if codes:
        return text in codes
    pattern = PATTERNS.get(data_type(column))
    if pattern is None:
        return True
    found = pattern.fullmatch(text)
    return found is not None and (not column.is_date or _is_in_calendar(*found.groups()))


def _is_in_calendar(year: str, month: str | None, day: str | None) -> bool:
    """Whether there is such a day, as far as it is told."""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True
