"""Reasons against dosing somebody who is backfilled: the level is not open for it by the rule, or that is not known."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.dosing.advice import open_places, why_not_if_dlts
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.known import record_name
from firstdose.dosing.question import Question, Reason

BACKFILL = "escalation.backfill"


@dataclass(frozen=True)
class Backfilled:
    """What the rule says of a cohort that is backfilled: reasons against it, and what people should know."""

    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()


def backfilled(question: Question, cohort: CohortInOrder) -> Backfilled:
    """Whether the level of a cohort is open for backfilling now; nothing for a cohort that is not backfilled.

    Who may have had a DLT on which there is no verdict yet is looked at as if it were one too.
    """
    record, rule = cohort.record, question.rule
    if record is None or rule is None or not cohort.is_backfilled(question.protocol):
        return Backfilled()
    level, records, history = record.dose_level, (record_name(record),), question.history
    if history.missing:
        words = f"which levels are open for backfilling is not known: {'; '.join(history.missing)}"
        return Backfilled((Reason(BACKFILL, words, None, records),))
    places = open_places(question.courses, history, rule)
    found = rule.open_for_backfilling(history.history, places)
    if not 1 <= level <= len(found.why_not):
        return Backfilled()  # a level that does not exist is a reason of its own
    if why := found.why_not[level - 1]:
        return Backfilled((Reason(BACKFILL, f"level {level} is not open for backfilling: {why}", None, records),))
    if why := why_not_if_dlts(question.courses, history, rule, places, level):
        return Backfilled((Reason(BACKFILL, why, None, records),))
    if found.level > level:
        words = f"level {found.level} is the highest open for backfilling, at which the rule treats who comes"
        return Backfilled(notes=(words,))
    return Backfilled()
