"""Terms for what is recorded in words of one's own: routes, frequencies, specimens, places, positions, forms, units.

The lists hold terms of CDISC's controlled terminology that are in common use; CDISC's are much longer, and any of these
may be extended. What is a term in other letters, or a word that can only mean one, is written as the term. Everything
else stays as it was recorded, units always: case can make another unit of one.
"""

from __future__ import annotations

import polars as pl

RECORDED_IN_WORDS: dict[str, tuple[str, ...]] = {
    "ROUTE": (
        "INTRAMUSCULAR",
        "INTRATHECAL",
        "INTRAVENOUS",
        "INTRAVENTRICULAR",
        "NASAL",
        "OPHTHALMIC",
        "ORAL",
        "RECTAL",
        "RESPIRATORY (INHALATION)",
        "SUBCUTANEOUS",
        "SUBLINGUAL",
        "TOPICAL",
        "TRANSDERMAL",
        "UNKNOWN",
        "VAGINAL",
    ),
    "FREQ": ("BID", "CONTINUOUS", "ONCE", "PRN", "QD", "QID", "QOD", "TID"),
    "SPECTYPE": ("BLOOD", "CEREBROSPINAL FLUID", "PLASMA", "SALIVA", "SERUM", "URINE"),
    "LOC": ("ARM", "BRAIN", "ORAL CAVITY", "SPINAL CORD"),
    "POSITION": ("PRONE", "SITTING", "STANDING", "SUPINE"),
    "FRM": ("CAPSULE", "INJECTION", "SOLUTION", "SUSPENSION", "TABLET"),
    "METHOD": ("CT SCAN", "MRI", "PET SCAN", "ULTRASOUND", "X-RAY"),
    "UNIT": (
        "%",
        "10^12/L",
        "10^9/L",
        "C",
        "F",
        "IU",
        "L",
        "U/L",
        "beats/min",
        "breaths/min",
        "cm",
        "g",
        "g/L",
        "g/dL",
        "kg",
        "mL",
        "mg",
        "mg/dL",
        "mm",
        "mmHg",
        "mmol/L",
        "ug",
        "umol/L",
    ),
}
WORDS = {
    "ROUTE": {"by mouth": "ORAL", "po": "ORAL", "inhaled": "RESPIRATORY (INHALATION)", "sc": "SUBCUTANEOUS"},
    "FREQ": {
        "daily": "QD",
        "once daily": "QD",
        "once a day": "QD",
        "twice daily": "BID",
        "twice a day": "BID",
        "three times daily": "TID",
        "three times a day": "TID",
        "four times daily": "QID",
        "four times a day": "QID",
        "every other day": "QOD",
        "as needed": "PRN",
    },
    "SPECTYPE": {"csf": "CEREBROSPINAL FLUID", "cerebrospinal_fluid": "CEREBROSPINAL FLUID", "whole blood": "BLOOD"},
}
"""Words in small letters that can mean only one term."""
NOT_REWORDED = ("UNIT",)


def in_terms(texts: pl.Series, codelist: str) -> pl.Series:
    """Texts as the terms that they mean, where they mean one of those listed here; others stay as they are."""
    if codelist not in RECORDED_IN_WORDS or codelist in NOT_REWORDED:
        return texts
    known = {term.casefold(): term for term in RECORDED_IN_WORDS[codelist]} | WORDS.get(codelist, {})
    different = texts.drop_nulls().unique().to_list()
    meanings = {text: known[plain] for text in different if (plain := text.strip().casefold()) in known}
    return texts.replace(meanings)
