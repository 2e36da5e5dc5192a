"""What each coming outcome would lead to: the rule's decisions, cohort by cohort, from where a trial stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firstdose.designs.history import DLT, NO_DLT, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule


@dataclass(frozen=True)
class Pathway:
    """A history, what the rule advises after it, and what follows each number of DLTs in the next full cohort."""

    history: History
    recommendation: Recommendation
    outcomes: tuple[tuple[int, Pathway], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document that ``firstdose pathways --json`` prints."""
        return {
            "history": str(self.history),
            **self.recommendation.as_json(),
            "outcomes": [{"dlts": dlts, **after.as_json()} for dlts, after in self.outcomes],
        }


def pathways(rule: EscalationRule, history: History, cohorts: int = 2) -> Pathway:
    """The tree of the next ``cohorts`` cohorts. A history that waits, or has stopped, has no branches.

    Each further cohort is a full one; where dosing may stop inside a cohort, its outcome is the same decision.
    """
    advice = rule.decide(history)
    if cohorts < 1 or advice.action != "dose" or advice.next_level is None or not advice.cohort_size:
        return Pathway(history, advice)
    level, size = advice.next_level, advice.cohort_size
    branches = tuple(
        (dlts, pathways(rule, history.then(level, NO_DLT * (size - dlts) + DLT * dlts), cohorts - 1))
        for dlts in range(size + 1)
    )
    return Pathway(history, advice, branches)
