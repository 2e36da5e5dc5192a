"""What mTPI, mTPI-2 and Keyboard share: the interval of the DLT rate with the most posterior mass per width."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from firstdose.designs.interval import DEESCALATE, ESCALATE, STAY, IntervalDesign, move_name
from firstdose.designs.states import Floats, Integers
from firstdose.methods import binomial

MOVES = np.array([ESCALATE, STAY, DEESCALATE], dtype=np.int8)
TIE = 1e-12


def equal_width_edges(lower: float, upper: float) -> Floats:
    """Cut (0, 1) into intervals as wide as (lower, upper), which is one of them; the outer two may be shorter."""
    width = upper - lower
    below = lower - width * np.arange(int(np.ceil(lower / width - 1e-9)) + 1)
    above = upper + width * np.arange(int(np.ceil((1 - upper) / width - 1e-9)) + 1)
    return np.unique(np.clip(np.concatenate([below, above]), 0.0, 1.0).round(12))


@dataclass(frozen=True, kw_only=True)
class UnitProbabilityMassDesign(IntervalDesign):
    """Moves towards the interval with the greatest unit probability mass (posterior mass divided by width)."""

    @abstractmethod
    def target_interval(self) -> tuple[float, float]:
        """The interval of DLT rates at which the design stays."""

    @abstractmethod
    def edges(self) -> Floats:
        """The cuts of (0, 1), the target interval among them."""

    def strongest(self, participants: Integers, dlts: Integers) -> Integers:
        """0, 1 or 2: the interval of greatest mass per width lies below, is, or lies above the target interval.

        Of equal masses the interval of higher rates counts, which is the safer move. They do occur: at a target of
        0.25, 1 DLT in 2 gives the target interval and the one above it exactly the same.
        """
        edges = self.edges()
        lower, _ = self.target_interval()
        alpha, beta = self.beta_prior()
        below = [
            1.0 - binomial.probability_above(edge, participants, dlts, prior=(alpha, beta)) for edge in edges[1:-1]
        ]
        cumulative = np.stack([np.zeros(len(participants)), *below, np.ones(len(participants))])
        mass_per_width = np.diff(cumulative, axis=0) / np.diff(edges)[:, None]
        target = int(np.searchsorted(edges, lower - 1e-9))
        greatest = mass_per_width >= mass_per_width.max(axis=0) - TIE
        best = len(greatest) - 1 - np.argmax(greatest[::-1], axis=0)
        return np.where(best < target, 0, np.where(best > target, 2, 1))

    def moves(self, participants: Integers, dlts: Integers) -> Integers:
        return np.asarray(MOVES[self.strongest(participants, dlts)])

    def move_words(self, participants: int, dlts: int, move: int) -> str:
        lower, upper = self.target_interval()
        place = {
            ESCALATE: f"below the target interval ({lower:g}, {upper:g})",
            STAY: f"the target interval ({lower:g}, {upper:g})",
            DEESCALATE: f"above the target interval ({lower:g}, {upper:g})",
        }[move]
        return f"the interval with the greatest posterior mass per width is {place}, so {move_name(move)}"
