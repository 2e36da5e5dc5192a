"""The type of a variable's values as Define-XML names it, told from the values themselves."""

from __future__ import annotations

import re

import polars as pl

from firstdose.cdisc.define.definition import ValueType
from firstdose.cdisc.values import as_text

WHOLE = r"^[+-]?[0-9]+$"
DECIMAL = r"^[+-]?[0-9]+(?:\.[0-9]*)?$"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
DATE_TYPES = (
    ("date", re.compile(DAY)),
    ("datetime", re.compile(rf"{DAY}T{TIME}.*")),
    ("partialDate", re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")),
    (
        "partialDatetime",
        re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}(?::[0-9]{2}(?::.*)?)?)?)?)?"),
    ),
)
ANY_DATE = "incompleteDatetime"
"""The type of dates of which a part in the middle is unknown: 2020---15."""
DATE_ENDING = "DTC"


def type_of(name: str, values: pl.Series) -> ValueType:
    """The type of a variable, its length and its decimals.

    Dates in text have the narrowest type that holds all of them, and no length. The length of a variable without any
    value is 1.
    """
    known = values.drop_nulls().unique()
    if values.dtype == pl.String:
        return _date_type(known) if name.endswith(DATE_ENDING) else ValueType("text", _longest(known))
    if values.dtype == pl.Date:
        return ValueType("integer", len("99999"))
    texts = _as_texts(known)
    if values.dtype.is_integer():
        return ValueType("integer", _longest(texts))
    return ValueType("float", _longest(texts), _decimals(texts))


def type_of_results(name: str, values: pl.Series) -> ValueType:
    """The type of one test's values; numbers in text are told from words."""
    plain = type_of(name, values)
    known = values.drop_nulls().unique()
    if plain.name != "text" or not known.len():
        return plain
    if known.str.contains(WHOLE).all():
        return ValueType("integer", _longest(known))
    if known.str.contains(DECIMAL).all():
        return ValueType("float", _longest(known), _decimals(known))
    return plain


def _date_type(known: pl.Series) -> ValueType:
    """The first type that every date has."""
    texts = known.to_list()
    fits = (name for name, pattern in DATE_TYPES if all(pattern.fullmatch(text) for text in texts))
    return ValueType(next(fits, ANY_DATE) if texts else "partialDatetime")


def _as_texts(numbers: pl.Series) -> pl.Series:
    """Numbers as they are written in text."""
    return pl.Series([as_text(number) for number in numbers.to_list()], dtype=pl.String)


def _longest(texts: pl.Series) -> int:
    """The most characters of any text, at least one."""
    lengths: list[int] = texts.str.len_chars().unique().to_list()
    return max([1, *lengths])


def _decimals(texts: pl.Series) -> int:
    """The most digits after the point."""
    digits: list[int] = texts.str.extract(r"\.([0-9]+)").str.len_chars().drop_nulls().to_list()
    return max([0, *digits])
