"""The true dose-toxicity curve of a scenario, at any dose that is given."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log2

import numpy as np

from firstdose.simulation.virtual.columns import Floats
from firstdose.simulation.virtual.scenario_safety import Toxicity

SMALLEST = 1e-12


def logit(shares: Floats) -> Floats:
    """Logarithm of the odds; 0 and 1 are taken as very near them."""
    kept = np.clip(shares, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(kept / (1 - kept)))


@dataclass(frozen=True, eq=False)
class ToxicityCurve:
    """Logits of P(DLT) at doses; between them they are joined in the logarithm of the dose, beyond them constant."""

    log2_doses: Floats
    logits: Floats
    slope: float | None

    @classmethod
    def of(cls, toxicity: Toxicity, doses: Floats) -> ToxicityCurve:
        """The curve of a scenario for the doses of a protocol."""
        log2_doses = np.log2(doses)
        if toxicity.rates_by_level is not None:
            return cls(log2_doses, logit(np.array(toxicity.rates_by_level.values)), None)
        start = logit(np.array([toxicity.rate_at_lowest_dose.value]))
        slope = float(np.log(toxicity.odds_ratio_per_doubling.value))
        return cls(log2_doses[:1], start, slope)

    def probability(self, doses: Floats) -> Floats:
        """P(DLT) at each dose, in the unit of the dose levels."""
        return np.array([self.at(dose) for dose in doses.tolist()])

    def at(self, dose: float) -> float:
        """P(DLT) at one dose."""
        wanted = log2(max(dose, SMALLEST))
        if self.slope is None:
            logits = float(np.interp(wanted, self.log2_doses, self.logits))
        else:
            logits = float(self.logits[0]) + self.slope * (wanted - float(self.log2_doses[0]))
        rate = 1 / (1 + exp(-logits))
        return 0.0 if rate <= 2 * SMALLEST else 1.0 if rate >= 1 - 2 * SMALLEST else rate
