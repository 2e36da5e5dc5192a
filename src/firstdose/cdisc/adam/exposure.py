"""ADEX: one row a figure of exposure, of an administration or of all that a person was given."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, term
from firstdose.cdisc.writing.drafts import draft
from firstdose.cdisc.writing.observations import product_of
from firstdose.records import Dosing
from firstdose.records.analysis_tables import ExposureRow

PARAMETERS: dict[tuple[str, str], tuple[str, str]] = {
    ("administration", "dose_assigned"): ("ADOSEASG", "Dose assigned, of one administration"),
    ("administration", "dose_given"): ("ADOSEGIV", "Dose given, of one administration"),
    ("administration", "volume_ml"): ("AVOLUME", "Volume, of one administration"),
    ("administration", "viability_percent"): ("AVIABIL", "Viability when given, of one administration"),
    ("administration", "released_viability"): ("ARELVIAB", "Viability of the batch at release, of one administration"),
    ("administration", "interrupted"): ("AINTRPT", "Interrupted, one administration"),
    ("person", "dose_assigned"): ("DOSEASG", "Dose assigned"),
    ("person", "dose_given"): ("DOSEGIV", "Dose given"),
    ("person", "share"): ("DOSESHAR", "Share of the dose assigned that was given"),
    ("person", "within_tolerance"): ("INTOLER", "Dose given within the tolerance"),
    ("person", "volume_ml"): ("VOLUME", "Volume"),
    ("person", "viability_percent"): ("VIABIL", "Viability when given"),
    ("person", "released_viability"): ("RELVIAB", "Viability of the batch at release"),
    ("person", "interrupted"): ("INTRPT", "Administration interrupted"),
    ("person", "batch"): ("BATCH", "Batch"),
    ("person", "days_of_treatment"): ("TRTDUR", "Days from the first to the last of treatment"),
}
"""Code and name of each figure."""
ADMINISTRATION = "administration"
ANSWERS = {"yes": "Y", "no": "N"}
AS_RECORDED = ("EXTRT", "EXLOT", "EXROUTE", "EXSTDTC", "EXENDTC")


def exposure(source: Source) -> pl.DataFrame:
    """Every figure of the treated, with the variables of ADEX as columns."""
    recorded = draft(Dosing, "EX", source.recorded(Dosing)).frame.with_columns(product_of(source.protocol, "EXTRT"))
    given = recorded.select("subject", pl.lit(ADMINISTRATION).alias("extent"), "number", *AS_RECORDED)
    rows = source.tables[ExposureRow].join(given, on=["subject", "extent", "number"], how="left", maintain_order="left")
    named = [(*key, *parameter) for key, parameter in PARAMETERS.items()]
    words = pl.DataFrame(named, schema=["extent", "what", "PARAMCD", "name"], orient="row")
    described = rows.join(words, on=["extent", "what"], how="left", maintain_order="left")
    unit = pl.format(" ({})", "unit").fill_null("")
    return source.with_people(described).with_columns(
        pl.concat_str("name", unit).alias("PARAM"),
        term("extent").alias("PARCAT1"),
        pl.col("number").fill_null(1).alias("ASEQ"),
        pl.when(pl.col("extent") == ADMINISTRATION).then("number").alias("EXSEQ"),
        pl.col("value").alias("AVAL"),
        pl.col("unit").alias("AVALU"),
        pl.col("text").replace(ANSWERS).alias("AVALC"),
    )
