"""RELREC: which medication treats which adverse event."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.writing.drafts import Draft
from firstdose.records import AdverseEvent, Medication, TrialData


def related_records(trial_data: TrialData) -> Draft:
    """Each adverse event with the medications that name it; without such there are no rows."""
    events = trial_data[AdverseEvent].select("subject", pl.col("number").alias("event"))
    treated = trial_data[Medication].join(events.unique(), on=["subject", "event"], how="semi")
    name = pl.format("AE{}", "event")
    medications = treated.select(
        pl.col("subject").alias("USUBJID"),
        pl.lit("CM").alias("RDOMAIN"),
        pl.lit("CMSEQ").alias("IDVAR"),
        pl.col("number").cast(pl.String).alias("IDVARVAL"),
        name.alias("RELID"),
    )
    treated_events = treated.select(
        pl.col("subject").alias("USUBJID"),
        pl.lit("AE").alias("RDOMAIN"),
        pl.lit("AESEQ").alias("IDVAR"),
        pl.col("event").cast(pl.String).alias("IDVARVAL"),
        name.alias("RELID"),
    )
    return Draft("RELREC", pl.concat([treated_events.unique(maintain_order=True), medications]))
