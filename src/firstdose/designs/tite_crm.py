"""TITE-CRM, the time-to-event continual reassessment method."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.crm import Crm
from firstdose.designs.design import no_memory
from firstdose.designs.in_time import InTime, Waiting
from firstdose.designs.states import Booleans, Floats, Seen, Step, Stop
from firstdose.methods.partial_follow_up import partial_rates
from firstdose.protocol.meaning import Meaning


@dataclass(frozen=True, kw_only=True)
class TiteCrm(InTime, Crm):
    """The CRM, while windows are open: who has no DLT so far counts for the share of the window that is over.

    The weight is linear in time, as the paper proposes and dfcrm has it by default. Nothing in the method suspends
    dosing: with fast accrual it may go up before anybody was followed, unless ``fewest_completed`` forbids it.
    """

    title: ClassVar[str] = "Time-to-event continual reassessment method (TITE-CRM)"
    summary: ClassVar[str] = "The CRM that goes on while DLT windows are open, weighting partial follow-up."
    source: ClassVar[str] = (
        "Cheung YK, Chappell R. Sequential designs for phase I clinical trials with late-onset toxicities. Biometrics "
        "2000;56:1177-1182."
    )

    fewest_completed: Annotated[
        int,
        Meaning("No step up before so many participants at the current level have a known outcome.", lowest=0),
    ] = 0

    def estimates_in_time(self, seen: Seen, waiting: Waiting) -> Floats:
        """DLT rates at the posterior mean of beta, shape (trials, levels)."""
        known = seen.participants - waiting.at_each(self.frame.levels)
        return partial_rates(self.posterior, known, seen.dlts, waiting.level, waiting.followed)

    def next_step_in_time(self, seen: Seen, waiting: Waiting) -> tuple[Step, Booleans]:
        level = self.restricted(self.closest_level(self.estimates_in_time(seen, waiting)), seen)
        pending, _ = waiting.at(seen.current)
        held = (pending > 0) & (seen.at(seen.current)[0] - pending < self.fewest_completed)
        level = np.where(held, np.minimum(level, seen.current), level).astype(np.int8)
        stop = np.full(seen.rows, Stop.GOES_ON, dtype=np.int8)
        return Step(level, seen.highest, stop, no_memory(seen.rows)), np.zeros(seen.rows, dtype=bool)

    def explain_in_time(self, seen: Seen, waiting: Waiting) -> str:
        step, _ = self.next_step_in_time(seen, waiting)
        rates = self.estimates_in_time(seen, waiting)
        people = int((waiting.level[0] > 0).sum())
        wanted = int(self.closest_level(rates)[0])
        free = int(self.restricted(np.array([wanted]), seen)[0])
        words = self.words(rates, seen, replace(step, level=np.array([free])))
        if int(step.level[0]) != free:
            words += f", and level {int(seen.current[0])} has fewer than {self.fewest_completed} known outcomes"
        return f"with {people} open {'window' if people == 1 else 'windows'} weighted by follow-up, {words}"
