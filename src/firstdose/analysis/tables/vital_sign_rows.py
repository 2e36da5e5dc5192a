"""Vital signs as summaries see them."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.vital_signs import measured_signs
from firstdose.analysis.visit_summaries import is_planned, last_at_visits
from firstdose.records.analysis_tables import VitalSignRow
from firstdose.records.frames import fit_schema

KEYS = ["subject", "number"]


def vital_sign_rows(frame: Frame) -> pl.DataFrame:
    """A row a vital sign of the treated, columns as `VitalSignRow`."""
    signs = measured_signs(frame).sort(KEYS)
    shown = last_at_visits(signs.filter(pl.col("value").is_not_null() & is_planned())).select(*KEYS, shown=True)
    joined = signs.join(shown, on=KEYS, how="left", maintain_order="left")
    is_baseline = (pl.col("number") == pl.col("baseline_number")).fill_null(False)
    rows = joined.select(
        *KEYS,
        "visit",
        "day",
        "value",
        "unit",
        "baseline",
        "is_after",
        test="what",
        what="within",
        is_baseline=is_baseline,
        change=pl.when("is_after").then(pl.col("value") - pl.col("baseline")),
        is_summarised=pl.col("shown").fill_null(False),
    )
    return fit_schema(VitalSignRow, rows)
