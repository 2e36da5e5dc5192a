"""BOIN, the Bayesian optimal interval design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint, closest_to_target
from firstdose.designs.interval import DEESCALATE, ESCALATE, STAY, Certainty, IntervalDesign, move_name
from firstdose.designs.states import Booleans, Integers, Seen, Selection, States, Step, Stop
from firstdose.protocol.meaning import Meaning

ROUNDING = 1e-9  # a rate exactly at a bound is at the bound, however the bound was rounded


@dataclass(frozen=True, kw_only=True)
class Boin(IntervalDesign):
    """Escalate at or below one bound of the DLT rate, de-escalate at or above another.

    The bounds minimise the chance of a wrong move between three point hypotheses: the target, ``p_saf`` and
    ``p_tox`` (Liu and Yuan 2015, JRSS C 64:507, equations 3 and 4). Defaults are those of the R package BOIN.
    """

    title: ClassVar[str] = "Bayesian optimal interval design (BOIN)"
    summary: ClassVar[str] = "Compares the DLT rate at the current level with two optimised bounds."
    source: ClassVar[str] = (
        "Liu S, Yuan Y. Bayesian optimal interval designs for phase I clinical trials. J R Stat Soc C 2015;64:507-523."
    )
    selection_prior: ClassVar[float] = 0.05
    fewest_that_eliminate: ClassVar[int] = 3

    p_saf: Annotated[
        float | None,
        Meaning("DLT rate that is too low, so that one should escalate (0.6 of the target).", above=0, below=1),
    ] = None
    p_tox: Annotated[
        float | None,
        Meaning("DLT rate that is too high, so that one should de-escalate (1.4 of the target).", above=0, below=1),
    ] = None
    elimination_certainty: Certainty = 0.95
    extra_safe: Annotated[
        bool, Meaning("Stop already when level 1 exceeds the target with the certainty less `offset`.")
    ] = False
    offset: Annotated[float, Meaning("What `extra_safe` takes off the certainty.", above=0, below=0.5)] = 0.05
    bound_mtd: Annotated[
        bool, Meaning("Select only a level whose isotonic estimate is at most the de-escalation bound.")
    ] = False
    titration: Annotated[bool, Meaning("Begin with single participants, one level up each, until the first DLT.")] = (
        False
    )
    stop_at: Annotated[
        int | None,
        Meaning("Stop when this many participants were treated at the current level (off).", lowest=1),
    ] = None

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The escalation and de-escalation bounds of the observed DLT rate."""
        target = self.frame.rate
        safe, toxic = self.p_saf or 0.6 * target, self.p_tox or 1.4 * target
        escalate = np.log((1 - safe) / (1 - target)) / np.log(target * (1 - safe) / (safe * (1 - target)))
        deescalate = np.log((1 - target) / (1 - toxic)) / np.log(toxic * (1 - target) / (target * (1 - toxic)))
        return float(escalate), float(deescalate)

    def complaints(self) -> Iterator[Complaint]:
        target = self.frame.target
        if target is None:
            return
        if self.p_saf is not None and self.p_saf >= 0.9 * target:
            yield Complaint(
                "p_saf",
                f"must lie clearly below the target {target:g}",
                f"give at most {0.9 * target:g}, or leave it out for {0.6 * target:g}",
            )
        if self.p_tox is not None and self.p_tox <= 1.1 * target:
            yield Complaint(
                "p_tox",
                f"must lie clearly above the target {target:g}",
                f"give at least {1.1 * target:g}, or leave it out for {1.4 * target:g}",
            )
        if self.p_tox is None and 1.4 * target >= 1:
            yield Complaint(
                "p_tox", "its default of 1.4 times the target is no probability here", "give p_tox, below 1"
            )
        if self.extra_safe and self.elimination_certainty - self.offset <= 0.5:
            yield Complaint("offset", "must leave a certainty above 0.5", "give a smaller offset")

    def certainty(self) -> float:
        return self.elimination_certainty

    def moves(self, participants: Integers, dlts: Integers) -> Integers:
        escalate, deescalate = self.bounds
        return np.where(
            dlts <= np.floor(escalate * participants + ROUNDING),
            ESCALATE,
            np.where(dlts >= np.ceil(deescalate * participants - ROUNDING), DEESCALATE, STAY),
        )

    def unsafe_at_level_1(self, participants: Integers, dlts: Integers) -> Booleans:
        """Whether the extra safety rule stops the trial at these counts of level 1."""
        exceeds = self.probability_of_exceeding(participants, dlts)
        return (exceeds > self.elimination_certainty - self.offset) & (participants >= self.fewest_that_eliminate)

    def next_step(self, seen: Seen) -> Step:
        return self.with_own_stops(super().next_step(seen), seen)

    def with_own_stops(self, step: Step, seen: Seen) -> Step:
        """The step, where the extra safety rule or enough participants at the level stop the trial as well."""
        stop, highest = step.stop, step.highest
        if self.extra_safe:
            unsafe = (seen.current == 1) & self.unsafe_at_level_1(seen.participants[:, 0], seen.dlts[:, 0])
            stop = np.where(unsafe, np.int8(Stop.TOO_TOXIC), stop)
            highest = np.where(unsafe, np.int8(0), highest)
        if self.stop_at is not None:
            enough = (seen.at(seen.current)[0] >= self.stop_at) & (stop == Stop.GOES_ON)
            stop = np.where(enough, np.int8(Stop.ENOUGH_AT_LEVEL), stop)
        return replace(step, stop=stop, highest=highest)

    def explain(self, seen: Seen, step: Step) -> str:
        reason = super().explain(seen, step)
        participants, dlts = seen.participants[:, 0], seen.dlts[:, 0]
        if self.extra_safe and seen.current[0] == 1 and self.unsafe_at_level_1(participants, dlts)[0]:
            exceeds = float(self.probability_of_exceeding(participants, dlts)[0])
            bound = self.elimination_certainty - self.offset
            counts = f"{int(dlts[0])} of {int(participants[0])} participants at level 1 had a DLT"
            rule = f"its DLT rate exceeds the target {self.frame.rate:g} with posterior probability {exceeds:.3f}"
            return f"{counts}: {rule}, more than the {bound:g} at which the extra safety rule stops the trial"
        if step.stop[0] == Stop.ENOUGH_AT_LEVEL:
            return (
                f"{reason}; level {int(seen.current[0])} has the {self.stop_at} participants at which the trial stops"
            )
        return reason

    def select(self, states: States) -> Selection:
        selection = super().select(states)
        if not self.bound_mtd:
            return selection
        eligible = self.eligible(states)
        fitted = self._isotonic(states.participants, states.dlts, eligible)
        below = eligible & (np.nan_to_num(fitted, nan=np.inf) <= self.bounds[1])
        level = closest_to_target(fitted, below, self.frame.rate)
        return Selection(level, selection.mtd_not_reached & (level == self.frame.top))

    def selection_words(self) -> str:
        words = super().selection_words()
        if self.bound_mtd:
            words += f" Only levels with an isotonic estimate of at most {self.bounds[1]:.3f} are eligible."
        return words

    def move_words(self, participants: int, dlts: int, move: int) -> str:
        escalate, deescalate = self.bounds
        rate = dlts / participants
        where = {
            ESCALATE: f"at or below the escalation bound {escalate:.3f}",
            DEESCALATE: f"at or above the de-escalation bound {deescalate:.3f}",
            STAY: f"between the bounds {escalate:.3f} and {deescalate:.3f}",
        }[move]
        return f"the DLT rate {rate:.3f} is {where}, so {move_name(move)}"
