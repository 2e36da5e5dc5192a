"""ADLB: one row a laboratory result."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, against_baseline, dated, flag, study_day, term
from firstdose.cdisc.writing.tests_and_results import assigned_codes
from firstdose.cdisc.writing.timing import day_of
from firstdose.records import LabResult
from firstdose.records.analysis_tables import LabRow
from firstdose.records.derived import LabAnalysis

KEYS = ["subject", "number"]
SAME = ["test", "category", "specimen", "exactly", "unit"]
"""What results of one parameter have in common: those that are compared with one baseline."""


def laboratory(source: Source) -> pl.DataFrame:
    """Every result, with the variables of ADLB as columns."""
    recorded = source.recorded(LabResult).select(*KEYS, "specimen", "drawn", exactly="analyte")
    data = source.tables.data[LabAnalysis]
    joined = data.join(source.tables[LabRow], on=KEYS, how="left", maintain_order="left").join(
        recorded, on=KEYS, how="left", maintain_order="left"
    )
    rows = joined.join(_parameters(joined), on=SAME, how="left", nulls_equal=True, maintain_order="left")
    as_written = pl.when(pl.col("TRTSDT").is_null()).then(day_of(pl.col("drawn")))
    return source.with_people(rows).with_columns(
        term("category").alias("PARCAT1"),
        pl.col("number").alias("LBSEQ"),
        pl.col("test").alias("LBTESTOR"),
        pl.col("drawn").alias("LBDTC"),
        *source.visits(),
        pl.coalesce(dated("day"), as_written).alias("ADT"),
        study_day("day").alias("ADY"),
        pl.col("value").alias("AVAL"),
        pl.col("text").alias("AVALC"),
        pl.col("unit").alias("AVALU"),
        *against_baseline(),
        pl.col("range_low").alias("ANRLO"),
        pl.col("range_high").alias("ANRHI"),
        term("against_range").alias("ANRIND"),
        pl.col("term_low").alias("ATOXDSCL"),
        pl.col("grade_low").cast(pl.String).alias("ATOXGRL"),
        pl.col("grade_low").alias("ATOXGRLN"),
        pl.col("term_high").alias("ATOXDSCH"),
        pl.col("grade_high").cast(pl.String).alias("ATOXGRH"),
        pl.col("grade_high").alias("ATOXGRHN"),
        pl.col("not_graded").alias("NOGRDRSN"),
        flag("is_worst_low").alias("WRSTLFL"),
        flag("is_worst_high").alias("WRSTHFL"),
        pl.col("hours_since_intake").alias("HRSINTK"),
    )


def _parameters(rows: pl.DataFrame) -> pl.DataFrame:
    """Code and name of each parameter: the test with its unit, and what else tells it from others of that name."""
    named = rows.group_by(SAME).agg(name=pl.coalesce("name", "test").drop_nulls().min()).sort(SAME, nulls_last=True)
    plain = pl.col("name") + pl.format(" ({})", "unit").fill_null("")
    said = named.with_columns(PARAM=plain)
    for further in ("specimen", "exactly", "category", "test"):
        is_shared = pl.col("PARAM").is_duplicated()
        with_more = pl.concat_str("PARAM", pl.format("; {}", further).fill_null(""))
        said = said.with_columns(PARAM=pl.when(is_shared).then(with_more).otherwise("PARAM"))
    pairs = [("\n".join(str(part) for part in row), row[0]) for row in said.select(SAME).iter_rows()]
    codes = assigned_codes(pairs)
    return said.select(*SAME, "PARAM", pl.Series("PARAMCD", [codes[pair] for pair in pairs], dtype=pl.String))
