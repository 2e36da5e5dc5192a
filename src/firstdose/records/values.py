"""Turns the text of one field into its value and back, and judges whether a value is plausible."""

from __future__ import annotations

import math
import re

from firstdose.records.partial_date_text import NotADate, read_partial_date, read_partial_date_time
from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Column, Value

WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,19})(?:[.]0*)?")
NUMBER = re.compile(r"[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
NOT_A_NUMBER = ("nan", "na", "n/a", "null", "none", "inf", "-inf", "+inf", "infinity", "-infinity", ".")
YES_WORD, NO_WORD = "yes", "no"
YES, NO = frozenset((YES_WORD, "true", "y", "1")), frozenset((NO_WORD, "false", "n", "0"))
LARGEST_WHOLE_NUMBER = 2**63 - 1
FIRST_PLAUSIBLE_YEAR, LAST_PLAUSIBLE_YEAR = 1900, 2100


class Unreadable(ValueError):
    """Text that is no value of its field; the rule that it breaks, and how to mend it."""

    def __init__(self, rule: str, fix: str) -> None:
        self.rule, self.fix = rule, fix
        super().__init__(f"{rule}; {fix}")


def read_value(column: Column, text: str) -> Value | None:
    """The value that a text states; nothing if there is only white space. Text itself is kept as typed."""
    if not text.strip():
        return None
    if column.codes:
        return _read_code(column, text)
    if column.kind is str:
        return text
    if column.is_date:
        return _read_date(column, text)
    if column.kind is bool:
        return _read_answer(text)
    return _read_whole_number(text) if column.kind is int else _read_number(text)


def write_value(value: Value | None) -> str:
    """A value as text that `read_value` reads back; nothing becomes empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_WORD if value else NO_WORD
    return repr(value) if isinstance(value, float) else str(value)


def implausible(column: Column, value: Value) -> tuple[str, str] | None:
    """The rule that a readable value breaks and the advice; it is kept as typed and asked about."""
    question = column.question
    if isinstance(value, PartialDate | PartialDateTime):
        year = value.year if isinstance(value, PartialDate) else value.date.year
        if year is not None and not FIRST_PLAUSIBLE_YEAR <= year <= LAST_PLAUSIBLE_YEAR:
            return f"should be between {FIRST_PLAUSIBLE_YEAR} and {LAST_PLAUSIBLE_YEAR}", "look it up in the source"
    elif isinstance(value, int | float) and (
        (question.lowest is not None and value < question.lowest)
        or (question.highest is not None and value > question.highest)
    ):
        unit = f" {question.unit}" if question.unit else ""
        return f"should be {column.limits_in_words}{unit}", "look it up in the source, its unit too"
    return None


def _read_code(column: Column, text: str) -> str:
    """One of the codes of a field; case, spaces and hyphens aside."""
    code = re.sub(r"[\s_-]+", "_", text.strip().lower())
    for known in column.codes:
        if code == known.lower():
            return known
    raise Unreadable(f"must be one of: {', '.join(column.codes)}", "use one of these codes")


def _read_date(column: Column, text: str) -> PartialDate | PartialDateTime | None:
    """A date or time as far as it is known."""
    try:
        return read_partial_date(text) if column.kind is PartialDate else read_partial_date_time(text)
    except NotADate as problem:
        raise Unreadable(problem.rule, problem.fix) from problem


def _read_answer(text: str) -> bool:
    """Yes or no."""
    word = text.strip().lower()
    if word not in YES | NO:
        raise Unreadable("must be yes or no", "write yes or no; leave it empty if it is not known")
    return word in YES


def _read_whole_number(text: str) -> int:
    """A whole number."""
    match = WHOLE_NUMBER.fullmatch(text.strip())
    if match is None or abs(int(match[1])) > LARGEST_WHOLE_NUMBER:
        raise Unreadable("must be a whole number", _advice_on_number(text))
    return int(match[1])


def _read_number(text: str) -> float:
    """A finite number."""
    match = NUMBER.fullmatch(text.strip())
    value = float(match[0]) if match else math.nan
    if not math.isfinite(value):
        raise Unreadable("must be a finite number", _advice_on_number(text))
    return value + 0.0


def _advice_on_number(text: str) -> str:
    """What to do about text that is no number."""
    word = text.strip()
    if word.lower() in NOT_A_NUMBER:
        return "leave it empty if there is no value"
    if DECIMAL_COMMA.fullmatch(word):
        return f"write a point for the comma: {word.replace(',', '.')}"
    return "write the number alone, without unit or sign of comparison"
