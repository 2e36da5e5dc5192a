"""The protocol's own escalation rule, as one object.

The exact engine, the Monte Carlo engine and the advice in a live trial all call this object.
"""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.designs.backfill_now import OpenLevels
from firstdose.designs.deciding import decide, open_for_backfilling
from firstdose.designs.deciding_in_time import advise_in_time
from firstdose.designs.history import History, OutcomesError
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.transitions import Transitions


@dataclass(frozen=True)
class EscalationRule(Transitions):
    """A design with its guards, ready to decide."""

    def decide(self, history: History, places: int | None = None) -> Recommendation:
        """What the rule advises after a history: ``deciding.decide``, or where follow-up counts ``advise_in_time``.

        ``places``: see ``deciding.decide``. Raises OutcomesError where somebody was backfilled and the rule does not
        backfill.
        """
        if history.backfilled and self.backfill is None:
            raise OutcomesError(
                f"outcomes: {history.backfilled[0]} stands for participants who were backfilled, and the rule does not "
                "backfill. Write `backfill` under escalation if it does, or take the b off."
            )
        if self.design.needs_time and history.is_followed:
            return advise_in_time(self, history)
        return decide(self, history, places)

    def open_for_backfilling(self, history: History, places: int | None = None) -> OpenLevels:
        """Which lower levels are open for backfilling after a history, of a rule that backfills.

        ``places``: those of the escalation's last cohort that nobody has taken yet; None: what the rule plans.
        """
        return open_for_backfilling(self, history, places)
