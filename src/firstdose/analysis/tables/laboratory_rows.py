"""Laboratory results as summaries and shift tables see them."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.results import as_measured, is_apart, lab_results
from firstdose.analysis.laboratory.shifts import after_start, against_range
from firstdose.analysis.visit_summaries import is_planned, last_at_visits
from firstdose.records.derived import LabAnalysis

KEYS = ["subject", "number"]


def laboratory_rows(frame: Frame) -> pl.DataFrame:
    """A row a result, columns as `LabRow`; results of chapters of their own are in no summary by visit."""
    results = frame.data[LabAnalysis]
    measured = as_measured(lab_results(frame).filter(~is_apart()))
    shown = last_at_visits(measured.filter(pl.col("value").is_not_null() & is_planned())).select(*KEYS, shown=True)
    is_after = after_start()
    return (
        results.join(shown, on=KEYS, how="left", maintain_order="left")
        .join(_worst(results, "low"), on=KEYS, how="left", maintain_order="left")
        .join(_worst(results, "high"), on=KEYS, how="left", maintain_order="left")
        .select(
            *KEYS,
            is_after=is_after,
            change=pl.when(is_after).then(pl.col("value") - pl.col("baseline")),
            is_summarised=pl.col("shown").fill_null(False),
            against_range=pl.when(pl.col("value").is_not_null()).then(against_range()),
            is_worst_low=pl.col("is_worst_low").fill_null(False),
            is_worst_high=pl.col("is_worst_high").fill_null(False),
        )
    )


def _worst(results: pl.DataFrame, side: str) -> pl.DataFrame:
    """The first result with each person's highest grade of a term, after the start of treatment."""
    graded = results.filter(after_start() & ~is_apart() & pl.col(f"grade_{side}").is_not_null())
    ordered = graded.sort("subject", f"grade_{side}", "day", "number", descending=[False, True, False, False])
    worst = ordered.unique(["subject", f"term_{side}"], keep="first", maintain_order=True)
    return worst.select(*KEYS, pl.lit(True).alias(f"is_worst_{side}"))
