"""The dose of the cohort that somebody is dosed in, and what the committee decided for it otherwise than the rule.

Said first where a dosing is prepared: the rule's advice, which stands beside it, does not know what people decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from firstdose.conduct.cohort_decisions import decision_for
from firstdose.dosing import protocol_of_version
from firstdose.dosing.advice import advise
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import trial_history
from firstdose.protocol import Protocol
from firstdose.records.dosing import Action
from firstdose.web.last_decision import LastDecision, decision_words, last_decision


@dataclass(frozen=True)
class Decided:
    """A decision that holds for a cohort and departs from the rule: what, why, and what the rule recommended then."""

    number: int
    decided: str
    action: Action
    level: int | None
    words: str
    reason: str
    recommended: str


@dataclass(frozen=True)
class DecidedOnDose:
    """What people decided that is not what the rule says, for who is dosed in a cohort.

    ``last`` is the last decision, where it is another one and still to be carried out. ``is_not_the_advice`` says
    whether the rule advises something else now than one of these.
    """

    for_cohort: Decided | None
    last: LastDecision | None
    is_not_the_advice: bool


def dose_of_level(protocol: Protocol, level: int | None) -> str:
    """The dose of a level with its unit, "10 million cells"; empty where the protocol has no such level."""
    doses = protocol.dose_levels
    return doses.dose_with_unit(level) if level is not None and 1 <= level <= len(doses.values) else ""


def decided_on_dose(courses: Courses, cohort: str | None, seen: Callable[[str], str]) -> DecidedOnDose:
    """What people decided that is not what the rule says, as is known now, in words ``seen`` by who looks.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    has_rule = courses.protocol.escalation.has_rule
    advice = advise(courses, trial_history(courses)).recommendation if has_rule else None
    decided = decided_otherwise(courses, cohort)
    if decided is not None:
        decided = replace(decided, reason=seen(decided.reason))
    last = last_decision(courses.protocol, courses.records.trial_data, advice)
    is_other = last is not None and last.is_other
    is_not_the_advice = is_other or bool(
        decided and advice and (decided.action, decided.level) != (advice.action, advice.next_level)
    )
    is_told = last is not None and decided is not None and last.number == decided.number
    return DecidedOnDose(decided, last if is_other and not is_told else None, is_not_the_advice)


def decided_otherwise(courses: Courses, cohort: str | None) -> Decided | None:
    """What people decided for a cohort; None where that is what the rule recommended, or where this is not known."""
    decision = decision_for(courses, cohort)
    if decision is None or not decision.departs or decision.recommended_action is None:
        return None
    then = protocol_of_version(courses.protocol, decision.protocol_version)  # a dose may have been amended since
    return Decided(
        decision.decision,
        str(decision.decided or ""),
        decision.action,
        decision.next_level,
        decision_words(then, decision.action, decision.next_level),
        (decision.reason or "none is recorded").strip().rstrip("."),
        decision_words(then, decision.recommended_action, decision.recommended_next_level),
    )
