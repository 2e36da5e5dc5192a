"""Permutation tests from random permutations, with the error that the simulation leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firstdose.methods._conditional_sums import Tails, tails
from firstdose.methods._counts import FloatArray


@dataclass(frozen=True)
class Simulated(Tails):
    """Tails of an observed statistic among ``permutations`` random ones and itself, so that none is 0.

    ``error`` is the Monte Carlo standard error of ``p_distance``, and of any other tail at most 1 / (2 sqrt(m)).
    Source: Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39 (the observed arrangement counts as one).
    """

    statistic: float
    permutations: int

    @property
    def error(self) -> float:
        """Monte Carlo standard error of the two-sided ``p_distance``."""
        return self.error_of(self.p_distance)

    def error_of(self, p: float) -> float:
        """Monte Carlo standard error of one of the tail probabilities."""
        return float(np.sqrt(p * (1 - p) / (self.permutations + 1)))


def simulate(
    statistic: Callable[[FloatArray], float],
    values: FloatArray,
    permutations: int,
    seed: int,
    shuffle: Callable[[FloatArray, np.random.Generator], FloatArray] | None = None,
) -> Simulated:
    """Permute ``values`` and collect the statistic; ``shuffle`` replaces the unrestricted permutation.

    Raises ValueError unless permutations is positive.
    """
    if permutations < 1:
        raise ValueError(f"permutations {permutations} must be positive")
    generator = np.random.default_rng(seed)
    mix = shuffle if shuffle is not None else lambda some, draw: draw.permutation(some)
    observed = statistic(values)
    drawn = np.array([observed, *(statistic(mix(values, generator)) for _ in range(permutations))])
    found = tails(drawn, np.full(len(drawn), 1 / len(drawn)), observed)
    return Simulated(**vars(found), statistic=observed, permutations=permutations)
