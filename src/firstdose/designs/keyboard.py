"""The Keyboard design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from firstdose.designs.design import Complaint
from firstdose.designs.interval import Certainty, MarginAbove, MarginBelow, margin_complaints
from firstdose.designs.states import Floats
from firstdose.designs.upm import UnitProbabilityMassDesign, equal_width_edges


@dataclass(frozen=True, kw_only=True)
class Keyboard(UnitProbabilityMassDesign):
    """Moves towards the strongest of equal-width keys (Yan, Mandrekar and Yuan 2017).

    Moves are those of mTPI-2 at equal widths; elimination and the final selection differ.
    """

    title: ClassVar[str] = "Keyboard design"
    summary: ClassVar[str] = "Moves towards the strongest of equally wide keys of the DLT rate."
    source: ClassVar[str] = (
        "Yan F, Mandrekar SJ, Yuan Y. Keyboard: a novel Bayesian toxicity probability interval design for phase I "
        "clinical trials. Clin Cancer Res 2017;23:3994-4003."
    )
    selection_prior: ClassVar[float] = 0.05

    margin_left: MarginBelow = 0.05
    margin_right: MarginAbove = 0.05
    elimination_certainty: Certainty = 0.95

    def complaints(self) -> Iterator[Complaint]:
        yield from margin_complaints(
            self.frame.target, self.margin_left, self.margin_right, ("margin_left", "margin_right")
        )

    def target_interval(self) -> tuple[float, float]:
        return self.frame.rate - self.margin_left, self.frame.rate + self.margin_right

    def edges(self) -> Floats:
        return equal_width_edges(*self.target_interval())

    def certainty(self) -> float:
        return self.elimination_certainty
