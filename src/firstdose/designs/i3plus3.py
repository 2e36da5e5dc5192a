"""The i3+3 design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint
from firstdose.designs.interval import DEESCALATE, ESCALATE, STAY, IntervalDesign, move_name
from firstdose.designs.states import Booleans, Integers
from firstdose.methods import binomial
from firstdose.protocol.meaning import Meaning

SMALLEST_COUNT_THAT_ELIMINATES = 3
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class I3plus3(IntervalDesign):
    """Compares the DLT rate, and the rate with one DLT fewer, with an equivalence interval (Liu et al. 2020)."""

    title: ClassVar[str] = "i3+3 design"
    summary: ClassVar[str] = "An algorithm as plain as 3+3 that knows its target and any cohort size."
    source: ClassVar[str] = (
        "Liu M, Wang SJ, Ji Y. The i3+3 design for phase I clinical trials. J Biopharm Stat 2020;30:294-304."
    )
    selection_prior: ClassVar[float] = 0.005

    epsilon1: Annotated[
        float, Meaning("The equivalence interval begins this much below the target.", above=0, below=1)
    ] = 0.05
    epsilon2: Annotated[
        float, Meaning("The equivalence interval ends this much above the target.", above=0, below=1)
    ] = 0.05
    exclusion_certainty: Annotated[
        float,
        Meaning(
            "Posterior certainty that a level exceeds the target at which it is eliminated.",
            above=0.5,
            below=1,
        ),
    ] = 0.95

    @property
    def interval(self) -> tuple[float, float]:
        """The equivalence interval of the DLT rate."""
        return self.frame.rate - self.epsilon1, self.frame.rate + self.epsilon2

    def complaints(self) -> Iterator[Complaint]:
        target = self.frame.target
        if target is None:
            return
        if self.epsilon1 >= target:
            yield Complaint("epsilon1", f"must be smaller than the target {target:g}", "give a smaller value")
        if target + self.epsilon2 >= 1:
            yield Complaint("epsilon2", "must keep the interval below 1", "give a smaller value")

    def decide_counts(self, participants: Integers, dlts: Integers) -> tuple[Integers, Booleans]:
        lower, upper = self.interval
        rate, one_fewer = dlts / participants, (dlts - 1) / participants
        above = np.where(one_fewer < lower - ROUNDING, STAY, DEESCALATE)
        move = np.where(rate < lower - ROUNDING, ESCALATE, np.where(rate <= upper + ROUNDING, STAY, above))
        exceeds = binomial.probability_above(self.frame.rate, participants, dlts) > self.exclusion_certainty
        return move, exceeds & (participants >= SMALLEST_COUNT_THAT_ELIMINATES)

    def move_words(self, participants: int, dlts: int, move: int) -> str:
        lower, upper = self.interval
        rate = dlts / participants
        words = f"the interval [{lower:g}, {upper:g}], so {move_name(move)}"
        if move == ESCALATE:
            return f"the DLT rate {rate:.3f} is below {words}"
        if rate <= upper + ROUNDING:
            return f"the DLT rate {rate:.3f} is inside {words}"
        side = "would be below" if move == STAY else "would not be below"
        return (
            f"the DLT rate {rate:.3f} is above and, with one DLT fewer, {(dlts - 1) / participants:.3f} {side} {words}"
        )

    def elimination_words(self, participants: int, dlts: int) -> str:
        exceeds = binomial.probability_above(self.frame.rate, np.array([participants]), np.array([dlts]))
        return (
            f"the DLT rate exceeds the target {self.frame.rate:g} with posterior probability {float(exceeds[0]):.3f}, "
            f"more than {self.exclusion_certainty:g}"
        )
