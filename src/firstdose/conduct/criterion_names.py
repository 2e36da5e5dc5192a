"""The names whose values criteria may compare. Every command that reads a protocol asks: no ledger is imported."""

from __future__ import annotations

from firstdose.records import RECORDS, columns_of

AGE, EDSS, EDSS_CHANGE = "age_years", "edss", "edss_change_over_2_years"
LABELS = {AGE: "age", EDSS: "EDSS", EDSS_CHANGE: "change of the EDSS over 2 years"}
COMPUTED = {
    AGE: "Completed years on the day of consent, from the date of birth, or the age as recorded where there is none.",
    EDSS: "The first step of the EDSS assessed since consent.",
    EDSS_CHANGE: "What that step lies above the one of two years before.",
}
SUBJECTS, HISTORY = "subjects", "disease_histories"


def recorded_names() -> dict[str, str]:
    """The names whose values expressions may compare, each with what it stands for; days have no value there."""
    fields = {
        name: column.question.words
        for kind in (SUBJECTS, HISTORY)
        for name, column in columns_of(RECORDS[kind]).items()
        if column.kind in (str, int, float)
    }
    return {**fields, **COMPUTED}


def is_asked_for(name: str) -> bool:
    """Whether any form asks for a value of this name; of another the record can say nothing."""
    return name in LABELS or any(name in columns_of(RECORDS[kind]) for kind in (SUBJECTS, HISTORY))
