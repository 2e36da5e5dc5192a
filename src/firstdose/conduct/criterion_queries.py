"""Queries about answers to criteria that the record contradicts."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.criteria import ANSWERS, MENDING, checked_criteria
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.queries import Asked

AGREES = "the answer agrees with what is recorded of the person"
"""The rule that is asked about, after the words that say that one record alone cannot tell."""
RESTS_ON = (ANSWERS, "subjects", "disease_histories")
STEP = ("edss", "step")


def bears_on_criteria(stored: StoredRecord) -> bool:
    """Whether a record is an answer to a criterion, or one that the check of an answer rests on."""
    is_step = stored.record_type == "assessments" and (stored.fields.get("measure"), stored.fields.get("item")) == STEP
    return stored.record_type in RESTS_ON or is_step


def asked_of_criteria(work: Work, subject: str, rule: str) -> Iterator[Asked]:
    """What is to be asked of a person's answers; ``rule`` is the name of the rule that they break."""
    for each in checked_criteria(work, subject, work.protocol):
        if each.contradicts and each.stored is not None:
            yield Asked(ANSWERS, each.stored.record, f"{each.words}; {MENDING}", "answer", rule)
