"""Imaging: sessions in PR, what is read from them in NV, and what links the two.

A finding is linked to the session of the same subject and visit, if there is only one. The records name no session, so
nothing is linked where the visit leaves it open.
"""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.domains import IMAGING_CATEGORY
from firstdose.cdisc.item_codes import domain_of_measure
from firstdose.cdisc.writing.drafts import Draft, draft
from firstdose.cdisc.writing.words_for_terms import in_terms
from firstdose.measures import MEASURES
from firstdose.records import Assessment, Image, TrialData

READ_FROM_IMAGES = "NV"
PROCEDURES = "PR"
LOCATION = "NVLOC"
SAME_VISIT = ["USUBJID", "visit"]


def imaging_sessions(images: pl.DataFrame) -> Draft:
    """PR: sessions of imaging, those that findings can be linked to with the name of the link."""
    made = draft(Image, PROCEDURES, images)
    is_only_one = pl.col("visit").is_not_null() & (pl.len().over(SAME_VISIT) == 1)
    link = pl.when(is_only_one).then(pl.format("IMAGING {}", "PRSEQ"))
    return made.with_frame(made.frame.with_columns(pl.lit(IMAGING_CATEGORY).alias("PRCAT"), link.alias("PRLNKID")))


def with_sessions(findings: Draft, images: pl.DataFrame) -> Draft:
    """NV with the link to the session, its modality as the method, and the location that the measure is of."""
    sessions = imaging_sessions(images).frame.filter(pl.col("PRLNKID").is_not_null())
    method = in_terms(sessions["PRTRT"], "METHOD")
    named = sessions.select(*SAME_VISIT, pl.col("PRLNKID").alias("NVLNKID"), method.alias("NVMETHOD"))
    locations = {each.name: each.sdtm[LOCATION] for each in MEASURES.values() if LOCATION in each.sdtm}
    joined = findings.frame.join(named, on=SAME_VISIT, how="left", maintain_order="left")
    where = pl.col("measure").replace_strict(locations, default=None, return_dtype=pl.String)
    return findings.with_frame(joined.with_columns(where.alias(LOCATION)))


def has_linked_findings(trial_data: TrialData) -> bool:
    """Whether any finding is linked to a session."""
    findings = of_domain(trial_data[Assessment], READ_FROM_IMAGES)
    linked = imaging_sessions(trial_data[Image]).frame.filter(pl.col("PRLNKID").is_not_null())
    return bool(findings.join(linked, on=["subject", "visit"], how="semi").height)


def of_domain(assessments: pl.DataFrame, domain: str) -> pl.DataFrame:
    """The assessments whose measures stand in a domain."""
    measures = assessments["measure"].unique().to_list()
    return assessments.filter(pl.col("measure").is_in([name for name in measures if domain_of_measure(name) == domain]))
