"""TITE-BOIN, the time-to-event Bayesian optimal interval design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from firstdose.designs.boin import ROUNDING, Boin
from firstdose.designs.in_time import InTime, Waiting
from firstdose.designs.interval import DEESCALATE, ESCALATE, STAY, move_name, step_to
from firstdose.designs.states import Booleans, Floats, Integers, Seen, Step
from firstdose.protocol.meaning import Meaning


@dataclass(frozen=True, kw_only=True)
class TiteBoin(InTime, Boin):
    """BOIN's bounds, while windows are open: each open window is imputed, or counts for the share that is over.

    ``imputation`` replaces the outcome of each open window by its expectation given its follow-up (Yuan et al. 2018);
    ``effective_sample_size`` divides DLTs by completed windows plus follow-up (Lin and Yuan 2020). Levels are
    eliminated from everyone treated there, those who wait counted as having no DLT.
    """

    title: ClassVar[str] = "Time-to-event Bayesian optimal interval design (TITE-BOIN)"
    summary: ClassVar[str] = "BOIN that goes on while DLT windows are open, from how far they were followed."
    source: ClassVar[str] = (
        "Yuan Y, Lin R, Li D, Nie L, Warren KE. Time-to-event Bayesian optimal interval design to accelerate phase I "
        "trials. Clin Cancer Res 2018;24:4921-4930. Lin R, Yuan Y. Time-to-event model-assisted designs for "
        "dose-finding trials with delayed toxicity. Biostatistics 2020;21:807-824."
    )

    estimate: Annotated[
        Literal["imputation", "effective_sample_size"],
        Meaning("How open windows count: imputation, or effective_sample_size."),
    ] = "imputation"
    most_pending: Annotated[
        float,
        Meaning("Dosing is suspended while more than this share of the level's windows is open.", above=0, highest=1),
    ] = 0.5
    fewest_completed: Annotated[
        int,
        Meaning(
            "Dosing is suspended while fewer of the level's participants than this have a known outcome.", lowest=1
        ),
    ] = 2

    def next_step_in_time(self, seen: Seen, waiting: Waiting) -> tuple[Step, Booleans]:
        participants, dlts = seen.at(seen.current)
        pending, follow_up = waiting.at(seen.current)
        move, suspended = self.moves_in_time(participants, dlts, pending, follow_up)
        step = self.with_own_stops(step_to(seen.current + move, self.highest_in_time(seen)), seen)
        return step, suspended & (step.highest >= seen.current)

    def highest_in_time(self, seen: Seen) -> Integers:
        """The highest level not eliminated: a late DLT may eliminate a level that is not the current one."""
        table, highest = self._table_for(seen.participants), seen.highest.copy()
        fewest = np.argmax(table.eliminates.any(axis=0))  # so many DLTs eliminate at the earliest: few levels have them
        cells = np.flatnonzero(seen.dlts >= fewest)
        participants, dlts = (counts.ravel()[cells].astype(np.intp) for counts in (seen.participants, seen.dlts))
        row, level = np.divmod(cells[table.eliminates[participants, dlts]], self.frame.levels)
        np.minimum.at(highest, row, level.astype(highest.dtype))
        return highest

    def moves_in_time(
        self, participants: Integers, dlts: Integers, pending: Integers, follow_up: Floats
    ) -> tuple[Integers, Booleans]:
        """The moves for arrays of counts at one level, and whether dosing is suspended instead.

        ``participants`` counts the ``pending`` as well; ``follow_up`` is the sum of the shares of their windows that
        are over. De-escalation that no further outcome can undo is never suspended.
        """
        escalate, deescalate = self.bounds
        toxic, treated = self.toxic_and_treated(participants, dlts, pending, follow_up)
        down = toxic >= deescalate * treated - ROUNDING
        if self.estimate == "imputation":
            # imputed outcomes alone never lead down: the DLTs seen must reach the target among everyone treated
            down &= dlts >= self.frame.rate * participants - ROUNDING
        up = toxic <= escalate * treated + ROUNDING
        settled = dlts >= np.ceil(deescalate * participants - ROUNDING)
        completed = participants - pending
        too_few = (pending > self.most_pending * participants + ROUNDING) | (completed < self.fewest_completed)
        move = np.where(settled, DEESCALATE, np.where(up, ESCALATE, np.where(down, DEESCALATE, STAY)))
        return move, too_few & (pending > 0) & ~settled

    def toxic_and_treated(
        self, participants: Integers, dlts: Integers, pending: Integers, follow_up: Floats
    ) -> tuple[Floats, Floats]:
        """DLTs and participants whose ratio is compared with the bounds."""
        if self.estimate == "effective_sample_size":
            return dlts.astype(np.float64), participants - pending + follow_up
        prior = self.frame.rate / 2
        rate = (dlts + prior) / (participants - pending + 1.0)
        # a Beta(prior, 1 - prior) mean lies below 1, except that rounding may take it there
        odds = rate / np.maximum(1.0 - rate, 1e-12)
        return dlts + odds * (pending - follow_up), participants.astype(np.float64)

    def explain_in_time(self, seen: Seen, waiting: Waiting) -> str:
        step, suspended = self.next_step_in_time(seen, waiting)
        current = int(seen.current[0])
        participants, dlts = seen.at(seen.current)
        pending, follow_up = waiting.at(seen.current)
        if step.highest[0] < current or not pending[0]:
            return self.explain(seen, step)
        counts = f"{int(dlts[0])} of {int(participants[0])} participants at level {current} had a DLT so far"
        counts += f", open windows: {int(pending[0])}, of which {follow_up[0]:.2f} are over"
        if suspended[0]:
            return f"{counts}: dosing is suspended until more is known"
        reason = f"{counts}: {self._rate_words(participants, dlts, pending, follow_up)}"
        wanted = current + int(self.moves_in_time(participants, dlts, pending, follow_up)[0][0])
        if int(step.level[0]) == wanted:
            return reason
        return (
            f"{reason}, but level 1 is the lowest" if wanted < 1 else f"{reason}, but level {wanted} may not be given"
        )

    def _rate_words(self, participants: Integers, dlts: Integers, pending: Integers, follow_up: Floats) -> str:
        """The rate that is compared with the bounds, and what follows, for the single level in row 0."""
        escalate, deescalate = self.bounds
        move = move_name(int(self.moves_in_time(participants, dlts, pending, follow_up)[0][0]))
        if dlts[0] >= deescalate * participants[0] - ROUNDING:
            share = f"the share of DLTs is at least the de-escalation bound {deescalate:.3f}"
            return f"{share}, whatever the open windows show, so {move}"
        toxic, treated = self.toxic_and_treated(participants, dlts, pending, follow_up)
        rate = f"the DLT rate is taken as {toxic[0] / treated[0]:.3f}" if treated[0] > 0 else "nobody was followed"
        return f"{rate}, against the bounds {escalate:.3f} and {deescalate:.3f}, so {move}"
