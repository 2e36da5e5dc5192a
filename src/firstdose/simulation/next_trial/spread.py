"""The spread between a few people: its estimate, its limits, and the careful value that a trial is planned with.

A trial that is planned with the estimate itself has less than its power in more than half of all cases, since the
variance of a few people is mostly too small. Planned with the upper one-sided 80 % limit it has its power in 80 % of
them (Browne, Stat Med 1995;14:1933). That the data are normal is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

CERTAINTY = 0.95
CAREFUL = 0.8
CAREFUL_WORDS = "its upper one-sided 80 % limit"


@dataclass(frozen=True)
class Spread:
    """A standard deviation with its two-sided 95 % limits and its ``careful`` value, the upper one-sided 80 % limit."""

    people: int
    degrees_of_freedom: int
    value: float
    lower: float
    upper: float
    careful: float

    def times(self, factor: float) -> Spread:
        """The spread of the values times a factor."""
        scaled = (factor * each for each in (self.value, self.lower, self.upper, self.careful))
        return Spread(self.people, self.degrees_of_freedom, *scaled)


def spread_within(values: NDArray[np.float64], groups: NDArray[np.int64]) -> Spread | None:
    """The spread of values (one a person) within groups, by chi-square; none where each is alone in its group."""
    names = np.unique(groups)
    free = len(values) - len(names)
    if free < 1:
        return None
    squares = sum(float(((values[groups == name] - values[groups == name].mean()) ** 2).sum()) for name in names)
    tail = (1 - CERTAINTY) / 2
    quantiles = (free, chdtri(free, tail), chdtri(free, 1 - tail), chdtri(free, CAREFUL))
    return Spread(len(values), free, *(float(np.sqrt(squares / each)) for each in quantiles))
