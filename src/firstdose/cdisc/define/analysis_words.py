"""What Define-XML says of ADaM datasets beyond their metadata: what a row is, and where each value comes from."""

from __future__ import annotations

from firstdose.cdisc.adam.metadata import (
    STANDARD,
    TIME_TO_EVENT_DATASETS,
    TIME_TO_EVENT_SUBCLASS,
    VERSION,
    AnalysisVariable,
)
from firstdose.cdisc.writing.metadata import Domain, Variable
from firstdose.protocol import Protocol

__all__ = ["DATASET_COMMENTS", "STANDARD", "VERSION", "dataset_comments", "structure_of", "subclass_of", "words_of"]

DATASET_COMMENTS = {
    "ADMB": "Made of relative abundances, which no SDTM dataset holds: they have neither unit nor range, and mostly no "
    "code of a laboratory test, so that they are no laboratory results as LB has them.",
}


CUT = (
    "The analysis looks at what happened until study day {day} (the protocol's analysis_until_day, {planned}, counts "
    "the day of the first treatment as 0): {what}."
)
CUT_DATASETS = {
    "ADSL": "follow-up, the end of study and death are those known by that day, so that DM may know more",
    "ADAE": "events of AE that surely began later are not here; those that went on have no end yet, and their outcome "
    "is that of that day",
    "ADLB": "results of LB of a later day are not here",
    "ADQS": "scores of a later day are not here",
    "ADVS": "results of VS of a later day are not here",
}
"""What a last day of the analysis means for each dataset."""


def dataset_comments(protocol: Protocol) -> dict[str, str]:
    """What is said of whole datasets."""
    last = protocol.conventions.analysis_until_day
    if last is None:
        return DATASET_COMMENTS
    cut = {name: CUT.format(day=last + 1, planned=last, what=what) for name, what in CUT_DATASETS.items()}
    return DATASET_COMMENTS | cut


def subclass_of(dataset: str) -> str:
    """The subclass of a dataset; nothing where its class says all."""
    return TIME_TO_EVENT_SUBCLASS if dataset in TIME_TO_EVENT_DATASETS else ""


def structure_of(domain: Domain) -> str:
    """What one row of a dataset is, by what tells its rows apart."""
    further = [domain.variables[key].label for key in domain.keys if key not in ("STUDYID", "USUBJID")]
    return " per ".join(["One record per subject", *further])


def words_of(variable: Variable) -> tuple[str, str, str]:
    """The words of a variable's origin, the method of its derivation, and a comment."""
    source = variable.source if isinstance(variable, AnalysisVariable) else ""
    if variable.origin == "Predecessor":
        return source, "", ""
    return ("", source, "") if variable.origin == "Derived" else ("", "", source)
