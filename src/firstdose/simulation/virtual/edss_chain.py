"""Yearly transitions of the EDSS as a chain in continuous time.

With the yearly matrix P the generator is Q, the matrix logarithm of P; a month has the matrix exp(Q / 12), and under a
hazard ratio h exp(h Q / 12). Where Q would have a negative rate (P is not embeddable) that rate is set to 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from firstdose.simulation.virtual.columns import Floats
from firstdose.simulation.virtual.scenario_measures import YearlyTransitions

MONTHS_PER_YEAR = 12
MOST_CHAINS = 20


@dataclass(frozen=True, eq=False)
class Chain:
    """The yearly transitions as a generator; ``departure`` is the largest error of the yearly matrix that it gives."""

    generator: Floats
    departure: float

    @cached_property
    def natural(self) -> Floats:
        """Cumulated monthly transitions without the cells, shape (states, states)."""
        return np.asarray(self.cumulated(np.ones(1))[0])

    def cumulated(self, hazard_ratios: Floats) -> Floats:
        """Cumulated monthly transitions under hazard ratios, shape (ratios, states, states)."""
        from scipy.linalg import expm

        months = expm(hazard_ratios[:, None, None] * self.generator / MONTHS_PER_YEAR)
        return np.asarray(np.cumsum(months, axis=2))


@lru_cache(maxsize=MOST_CHAINS)
def chain_of(transitions: YearlyTransitions) -> Chain:
    """The chain of yearly transitions; where the yearly matrix has no generator, the nearest that rates can make."""
    from scipy.linalg import expm, logm

    yearly = np.array(transitions.rows)
    rates = np.real(logm(yearly))
    rates = np.where(np.eye(len(yearly), dtype=bool), 0.0, np.maximum(rates, 0.0))
    rates -= np.diag(rates.sum(axis=1))
    return Chain(rates, float(np.abs(expm(rates) - yearly).max()))
