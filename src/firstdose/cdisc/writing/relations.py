"""RELREC: which medication treats which adverse event, and that findings of imaging belong to its sessions."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.writing.drafts import Draft
from firstdose.cdisc.writing.imaging import PROCEDURES, READ_FROM_IMAGES, has_linked_findings
from firstdose.records import AdverseEvent, Medication, TrialData

COLUMNS = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")
OF_IMAGING = "IMAGING"


def related_records(trial_data: TrialData) -> Draft:
    """Events with the medications that name them, and sessions of imaging with findings; there may be no rows."""
    return Draft("RELREC", pl.concat([_treated_events(trial_data), _datasets_of_imaging(trial_data)], how="diagonal"))


def _datasets_of_imaging(trial_data: TrialData) -> pl.DataFrame:
    """The relation of two datasets by their links: one session has many findings."""
    ends = ((PROCEDURES, "ONE"), (READ_FROM_IMAGES, "MANY")) if has_linked_findings(trial_data) else ()
    rows = [(None, domain, f"{domain}LNKID", None, number, OF_IMAGING) for domain, number in ends]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _treated_events(trial_data: TrialData) -> pl.DataFrame:
    """Each adverse event with the medications that name it."""
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
    return pl.concat([treated_events.unique(maintain_order=True), medications])
