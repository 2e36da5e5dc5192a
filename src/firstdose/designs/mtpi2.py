"""mTPI-2, the toxicity probability interval design with intervals of equal width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from firstdose.designs.mtpi import Mtpi
from firstdose.designs.states import Floats
from firstdose.designs.upm import equal_width_edges


@dataclass(frozen=True, kw_only=True)
class Mtpi2(Mtpi):
    """mTPI with under- and overdosing cut into intervals as wide as the equivalence interval (Guo et al. 2017)."""

    title: ClassVar[str] = "Modified toxicity probability interval design 2 (mTPI-2)"
    summary: ClassVar[str] = "mTPI with intervals of equal width, so that it stays less long at a toxic level."
    source: ClassVar[str] = (
        "Guo W, Wang SJ, Yang S, Lynn H, Ji Y. A Bayesian interval dose-finding design addressing Ockham's razor: "
        "mTPI-2. Contemp Clin Trials 2017;58:23-33."
    )

    def edges(self) -> Floats:
        return equal_width_edges(*self.target_interval())
