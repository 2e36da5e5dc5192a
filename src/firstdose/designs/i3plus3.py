"""The i3+3 design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from firstdose.designs.design import Complaint
from firstdose.designs.interval import (
    DEESCALATE,
    ESCALATE,
    STAY,
    Certainty,
    IntervalDesign,
    MarginAbove,
    MarginBelow,
    margin_complaints,
    move_name,
)
from firstdose.designs.states import Integers

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
    fewest_that_eliminate: ClassVar[int] = 3

    epsilon1: MarginBelow = 0.05
    epsilon2: MarginAbove = 0.05
    exclusion_certainty: Certainty = 0.95

    @property
    def interval(self) -> tuple[float, float]:
        """The equivalence interval of the DLT rate."""
        return self.frame.rate - self.epsilon1, self.frame.rate + self.epsilon2

    def complaints(self) -> Iterator[Complaint]:
        yield from margin_complaints(self.frame.target, self.epsilon1, self.epsilon2, ("epsilon1", "epsilon2"))

    def certainty(self) -> float:
        return self.exclusion_certainty

    def moves(self, participants: Integers, dlts: Integers) -> Integers:
        lower, upper = self.interval
        rate, one_fewer = dlts / participants, (dlts - 1) / participants
        above = np.where(one_fewer < lower - ROUNDING, STAY, DEESCALATE)
        return np.where(rate < lower - ROUNDING, ESCALATE, np.where(rate <= upper + ROUNDING, STAY, above))

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
