"""ADSL: one row a person."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import answer, as_date, dated, study_day
from firstdose.cdisc.writing.special_purpose import NOT_ASSIGNED, YEARS, demographics
from firstdose.cdisc.writing.terminology import NO
from firstdose.cdisc.writing.timing import timing_of
from firstdose.protocol import Protocol
from firstdose.records.analysis_tables import AnalysisTables, PeriodRow, PersonRow
from firstdose.records.derived import SubjectAnalysis
from firstdose.safety.periods import Period

FROM_DEMOGRAPHICS = ("SUBJID", "SITEID", "SEX", "RACE", "ETHNIC", "COUNTRY", "ARM", "ACTARM")
PERIODS = (Period.EARLY, Period.IMMUNOSUPPRESSION, Period.WITHDRAWAL, Period.LATER)
"""The periods after treatment, in the order of their numbers."""


def subject_level(protocol: Protocol, tables: AnalysisTables) -> pl.DataFrame:
    """Everybody, with the variables of ADSL as columns."""
    people = tables.data[SubjectAnalysis].join(tables[PersonRow], on="subject", how="left", maintain_order="left")
    dated_people = people.with_columns(as_date("day_0").alias("TRTSDT"))
    periods = _periods(tables[PeriodRow], dated_people)
    names, numbers = _treatment_names(protocol), pl.Int64
    end = dated("treatment_last_day")
    rows = dated_people.select(
        pl.col("subject").alias("USUBJID"),
        pl.col("age_years").alias("AGE"),
        pl.when(pl.col("age_years").is_not_null()).then(pl.lit(YEARS)).alias("AGEU"),
        pl.col("level_assigned").replace_strict(names, default=NOT_ASSIGNED, return_dtype=pl.String).alias("TRT01P"),
        pl.col("level_assigned").cast(numbers).alias("TRT01PN"),
        pl.col("level").replace_strict(names, default=None, return_dtype=pl.String).alias("TRT01A"),
        pl.col("level").cast(numbers).alias("TRT01AN"),
        pl.col("level_reason").alias("LVLRSN"),
        pl.col("dose_assigned").alias("DOSE01P"),
        pl.col("dose_given").alias("DOSE01A"),
        pl.when(pl.any_horizontal(pl.col("dose_assigned", "dose_given").is_not_null()))
        .then(pl.lit(protocol.dose_levels.unit))
        .alias("DOSE01U"),
        pl.col("batch").alias("BATCH"),
        answer("is_enrolled").alias("ENRLFL"),
        answer("is_treated").alias("SAFFL"),
        _evaluable(protocol).alias("DLTEVFL"),
        pl.col("evaluability").alias("DLTEVRSN"),
        answer("is_per_protocol").alias("PPROTFL"),
        answer("has_dlt").alias("DLTFL"),
        "TRTSDT",
        end.alias("TRTEDT"),
        (pl.col("treatment_last_day") + 1).alias("TRTDURD"),
        pl.col("days_at_risk").alias("ARISKDY"),
        answer("background_taken").alias("BGTRTFL"),
        dated("background_first_day").alias("BGTRTSDT"),
        dated("background_last_day").alias("BGTRTEDT"),
        pl.col("background_withdrawal_days").alias("BGWDRDY"),
        pl.col("disease_years").alias("DISDUR"),
        dated("followed_to_day").alias("FUPEDT"),
        study_day("followed_to_day").alias("FUPEDY"),
        dated("left_day").alias("EOSDT"),
        pl.col("left_because").alias("DCSREAS"),
        answer("has_died").alias("DTHFL"),
        dated("death_day").alias("DTHDT"),
        study_day("death_day").alias("DTHDY"),
    )
    return rows.join(_demographics(protocol, tables), on="USUBJID", how="left", maintain_order="left").join(
        periods, on="USUBJID", how="left", maintain_order="left"
    )


def _evaluable(protocol: Protocol) -> pl.Expr:
    """Y or N; nothing where that is not known yet. Who was not treated is not evaluable, held a slot or not."""
    is_never = (~pl.col("is_treated")).fill_null(False) & pl.lit(protocol.escalation.has_rule)
    return pl.coalesce(answer("is_dlt_evaluable"), pl.when(is_never).then(pl.lit(NO)))


def _demographics(protocol: Protocol, tables: AnalysisTables) -> pl.DataFrame:
    """The variables that are those of DM; without an identifier of the site it stays empty."""
    trial_data = tables.data.trial_data
    frame = demographics(protocol, trial_data, timing_of(protocol, trial_data)).frame
    found = frame.unique("USUBJID", keep="first", maintain_order=True)
    return found.select("USUBJID", *(name for name in FROM_DEMOGRAPHICS if name in found.columns))


def _treatment_names(protocol: Protocol) -> dict[int, str]:
    """Each level with its name and dose; the control by its name."""
    doses = protocol.dose_levels
    named = {
        level: f"Dose level {doses.label(level)} ({doses.dose_with_unit(level)})"
        for level in range(1, len(doses.values) + 1)
    }
    return ({0: doses.control} if doses.control else {}) | named


def _periods(periods: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """First and last date of each period, a row a person."""
    first_days = people.select("subject", "TRTSDT")
    rows = periods.join(first_days, on="subject", how="left", maintain_order="left")
    places = {period.value: number for number, period in enumerate(PERIODS, start=1)}
    numbered = rows.with_columns(place=pl.col("period").replace_strict(places, default=None, return_dtype=pl.Int64))
    return numbered.group_by(pl.col("subject").alias("USUBJID"), maintain_order=True).agg(
        value(day).filter(pl.col("place") == place).first().alias(f"AP{place:02}{end}{ending}")
        for place in places.values()
        for end, day in (("S", "first_day"), ("E", "last_day"))
        for ending, value in (("DT", dated), ("DY", study_day))
    )
