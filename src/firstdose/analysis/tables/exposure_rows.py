"""Exposure as figures: of each administration as recorded, and of each person as tables count it."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.people.exposure import administrations, by_batch, of_people, people_with_shares

ADMINISTRATION = {
    "dose_assigned": None,
    "dose_given": None,
    "volume_ml": "mL",
    "viability_percent": "%",
    "released_viability": "%",
}
"""The figures of an administration and their units; none: that of the doses."""


def exposure_rows(frame: Frame) -> pl.DataFrame:
    """The exposure of the treated, columns as `ExposureRow`."""
    people = people_with_shares(frame)
    given = administrations(frame, people)
    each = of_people(given)
    unit, days = frame.protocol.dose_levels.unit, pl.col("treatment_last_day") + 1
    single = [_of(given, "administration", name, pl.col(name), words or unit) for name, words in ADMINISTRATION.items()]
    means = [_of(each, "person", name, pl.col(name), words) for name, words in ADMINISTRATION.items() if words]
    whole = [
        _of(people, "person", "dose_assigned", pl.col("dose_assigned"), unit),
        _of(people, "person", "dose_given", pl.col("dose_given"), unit),
        _of(people, "person", "share", pl.col("share") * 100, "%"),
        _of(people, "person", "days_of_treatment", days, "days"),
        _in_words(people, "person", "within_tolerance", _answer("is_within")),
        _in_words(each, "person", "interrupted", _answer("interrupted")),
        _in_words(given, "administration", "interrupted", _answer("interrupted")),
        _numbered(_in_words(by_batch(people), "person", "batch", pl.col("batch"))),
    ]
    return pl.concat([*single, *means, *whole])


COLUMNS = ("subject", "extent", "what", "number", "value", "unit", "text")


def _of(rows: pl.DataFrame, extent: str, what: str, value: pl.Expr, unit: str | None) -> pl.DataFrame:
    """A number of each row that has one."""
    return _rows(rows, extent, what, value.cast(pl.Float64), unit, pl.lit(None, pl.String)).drop_nulls("value")


def _in_words(rows: pl.DataFrame, extent: str, what: str, text: pl.Expr) -> pl.DataFrame:
    """An answer of each row; those without an answer are left out."""
    return _rows(rows, extent, what, pl.lit(None, pl.Float64), None, text).drop_nulls("text")


def _rows(rows: pl.DataFrame, extent: str, what: str, value: pl.Expr, unit: str | None, text: pl.Expr) -> pl.DataFrame:
    number = pl.col("number") if extent == "administration" else pl.lit(None, pl.Int64)
    return rows.with_columns(
        extent=pl.lit(extent), what=pl.lit(what), number=number, value=value, unit=pl.lit(unit, pl.String), text=text
    ).select(COLUMNS)


def _answer(name: str) -> pl.Expr:
    """Yes or no in words; nothing where that is not known."""
    return pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no"))


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows numbered within each person, since one person can have several batches."""
    return rows.with_columns(number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("subject"))
