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
    DiseaseHistory,
    Disposition,
    DltAdjudication,
    Dosing,
    Image,
    LabResult,
    MedicalHistory,
    Medication,
    Relapse,
    Subject,
    Supplement,
    Visit,
    VitalSign,
    columns_of,
)

DOMAINS: dict[str, tuple[type[Any], ...]] = {
    "DM": (Subject, Death),
    "AE": (AdverseEvent, DltAdjudication),
    "CE": (Relapse,),
    "CM": (Medication,),
    "DS": (Disposition,),
    "DV": (Deviation,),
    "EX": (Dosing,),
    "EC": (Dosing,),
    "FT": (Assessment,),
    "IE": (CriterionAnswer,),
    "LB": (LabResult, Assessment),
    "MH": (MedicalHistory, DiseaseHistory),
    "NV": (Assessment,),
    "PR": (Image,),
    "QS": (Assessment,),
    "RS": (Assessment,),
    "SV": (Visit,),
    "VS": (VitalSign,),
}
SUPPLEMENT = "SUPP"

# Variables of fields whose own question names none, since they are theirs only in one domain.
FURTHER: dict[type[Any], dict[str, str]] = {
    DltAdjudication: {"event": "AESEQ"},
    DiseaseHistory: {"diagnosis": "MHTERM", "onset": "MHSTDTC"},
    Image: {"number": "PRSEQ", "modality": "PRTRT", "taken": "PRSTDTC"},
    Relapse: {"number": "CESEQ", "onset": "CESTDTC", "end": "CEENDTC", "severity": "CESEV"},
}
RELAPSE_CATEGORY = "RELAPSE OF THE DISEASE UNDER STUDY"
IMAGING_CATEGORY = "IMAGING"
# Domains whose variables are those of another, with their own first letters.
ALIKE = {"FT": "QS", "LB": "QS", "NV": "QS", "RS": "QS", "EC": "EX"}
# Of EC only what EX cannot hold is read: the doses of which this program wrote that nothing was given.
READ_IN_PART = ("EC",)

# Variables that name the study and the domain, or follow from others.
DERIVED = ("STUDYID", "DOMAIN", "RDOMAIN", "SUBJID", "AGEU", "DTHFL", "VISITNUM")
DERIVED_ENDINGS = ("DY", "LOBXFL", "LNKID")


def record_types_of(dataset: str) -> tuple[type[Any], ...]:
    """The kinds of record that a dataset holds; none if it is not read."""
    return (Supplement,) if dataset.startswith(SUPPLEMENT) else DOMAINS.get(dataset, ())


def variable_of(record_type: type, field: str, domain: str = "") -> str:
    """The variable that holds a field in a domain; empty if there is none."""
    variable = FURTHER.get(record_type, {}).get(field) or columns_of(record_type)[field].question.sdtm
    return domain + variable[2:] if domain in ALIKE and variable.startswith(ALIKE[domain]) else variable


def naming_of(record_type: type, variables: Collection[str], domain: str = "") -> dict[str, str]:
    """The column of each field that a dataset has; a visit without a name goes by its number.

    A column with the name of the field itself, which no dataset has but SUPP-- may have given, comes first.
    """
    sources = {name: (name, variable_of(record_type, name, domain)) for name in columns_of(record_type)}
    naming = {name: next((s for s in both if s in variables), "") for name, both in sources.items()}
    if "visit" in naming and not naming["visit"] and "VISITNUM" in variables:
        naming["visit"] = "VISITNUM"
    return {name: column for name, column in naming.items() if column}


def is_derived(variable: str) -> bool:
    """Whether a variable says nothing that is not said elsewhere."""
    return variable in DERIVED or variable.endswith(DERIVED_ENDINGS)
