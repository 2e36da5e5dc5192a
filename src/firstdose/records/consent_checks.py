"""What must not be done to a person before consent, and no cells given before eligibility is confirmed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.records.dosing import Dosing
from firstdose.records.events import AdverseEvent
from firstdose.records.examinations import Assessment, Image, LabResult, Sample, VitalSign
from firstdose.records.found_rows import Found, indexed, with_words
from firstdose.records.partial_date_frames import is_moment_before
from firstdose.records.question import occurrence_of
from firstdose.records.subjects import Subject
from firstdose.records.trial_data import TrialData

NEEDS_CONSENT = (Dosing, AdverseEvent, LabResult, VitalSign, Assessment, Image, Sample)
LIMITS = {"consent": "consent", "eligibility_confirmed": "eligibility was confirmed"}
"""Dates of a subject before which something must not be done, in words."""
MOMENT = ["subject", "moment"]


def first_date(record_type: type) -> str:
    """The field that says when something occurred."""
    field = occurrence_of(record_type)
    assert field is not None
    return field


NOT_BEFORE: tuple[tuple[type, str, str], ...] = (
    *((kind, first_date(kind), "consent") for kind in NEEDS_CONSENT),
    (Dosing, "product_start", "eligibility_confirmed"),
    (Dosing, "procedure_start", "consent"),
)
"""Kinds of records whose date must not be before a date of their subject."""


def check_consent(data: TrialData) -> Iterator[Found]:
    """Something was done to a person, or counted as an event, before consent; cells were given before eligibility."""
    early = _early_moments(data)
    for record_type, field, limit in NOT_BEFORE:
        too_early = early.filter(limit=limit)
        rule = f"must not be before {LIMITS[limit]}"
        for rows in indexed(data, record_type, "subject", field) if too_early.height else ():
            moments = ["subject", field]
            found = rows.join(too_early, left_on=moments, right_on=MOMENT, how="semi", maintain_order="left")
            yield record_type, field, with_words(found, rule, "check both dates with the source")


def _early_moments(data: TrialData) -> pl.DataFrame:
    """Subjects and moments that are surely before a limit of theirs; one that many rows share is judged once."""
    people = data[Subject].unique("subject", keep="first")
    limits = people.unpivot(list(LIMITS), index="subject", variable_name="limit", value_name="its date").drop_nulls()
    moments = [
        data[record_type].select("subject", moment=field, limit=pl.lit(limit)).unique()
        for record_type, field, limit in NOT_BEFORE
    ]
    judged = pl.concat(moments).unique().join(limits, on=["subject", "limit"])
    return judged.filter(is_moment_before(pl.col("moment"), pl.col("its date")))
