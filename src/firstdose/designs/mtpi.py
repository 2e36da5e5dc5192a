"""mTPI, the modified toxicity probability interval design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint
from firstdose.designs.interval import Certainty, MarginAbove, MarginBelow, margin_complaints
from firstdose.designs.states import Floats
from firstdose.designs.upm import UnitProbabilityMassDesign
from firstdose.protocol.meaning import Meaning

Positive = Annotated[float, Meaning("A positive number.", lowest=0.001, highest=1000)]


@dataclass(frozen=True, kw_only=True)
class Mtpi(UnitProbabilityMassDesign):
    """Compares the unit probability mass of under-, equivalent and overdosing (Ji et al. 2010)."""

    title: ClassVar[str] = "Modified toxicity probability interval design (mTPI)"
    summary: ClassVar[str] = "Moves towards the one of three intervals with the most posterior mass per width."
    source: ClassVar[str] = (
        "Ji Y, Liu P, Li Y, Bekele BN. A modified toxicity probability interval method for dose-finding trials. "
        "Clin Trials 2010;7:653-663."
    )
    selection_prior: ClassVar[float] = 0.005

    epsilon1: MarginBelow = 0.05
    epsilon2: MarginAbove = 0.05
    exclusion_certainty: Certainty = 0.95
    prior: Annotated[tuple[Positive, Positive], Meaning("The Beta prior of the DLT rate at a level.")] = (
        1.0,
        1.0,
    )

    def complaints(self) -> Iterator[Complaint]:
        yield from margin_complaints(self.frame.target, self.epsilon1, self.epsilon2, ("epsilon1", "epsilon2"))

    def target_interval(self) -> tuple[float, float]:
        return self.frame.rate - self.epsilon1, self.frame.rate + self.epsilon2

    def edges(self) -> Floats:
        return np.array([0.0, *self.target_interval(), 1.0])

    def beta_prior(self) -> tuple[float, float]:
        return self.prior

    def certainty(self) -> float:
        return self.exclusion_certainty
