"""Which draws of a drug's trough can be used, and why the others cannot."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.laboratory.results import lab_results
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records.units import conversion_factor

HOURS_SINCE_INTAKE = (10.0, 14.0)
"""Hours after the last intake in which a draw is a trough, for a drug that is taken every twelve hours."""

LAST_TROUGH_DAYS = 1
"""Days after the last day of the drug on which a draw can still be the trough of the last intake."""

USED = "used"
NO_NUMBER, OTHER_UNIT = "no number", "unit cannot be converted"
OFF_DRUG, WRONG_TIME = "not on the drug", "drawn at the wrong time"
LEFT_OUT = (NO_NUMBER, OTHER_UNIT, OFF_DRUG, WRONG_TIME)


@once_a_frame
def trough_rows(frame: Frame) -> pl.DataFrame:
    """Every trough of the treated, of whatever drug."""
    return lab_results(frame).filter(pl.col("category") == "trough")


def is_of(treatment: BackgroundTreatment) -> pl.Expr:
    """Whether a trough is of this drug: its analyte, name or code is the drug's name or identifier."""
    names = {treatment.drug.casefold(), treatment.id.casefold()}
    columns = (
        pl.col(column).str.to_lowercase().is_in(names).fill_null(False) for column in ("analyte", "name", "test")
    )
    return pl.any_horizontal(*columns)


def draws_of(frame: Frame, treatment: BackgroundTreatment, rows: pl.DataFrame) -> pl.DataFrame:
    """The draws of one drug in the unit of its target, with ``state`` (`USED` or why not), ``level`` and ``doubt``.

    A draw is left out where it is surely no trough of the drug; where the hours since the intake or the day are not
    known it is used, and ``doubt`` says so. The last day is that of the last background treatment that the person took.
    """
    people = frame.people("treated").select("subject", "level", "background_taken", "background_last_day")
    joined = rows.join(people, on="subject", how="inner", maintain_order="left")
    converted = joined.with_columns(factor=_factor(treatment, joined)).with_columns(
        in_unit=pl.col("value") * pl.col("factor")
    )
    hours, day = pl.col("hours_since_intake"), pl.col("day")
    first_hour, last_hour = HOURS_SINCE_INTAKE
    last_day = pl.col("background_last_day") + LAST_TROUGH_DAYS
    is_off = ~pl.col("background_taken") | (day < treatment.start_day) | (day > last_day).fill_null(False)
    return converted.with_columns(
        state=pl.when(pl.col("value").is_null())
        .then(pl.lit(NO_NUMBER))
        .when(pl.col("in_unit").is_null())
        .then(pl.lit(OTHER_UNIT))
        .when(is_off)
        .then(pl.lit(OFF_DRUG))
        .when((hours < first_hour) | (hours > last_hour))
        .then(pl.lit(WRONG_TIME))
        .otherwise(pl.lit(USED)),
        doubt=pl.when(day.is_null())
        .then(pl.lit("day not known"))
        .when(hours.is_null())
        .then(pl.lit("hours since the intake not known")),
    ).sort("subject", "day", "number", nulls_last=True)


def _factor(treatment: BackgroundTreatment, rows: pl.DataFrame) -> pl.Expr:
    """What values are multiplied by to be in the unit of the target; nothing where there is no way."""
    target = treatment.trough_target
    if target is None:
        return pl.lit(1.0)
    factors = {
        unit: 1.0 if unit == target.unit else conversion_factor(unit, target.unit, treatment.drug)
        for unit in rows["unit"].drop_nulls().unique().sort()
    }
    return pl.col("unit").replace_strict(factors, default=None, return_dtype=pl.Float64)
