"""An event of the cohort itself that waits for its verdict: the next is not dosed where the verdict may end the level.

The rule reads such an outcome as open, as it reads an open window. A window that is open is no sign of anything; an
event that may be dose-limiting is, and people can judge it today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from firstdose.dosing.advice import Advice, advise
from firstdose.dosing.doubtful import doubtful, history_if_dlts
from firstdose.dosing.question import Question, Reason

RULE = "escalation.dlt"


def feared(question: Question) -> Iterator[Reason]:
    """Why somebody is not dosed before a verdict on others of the same cohort, which the rule decides on.

    Nothing where the rule would go on at the level if each event that waits were a DLT, nor where it leaves the level
    already, which the gate says itself.
    """
    cohort, last = question.cohort, question.history.last
    if question.rule is None or cohort is None or not cohort.is_in_the_rule or last is None:
        return
    if last.number != cohort.number or question.history.missing or _leaves(question.advice, cohort.level):
        return
    waiting = [each for each in doubtful(question.courses) if each.cohort_number == cohort.number and each.events]
    if not waiting:
        return
    history = history_if_dlts(question.history.cohorts, waiting)
    advice = advise(question.courses, replace(question.history, history=history))
    if _leaves(advice, cohort.level):
        events = "; ".join(f"{each.subject}: {event.words}" for each in waiting for event in each.events)
        each_is = "that is" if len(waiting) == 1 else "each is"
        words = (
            f"{events}; if {each_is} a DLT, the rule leaves the level of {cohort.name}, whatever the rest of it shows"
        )
        yield Reason(
            RULE, words, None, tuple(name for each in waiting for event in each.events for name in event.records)
        )


def _leaves(advice: Advice | None, level: int | None) -> bool:
    """Whether the rule surely gives nobody more at the level."""
    if advice is None:
        return False
    step = advice.recommendation
    if step.action == "stop":
        return True
    return advice.is_settled and (step.next_level or step.recommended_level or 0) < (level or 0)
