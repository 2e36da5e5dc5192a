"""Which SDTM domain holds which kind of record. The variable of each field stands on the field itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from firstdose.records import (
    AdverseEvent,
    Assessment,
    CriterionAnswer,
    Death,
    Deviation,
    Disposition,
    Dosing,
    LabResult,
    MedicalHistory,
    Medication,
    Subject,
    Supplement,
    Visit,
    VitalSign,
    columns_of,
)

DOMAINS: dict[str, tuple[type[Any], ...]] = {
    "DM": (Subject, Death),
    "AE": (AdverseEvent,),
    "CM": (Medication,),
    "DS": (Disposition,),
    "DV": (Deviation,),
    "EX": (Dosing,),
    "IE": (CriterionAnswer,),
    "LB": (LabResult,),
    "MH": (MedicalHistory,),
    "QS": (Assessment,),
    "SV": (Visit,),
    "VS": (VitalSign,),
}
SUPPLEMENT = "SUPP"

# Variables that name the study and the domain, or follow from others.
DERIVED = ("STUDYID", "DOMAIN", "RDOMAIN", "SUBJID", "AGEU", "DTHFL", "VISITNUM")
DERIVED_ENDINGS = ("DY",)


def record_types_of(dataset: str) -> tuple[type[Any], ...]:
    """The kinds of record that a dataset holds; none if it is not read."""
    return (Supplement,) if dataset.startswith(SUPPLEMENT) else DOMAINS.get(dataset, ())


def naming_of(record_type: type, variables: Collection[str]) -> dict[str, str]:
    """The variable of each field that a dataset has; a visit without a name goes by its number."""
    columns = columns_of(record_type).items()
    naming = {name: column.question.sdtm for name, column in columns if column.question.sdtm in variables}
    if "visit" in columns_of(record_type) and "visit" not in naming and "VISITNUM" in variables:
        naming["visit"] = "VISITNUM"
    return naming


def is_derived(variable: str) -> bool:
    """Whether a variable says nothing that is not said elsewhere."""
    return variable in DERIVED or variable.endswith(DERIVED_ENDINGS)
