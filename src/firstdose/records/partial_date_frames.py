"""Comparison of partial dates in whole columns: true, false, or nothing where the answer is unknown.

The columns hold the texts of `PartialDate` and `PartialDateTime`; the answers are those of their own comparisons.
"""

from __future__ import annotations

import polars as pl


def earliest_day(text: pl.Expr) -> pl.Expr:
    """The first day that a date can be; nothing if its year is unknown."""
    return pl.date(_year(text), _month(text).fill_null(1), _day(text).fill_null(1))


def latest_day(text: pl.Expr) -> pl.Expr:
    """The last day that a date can be; nothing if its year is unknown."""
    month = _month(text).fill_null(12)
    day = _day(text)
    return (
        pl.when(day.is_null())
        .then(pl.date(_year(text), month, pl.lit(1)).dt.month_end())
        .otherwise(pl.date(_year(text), month, day.fill_null(1)))
    )


def is_complete_day(text: pl.Expr) -> pl.Expr:
    """Whether year, month and day are known; nothing where there is no date."""
    return text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_day_before(text: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether a day comes before another, times of day aside."""
    return _is_before(earliest_day(text), latest_day(text), earliest_day(other), latest_day(other))


def is_moment_before(text: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether a moment comes before another; a day alone is any moment of it."""
    in_utc = _offset_text(text).is_not_null() & _offset_text(other).is_not_null()
    shifts = [pl.when(in_utc).then(_offset(each)).otherwise(pl.duration(minutes=0)) for each in (text, other)]
    bounds = [
        bound(each) - shift
        for each, shift in zip((text, other), shifts, strict=True)
        for bound in (earliest_moment, latest_moment)
    ]
    is_noted_alike = (text == other) & text.str.contains("T[0-9]{2}:")
    return pl.when(is_noted_alike).then(pl.lit(False)).otherwise(_is_before(*bounds))


def earliest_moment(text: pl.Expr) -> pl.Expr:
    """The first local time that a moment can be."""
    hour, minute, second = (_time_part(text, place).fill_null(0) for place in range(3))
    return earliest_day(text).cast(pl.Datetime) + pl.duration(hours=hour, minutes=minute, seconds=second)


def latest_moment(text: pl.Expr) -> pl.Expr:
    """The last local time that a moment can be."""
    hour, minute, second = (_time_part(text, place) for place in range(3))
    time = pl.duration(
        hours=hour.fill_null(23), minutes=minute.fill_null(59), seconds=second.fill_null(59), microseconds=999_999
    )
    return latest_day(text).cast(pl.Datetime) + time


def _is_before(first: pl.Expr, last: pl.Expr, other_first: pl.Expr, other_last: pl.Expr) -> pl.Expr:
    """Whether something between two bounds comes before something between two others."""
    return pl.when(last < other_first).then(pl.lit(True)).when(first >= other_last).then(pl.lit(False)).otherwise(None)


def _part(text: pl.Expr, pattern: str) -> pl.Expr:
    """A number found in a text."""
    return text.str.extract(pattern, 1).cast(pl.Int32)


def _year(text: pl.Expr) -> pl.Expr:
    return _part(text, r"^([0-9]{4})")


def _month(text: pl.Expr) -> pl.Expr:
    return _part(text, r"^(?:[0-9]{4}|-)-([0-9]{2})")


def _day(text: pl.Expr) -> pl.Expr:
    return _part(text, r"^(?:[0-9]{4}|-)-(?:[0-9]{2}|-)-([0-9]{2})")


def _time_part(text: pl.Expr, place: int) -> pl.Expr:
    """Hour, minute or second."""
    return _part(text, "T" + "[0-9]{2}:" * place + "([0-9]{2})")


def _offset_text(text: pl.Expr) -> pl.Expr:
    """The offset from UTC as it is written."""
    return text.str.extract(r"T.*([+-][0-9]{2}:[0-9]{2})$", 1)


def _offset(text: pl.Expr) -> pl.Expr:
    """The offset from UTC."""
    written = _offset_text(text)
    minutes = 60 * _part(written, r"^.([0-9]{2})") + _part(written, r":([0-9]{2})$")
    return pl.duration(minutes=pl.when(written.str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0))
