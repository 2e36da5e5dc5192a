"""ADVS: one row a vital sign."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, against_baseline, dated, study_day
from firstdose.cdisc.writing.tests_and_results import assigned_codes
from firstdose.records import VitalSign
from firstdose.records.analysis_tables import VitalSignRow

KEYS = ["subject", "number"]
SAME = ["test", "what", "unit"]


def vital_signs(source: Source) -> pl.DataFrame:
    """Every vital sign of the treated, with the variables of ADVS as columns."""
    data = source.tables[VitalSignRow]
    recorded = source.recorded(VitalSign).select(*KEYS, "measured")
    rows = data.join(recorded, on=KEYS, how="left", maintain_order="left").join(
        _parameters(data), on=SAME, how="left", nulls_equal=True, maintain_order="left"
    )
    return source.with_people(rows).with_columns(
        pl.col("what").alias("PARAM"),
        pl.col("number").alias("VSSEQ"),
        pl.col("test").alias("VSTESTOR"),
        pl.col("measured").alias("VSDTC"),
        *source.visits(),
        dated("day").alias("ADT"),
        study_day("day").alias("ADY"),
        pl.col("value").alias("AVAL"),
        pl.col("unit").alias("AVALU"),
        *against_baseline(),
    )


def _parameters(rows: pl.DataFrame) -> pl.DataFrame:
    """The code of each test in each unit and circumstance."""
    different = rows.select(SAME).unique().sort(SAME, nulls_last=True)
    pairs = [(f"{what}\n{unit}", test) for test, what, unit in different.iter_rows()]
    codes = assigned_codes(pairs)
    return different.with_columns(pl.Series("PARAMCD", [codes[pair] for pair in pairs], dtype=pl.String))
