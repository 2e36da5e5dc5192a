"""ADMB: one row a metabolite in a sample, as the models take it."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, flag, term
from firstdose.records.analysis_tables import MetaboliteRow

LOG2 = "log2"


def metabolites(source: Source) -> pl.DataFrame:
    """Every metabolite in every sample, with the variables of ADMB as columns; none without abundances."""
    rows = source.tables[MetaboliteRow]
    names = rows["metabolite"].unique().sort()
    codes = {name: f"MB{number:05}" for number, name in enumerate(names.to_list(), start=1)}
    return source.with_people(rows).with_columns(
        pl.col("metabolite").replace_strict(codes, default=None, return_dtype=pl.String).alias("PARAMCD"),
        pl.format("{} (log2)", "metabolite").alias("PARAM"),
        term("main_class").alias("PARCAT1"),
        pl.col("subclass").alias("PARCAT2"),
        term("fluid").alias("FLUID"),
        pl.col("sample").alias("SAMPLEID"),
        pl.col("batch").alias("BATCHID"),
        pl.col("visit").alias("AVISIT"),
        pl.col("visit_place").alias("AVISITN"),
        pl.col("dose").alias("DOSELVL"),
        pl.col("value").alias("AVAL"),
        pl.lit(LOG2).alias("AVALU"),
        flag("is_reference").alias("ABLFL"),
        pl.col("baseline").alias("BASE"),
        pl.col("change").alias("CHG"),
        pl.col("factor").alias("NORMFACT"),
    )
