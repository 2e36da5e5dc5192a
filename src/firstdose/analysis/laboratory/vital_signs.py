"""Vital signs by visit and their change from baseline, from the records as they stand."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.analysis.deriving.treatment import days_of, treatments
from firstdose.analysis.deriving.trial_days import planned_days
from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.shifts import CHAPTER
from firstdose.analysis.visit_summaries import Place, summaries
from firstdose.records import Dosing, VitalSign
from firstdose.records.frames import identity
from firstdose.records.results import Result
from firstdose.records.trial_data import is_later

TABLE = "vital_signs"
KEYS = ["subject", "what", "within", "unit"]


def vital_signs(frame: Frame, objective: str) -> Iterator[Result]:
    """Vital signs of the treated by visit, apart for position and time point, and their change from baseline.

    The baseline is the last value before treatment, by the rule that laboratory results follow
    (`trial_days.precedes_treatment`); a change is of what surely came later.
    """
    rows = _dated(frame)
    if not rows.height:
        yield Result(
            chapter=CHAPTER, table=TABLE, what="all vital signs", statistic="results", value=0.0, format="count",
            unit="results", population="treated", objective=objective,
            warning="no vital signs of treated people are recorded",
        )  # fmt: skip
        return
    yield from summaries(frame, _with_baseline(rows), Place(CHAPTER, f"{TABLE}_by_visit", f"{TABLE}_change", objective))
    yield from _lacking(rows, objective)


def measured_signs(frame: Frame) -> pl.DataFrame:
    """The vital signs of the treated with ``baseline``, the ``baseline_number`` of its record, and ``is_after``."""
    return _with_baseline(_dated(frame))


def _with_baseline(rows: pl.DataFrame) -> pl.DataFrame:
    """Each value with the person's last before treatment, and whether it surely came later than treatment began."""
    before = rows.filter(pl.col("value").is_not_null() & pl.col("is_before").fill_null(False))
    ordered = before.sort("moment_order", "number").group_by(KEYS, maintain_order=True)
    baselines = ordered.agg(baseline=pl.col("value").last(), baseline_number=pl.col("number").last())
    measured = rows.join(baselines, on=KEYS, how="left", nulls_equal=True)
    return measured.with_columns(is_after=~pl.col("is_before").fill_null(True))


def _dated(frame: Frame) -> pl.DataFrame:
    """The vital signs of the treated up to the last day, in their standard unit where it is given, with days."""
    data = frame.data.trial_data
    known_by = data.as_of
    signs = data[VitalSign].sort("subject", "number").unique(["subject", "number"], keep="first", maintain_order=True)
    if known_by is not None:
        signs = signs.filter(~is_later("measured", known_by))
    treated, _ = treatments(frame.protocol, data.records(Dosing), known_by)
    people = frame.people("treated").select("subject")
    own = signs.join(people, on="subject", how="semi", maintain_order="left").with_columns(identity(VitalSign))
    dated = days_of(treated, known_by).add(own, "measured", planned_days(frame.protocol))
    if frame.conventions.analysis_until_day is not None:
        dated = dated.filter(
            (pl.col("first_day") <= frame.conventions.analysis_until_day) | pl.col("first_day").is_null()
        )
    circumstances = pl.concat_str("position", "time_point", separator=", ", ignore_nulls=True)
    is_standard = pl.col("standard_result").is_not_null()
    return dated.select(
        "subject",
        "visit",
        "number",
        "is_before",
        "moment_order",
        what="test",
        value=pl.coalesce("standard_result", "result"),
        unit=pl.when(is_standard).then("standard_unit").otherwise("unit"),
        name=pl.coalesce("name", "test"),
        circumstances=pl.when(circumstances != "").then(circumstances),
        day=pl.when(pl.col("first_day") == pl.col("last_day")).then("first_day"),
        record=pl.lit("vital_signs:") + pl.col("identity"),
    ).with_columns(
        within=pl.concat_str(
            pl.col("name") + pl.format(" ({})", "unit").fill_null(""),
            "circumstances",
            separator=", ",
            ignore_nulls=True,
        )
    )


def _lacking(rows: pl.DataFrame, objective: str) -> Iterator[Result]:
    """How many results have no number, or are neither surely before nor surely after the start."""
    reasons = (
        ("no number", pl.col("value").is_null(), "not in the summaries"),
        ("before or after treatment not known", pl.col("is_before").is_null(), "neither a baseline nor a change"),
    )
    for what, lacks, warning in reasons:
        without = rows.filter(lacks)
        if without.height:
            yield Result(
                chapter=CHAPTER, table=TABLE, what=what, statistic="results", value=float(without.height),
                of=float(rows.height), format="count", unit="results", population="treated", objective=objective,
                warning=warning, records=tuple(without["record"]),
            )  # fmt: skip
