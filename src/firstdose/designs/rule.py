"""The protocol's own escalation rule, as one object.

The exact engine, the Monte Carlo engine and the advice in a live trial all call this object.
"""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.designs.deciding import decide
from firstdose.designs.deciding_in_time import advise_in_time
from firstdose.designs.history import History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.transitions import Transitions


@dataclass(frozen=True)
class EscalationRule(Transitions):
    """A design with its guards, ready to decide."""

    def decide(self, history: History) -> Recommendation:
        """What the rule advises after a history: ``deciding.decide``, or where follow-up counts ``advise_in_time``.

        Raises ValueError for a rule that backfills: a history does not say who was backfilled.
        """
        if self.backfill is not None:
            raise ValueError("a history does not say who was backfilled, so a rule that backfills cannot advise on it")
        if self.design.needs_time and history.is_followed:
            return advise_in_time(self, history)
        return decide(self, history)
