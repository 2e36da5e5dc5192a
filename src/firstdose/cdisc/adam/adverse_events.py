"""ADAE: one row an adverse event."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.adam.core import Source, answer, as_date, flag, study_day, term
from firstdose.cdisc.writing.drafts import draft
from firstdose.cdisc.writing.terminology import TERMS_WRITTEN
from firstdose.records import AdverseEvent
from firstdose.records.analysis_tables import EventRow
from firstdose.records.derived import EventAnalysis

KEYS = ["subject", "number"]
AS_RECORDED = ("AETERM", "AEDECOD", "AEBODSYS", "AESTDTC", "AEENDTC", "AEREL")


def adverse_events(source: Source) -> pl.DataFrame:
    """Every adverse event, with the variables of ADAE as columns."""
    recorded = draft(AdverseEvent, "AE", source.recorded(AdverseEvent)).frame.select(
        *KEYS, *(pl.col(name).alias(f"as recorded {name}") for name in AS_RECORDED)
    )
    data = source.tables.data[EventAnalysis]
    joined = data.join(source.tables[EventRow], on=KEYS, how="left", maintain_order="left").join(
        recorded, on=KEYS, how="left", maintain_order="left"
    )
    joined = joined.with_columns(pl.col("is_emergent").is_null().alias("is_emergence_assumed"))
    starts, ends = _dates("start", "AST"), _dates("end", "AEN")
    return source.with_people(joined).with_columns(
        pl.col("number").alias("AESEQ"),
        *(pl.col(f"as recorded {name}").alias(name) for name in AS_RECORDED),
        pl.col("term").alias("ADECOD"),
        pl.col("organ_class").alias("ABODSYS"),
        *starts,
        study_day("first_day").alias("ASTDYLO"),
        study_day("last_day").alias("ASTDYHI"),
        *ends,
        study_day("end_first_day").alias("AENDYLO"),
        study_day("end_last_day").alias("AENDYHI"),
        answer("counts").alias("TRTEMFL"),
        pl.col("emergence_rule").alias("TREMRSN"),
        flag("is_emergence_assumed").alias("TREMASFL"),
        flag("counts").alias("ANL01FL"),
        pl.col("period").alias("APERIODC"),
        pl.col("grade").cast(pl.String).alias("ATOXGR"),
        pl.col("grade").alias("ATOXGRN"),
        term("severity").alias("ASEV"),
        answer("is_serious").alias("AESER"),
        answer("related_to_product").alias("ARELPRD"),
        answer("related_to_procedure").alias("ARELPRC"),
        answer("related_to_background_treatment").alias("ARELBGT"),
        answer("related_to_disease").alias("ARELDIS"),
        pl.col("special_interest").alias("AESPINT"),
        answer("is_dlt").alias("DLTAEFL"),
        answer("changed_treatment").alias("CHGTRTFL"),
        _outcome(),
        flag("is_worst").alias("AOCCIFL"),
        flag("is_worst_in_class").alias("AOCCSIFL"),
        flag("is_worst_in_term").alias("AOCCPIFL"),
    )


def _dates(name: str, stem: str) -> list[pl.Expr]:
    """A date with its flag of imputation and its study day."""
    date = as_date(name)
    days = (date - pl.col("TRTSDT")).dt.total_days()
    return [
        date.alias(f"{stem}DT"),
        pl.col(f"{name}_imputed").alias(f"{stem}DTF"),
        study_day(days).alias(f"{stem}DY"),
    ]


def _outcome() -> pl.Expr:
    """The outcome in the terms of AEOUT."""
    written = {code: words for code, words in TERMS_WRITTEN["AEOUT"].items() if words is not None}
    return pl.col("outcome").replace_strict(written, default=term("outcome"), return_dtype=pl.String).alias("AOUT")
