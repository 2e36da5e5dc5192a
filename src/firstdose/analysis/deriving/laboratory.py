"""Laboratory results on the days of the trial, in one unit, with baseline and grades."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.deriving.grades import with_grades
from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.trial_days import TrialDays, planned_days
from firstdose.protocol.plan import Protocol
from firstdose.records import LabResult, TrialData
from firstdose.records.derived import AnalysisNote, LabAnalysis
from firstdose.records.frames import empty_frame, schema_of

SAME_TEST = ["subject", "test", "category", "specimen", "analyte", "unit"]
"""Results of one person that are compared with one baseline."""

ON_THE_DAY = "drawn on the day of treatment at a time that is not known; counted as before treatment"


def derive_laboratory(protocol: Protocol, data: TrialData, days: TrialDays) -> tuple[pl.DataFrame, list[AnalysisNote]]:
    """Every laboratory result, in order of subject and number.

    Value, unit and limits are the standard ones where there is a standard result, else those reported. The baseline is
    the last number before treatment of the same test in the same unit (see `trial_days.precedes_treatment`).
    """
    results = data[LabResult]
    if not results.height:
        return empty_frame(LabAnalysis), []
    dated = days.add(_in_one_unit(results.sort("subject", "number")), "drawn", planned_days(protocol))
    compared = _with_baseline(dated)
    frame = with_grades(protocol, compared).with_columns(
        pl.coalesce("analyte", "graded_as").alias("analyte"),
        pl.when(pl.col("first_day") == pl.col("last_day")).then("first_day").alias("day"),
        _hours_since_intake(days, compared),
        *_of_what_was_not_done(),
    )
    return frame.select(list(schema_of(LabAnalysis))), _notes(frame)


def _in_one_unit(results: pl.DataFrame) -> pl.DataFrame:
    """Value, unit, limits and text: all standard, or all as reported."""
    is_standard = pl.col("standard_result").is_not_null()
    is_same_unit = (pl.col("standard_unit") == pl.col("unit")).fill_null(False)
    value = pl.coalesce("standard_result", "result")
    limits = [
        pl.when(~is_standard)
        .then(f"range_{side}")
        .when(is_same_unit)
        .then(pl.coalesce(f"standard_range_{side}", f"range_{side}"))
        .otherwise(f"standard_range_{side}")
        .alias(f"range_{side}")
        for side in ("low", "high")
    ]
    return results.with_columns(
        value.alias("value"),
        pl.when(is_standard).then("standard_unit").otherwise("unit").alias("unit"),
        *limits,
        pl.when(value.is_null()).then(pl.coalesce("standard_text", "result_text")).alias("text"),
    )


def _with_baseline(dated: pl.DataFrame) -> pl.DataFrame:
    """Each result with the person's baseline of its test; its own if it is that."""
    before = dated.filter(pl.col("is_before").fill_null(False) & pl.col("value").is_not_null())
    last = before.sort("moment_order", "number").unique(SAME_TEST, keep="last", maintain_order=True)
    baselines = last.select(*SAME_TEST, pl.col("value").alias("baseline"), pl.col("number").alias("baseline_number"))
    joined = dated.join(baselines, on=SAME_TEST, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns((pl.col("number") == pl.col("baseline_number")).fill_null(False).alias("is_baseline"))


def _of_what_was_not_done() -> list[pl.Expr]:
    """A test that was not done has no term, and says so."""
    is_not_done = pl.col("performed").is_in(["not_done", "unable_to_perform"]).fill_null(False)
    words = pl.concat_str(pl.col("performed").str.replace_all("_", " "), "reason", separator=": ", ignore_nulls=True)
    without = [
        pl.when(~is_not_done).then(name).alias(name) for name in ("term_low", "grade_low", "term_high", "grade_high")
    ]
    return [*without, pl.when(is_not_done).then(words).otherwise("not_graded").alias("not_graded")]


def _hours_since_intake(days: TrialDays, frame: pl.DataFrame) -> pl.Series:
    """Hours from the last intake to the draw, where both times are known and in this order."""
    hours: list[float | None] = [None] * frame.height
    troughs = frame.with_row_index("place").filter(pl.col("last_intake").is_not_null() & pl.col("drawn").is_not_null())
    for place, subject, drawn, intake in troughs.select("place", "subject", "drawn", "last_intake").iter_rows():
        draw, taken = days.moment(subject, drawn).instant, days.moment(subject, intake).instant
        if draw is not None and taken is not None and taken <= draw:
            hours[place] = (draw - taken).total_seconds() / 3600
    return pl.Series("hours_since_intake", hours, dtype=pl.Float64)


def _notes(frame: pl.DataFrame) -> list[AnalysisNote]:
    """The baselines that rest on an assumption, and the troughs whose intake is later than the draw."""
    assumed = frame.filter(pl.col("is_baseline") & pl.col("is_assumed"))
    found = [
        note(LabResult, f"{subject}/{number}", "baseline", ON_THE_DAY)
        for subject, number in assumed.select("subject", "number").iter_rows()
    ]
    lacking = frame.filter(pl.col("last_intake").is_not_null() & pl.col("hours_since_intake").is_null())
    text = "hours since the last intake cannot be counted: a time is not known, or the intake is later than the draw"
    return found + [
        note(LabResult, f"{subject}/{number}", "hours_since_intake", text)
        for subject, number in lacking.select("subject", "number").iter_rows()
    ]
