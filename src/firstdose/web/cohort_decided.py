"""The dose of the cohort that somebody is dosed in, and where people departed from the rule to open it.

Said where a dosing is prepared: the rule's advice, which stands beside it, does not know what people decided.
"""

from __future__ import annotations

from firstdose.protocol import Protocol
from firstdose.records import Cohort, DoseDecision, TrialData
from firstdose.web.last_decision import decision_words


def dose_of_level(protocol: Protocol, level: int | None) -> str:
    """The dose of a level with its unit, "10 million cells"; empty where the protocol has no such level."""
    doses = protocol.dose_levels
    return doses.dose_with_unit(level) if level is not None and 1 <= level <= len(doses.values) else ""


def departure(protocol: Protocol, trial_data: TrialData, cohort: str | None) -> str:
    """That the decision which opened a cohort departs from the rule, with its reason; empty where it does not."""
    opened = next((each for each in trial_data.records(Cohort) if each.cohort == cohort), None)
    taken = (each for each in trial_data.records(DoseDecision) if opened and each.decision == opened.decision)
    decision = next(taken, None)
    if decision is None or not decision.departs or decision.recommended_action is None:
        return ""
    decided = decision_words(protocol, decision.action, decision.next_level)
    recommended = decision_words(protocol, decision.recommended_action, decision.recommended_next_level)
    return (
        f"Cohort {cohort} was opened by decision {decision.decision}, which departs from the rule. Decided: {decided}; "
        f"the rule recommended: {recommended}. Reason: {(decision.reason or 'none is recorded').rstrip('.')}."
    )
