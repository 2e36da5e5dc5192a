"""The committee's last decision, said wherever the rule's advice stands, which does not know of it."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.designs.recommendation import Recommendation
from firstdose.dosing.known import span_of, zone_named
from firstdose.protocol import Protocol
from firstdose.records import Cohort, DoseDecision, Dosing, TrialData
from firstdose.records.dosing import Action


@dataclass(frozen=True)
class LastDecision:
    """A decision in words, and whether it stands against what the rule advises now."""

    number: int
    decided: str
    words: str
    is_other: bool
    """Whether it is still to be carried out, and the rule advises something else."""


def last_decision(protocol: Protocol, trial_data: TrialData, advice: Recommendation | None) -> LastDecision | None:
    """The decision that was taken last; None before the first.

    One to dose is carried out once a cohort was opened by it, or somebody was dosed at its level since: what the rule
    advises later is no objection to it.
    """
    taken = max(trial_data.records(DoseDecision), key=lambda each: each.decision, default=None)
    if taken is None:
        return None
    is_done = _is_carried_out(trial_data, taken)
    is_same = advice is not None and (taken.action, taken.next_level) == (advice.action, advice.next_level)
    words = decision_words(protocol, taken.action, taken.next_level)
    return LastDecision(taken.decision, str(taken.decided or ""), words, not (is_done or is_same))


def _is_carried_out(trial_data: TrialData, taken: DoseDecision) -> bool:
    """Whether a decision has been acted upon."""
    if any(each.decision == taken.decision for each in trial_data.records(Cohort)):
        return True
    decided = span_of(taken.decided, None)
    return any(
        each.level_assigned == taken.next_level
        and span_of(each.procedure_start, zone_named(each.zone)).after(decided) is True
        for each in trial_data.records(Dosing)
        if taken.action == "dose"
    )


def decision_words(protocol: Protocol, action: Action, level: int | None) -> str:
    """What was decided or recommended: "dose level 2, 10 million cells"."""
    doses = protocol.dose_levels
    if action != "dose" or level is None:
        return action
    known = 1 <= level <= len(doses.values)
    return f"dose level {level}" + (f", {doses.dose_with_unit(level)}" if known else "")
