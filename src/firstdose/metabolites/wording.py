"""Words of laboratories for fluids, kinds of samples, units and missing values, and what they mean here."""

from __future__ import annotations

import re

from firstdose.records.abundances import Kind
from firstdose.records.examinations import Fluid

FLUIDS: dict[str, Fluid] = {
    "csf": "cerebrospinal_fluid", "cerebrospinal fluid": "cerebrospinal_fluid", "liquor": "cerebrospinal_fluid",
    "cerebral spinal fluid": "cerebrospinal_fluid", "spinal fluid": "cerebrospinal_fluid", "serum": "serum",
    "blood serum": "serum", "blood (serum)": "serum", "plasma": "plasma", "blood plasma": "plasma",
    "blood (plasma)": "plasma", "edta plasma": "plasma", "heparin plasma": "plasma", "citrate plasma": "plasma",
    "blood": "whole_blood", "whole blood": "whole_blood", "blood (whole)": "whole_blood", "urine": "urine",
    "other": "other",
}  # fmt: skip

_POOLED = re.compile(
    r"(?:pooled|pool|qc|quality control|quality_control|qcpool|pooled[ _-]?qc|qc[ _-]?pool|qc[ _-]sample|"
    r"reference pool)(?:[ _-]?\d*[a-z]?)?(?:[ _-].*)?"
)
_OTHER_KIND = re.compile(
    r"(?:(?:process|solvent|extraction|method|procedure)[ _-]?)?blank.*|solvent.*|nist.*|srm.*|std[ _-]?\d.*|"
    r"standards?(?:[ _-]?\d.*)?|calibrat.*|cal[ _-]?\d+|reference material.*|matrix.?blank.*|test.?mix.*"
)
_STUDY = re.compile(
    r"study|sample|study[ _-]sample|subject|participant|patient|biological|experimental|unknown|specimen"
)

MISSING = frozenset(
    ("", "na", "n/a", "n.a.", "#n/a", "nan", "null", "none", "nil", ".", "-", "--", "nd", "n.d.", "n.d", "n/d", "?",
     "missing", "not detected")
)  # fmt: skip
BELOW_LIMIT = re.compile(
    r"[<≤].*|b?lo[dq]|<?\s*l?lo[dq]|blo[dq]|bdl|below.*|b\.?l\.?q\.?|< ?(?:lod|loq|lloq)|not quantifi.*|trace"
)
_CONCENTRATION = re.compile(
    r"[fpnuµμmk]?(?:g|mol|moles?|iu|u|eq) ?(?:/|per ) ?(?:\d+ ?)?(?:[nuµμmd]?l|[nuµμmk]?g|liter|litre|m?mol)\b.*|"
    r"[fpnuµμm]?m|[a-zµμ]*molar|concentration.*|pp[mb]|mg ?%"
)
_INTENSITY = re.compile(
    r".*(?:peak|area|height|intensity|intensities|count|ion|abundance|arbitrary|a\.?u\.?|relative|normali[sz]ed|ratio|response|spectral).*"
)
_LOG2 = re.compile(r".*\blog[ _(]?2\b.*|.*log2.*|.*log base 2.*")
_OTHER_SCALE = re.compile(r".*\b(?:log10|ln|log|log[ _(]?10|natural log|z[ -]?scores?|auto ?scaled|pareto)\b.*")


def fluid_of(text: str) -> Fluid | None:
    """The fluid that a word means; None for a word that means none of them."""
    return FLUIDS.get(re.sub(r"[\s_]+", " ", text).strip().lower())


def kind_of(text: str) -> Kind | None:
    """The kind of sample that a word or a sample's name says; None if it says nothing."""
    word = re.sub(r"\s+", " ", text).strip().lower()
    if _POOLED.fullmatch(word):
        return "pooled_qc"
    if _OTHER_KIND.fullmatch(word):
        return "other"
    return "study" if _STUDY.fullmatch(word) else None


def are_concentrations(units: str | None) -> bool | None:
    """Whether units are absolute concentrations, which are not to be normalised to a total; None if they do not say."""
    text = (units or "").strip().lower()
    if not text:
        return None
    if _CONCENTRATION.fullmatch(text):
        return True
    return False if _INTENSITY.fullmatch(text) else None


def scale_of(units: str | None) -> str | None:
    """`log2` where units say so, `other` where they say another transformation, None where they say nothing."""
    text = (units or "").strip().lower()
    if _LOG2.fullmatch(text):
        return "log2"
    return "other" if _OTHER_SCALE.fullmatch(text) else None
