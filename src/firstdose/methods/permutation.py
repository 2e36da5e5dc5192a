"""Two groups compared by permutation, within strata if there are any: on mid-ranks or on the values themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import binom

from firstdose.methods._conditional_sums import Tails, convolved, sums_of_chosen, tails
from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods._simulated import Simulated, simulate
from firstdose.methods.trend import mid_ranks


@dataclass(frozen=True)
class TwoGroups(Tails):
    """A comparison of two groups: the statistic is the sum of the scores in the first (``mean`` and ``variance`` are
    those of that sum when the groups do not differ).

    ``p_increasing`` speaks for higher values in the first group. Name the two-sided convention that is reported.
    """

    statistic: float


def compare_values(values: ArrayLike, in_first: ArrayLike, strata: ArrayLike | None = None) -> TwoGroups:
    """Exact permutation test on the values themselves: the sum over the first group, people permuted within strata.

    values, in_first (boolean) and strata (labels) have shape (N,). Source: Fisher 1935; Pitman, Suppl JRSS 1937;4:119.
    Raises ValueError for shapes, missing values or an empty group; TooManyArrangements where it cannot be enumerated.
    """
    value, first, stratum = _checked(values, in_first, strata)
    return _exact(value, first, stratum)


def compare_ranks(values: ArrayLike, in_first: ArrayLike, strata: ArrayLike | None = None) -> TwoGroups:
    """Exact Wilcoxon rank-sum test with mid-ranks, taken within strata (van Elteren's with equal weights).

    Arguments and errors as `compare_values`. Exact given the ties. The statistic is the sum of mid-ranks of the first
    group; the Mann-Whitney count is that less n(n + 1)/2. Source: Wilcoxon, Biometrics Bull 1945;1:80; Lehmann 1975.
    """
    value, first, stratum = _checked(values, in_first, strata)
    return _exact(_ranks_within(value, stratum), first, stratum)


def simulated_values(
    values: ArrayLike, in_first: ArrayLike, strata: ArrayLike | None = None, *, permutations: int, seed: int
) -> Simulated:
    """`compare_values` from random permutations within strata, with its Monte Carlo error."""
    value, first, stratum = _checked(values, in_first, strata)
    return _simulated(value, first, stratum, permutations, seed)


def simulated_ranks(
    values: ArrayLike, in_first: ArrayLike, strata: ArrayLike | None = None, *, permutations: int, seed: int
) -> Simulated:
    """`compare_ranks` from random permutations within strata, with its Monte Carlo error."""
    value, first, stratum = _checked(values, in_first, strata)
    return _simulated(_ranks_within(value, stratum), first, stratum, permutations, seed)


def smallest_attainable(in_first: ArrayLike, strata: ArrayLike | None = None) -> float:
    """The smallest one-sided probability that any values without ties could reach: one over the arrangements."""
    first = np.asarray(in_first, dtype=np.bool_)
    _, first, stratum = _checked(np.zeros(first.shape), first, strata)
    sizes, chosen = np.bincount(stratum), np.bincount(stratum, weights=first)
    return float(1 / np.prod(binom(sizes, chosen)))


def _exact(score: FloatArray, first: BoolArray, stratum: IntArray) -> TwoGroups:
    parts = []
    for label in range(int(stratum.max()) + 1):
        here = stratum == label
        lowest = score[here].min()
        distinct, sizes = np.unique(score[here] - lowest, return_counts=True)
        parts.append(sums_of_chosen(distinct, sizes, int(first[here].sum())))
    above, probabilities = reduce(convolved, parts)
    floors = np.array([score[stratum == label].min() for label in range(int(stratum.max()) + 1)])
    least = float(floors[stratum][first].sum())
    statistic = float(score[first].sum())
    found = tails(above, probabilities, float((score - floors[stratum])[first].sum()))
    return TwoGroups(**(vars(found) | {"mean": found.mean + least}), statistic=statistic)


def _simulated(score: FloatArray, first: BoolArray, stratum: IntArray, permutations: int, seed: int) -> Simulated:
    def shuffle(some: FloatArray, draw: np.random.Generator) -> FloatArray:
        mixed = some.copy()
        for label in range(int(stratum.max()) + 1):
            here = np.flatnonzero(stratum == label)
            mixed[here] = some[draw.permutation(here)]
        return mixed

    return simulate(lambda some: float(some[first].sum()), score, permutations, seed, shuffle)


def _ranks_within(value: FloatArray, stratum: IntArray) -> FloatArray:
    ranks = np.empty_like(value)
    for label in range(int(stratum.max()) + 1):
        here = stratum == label
        ranks[here] = mid_ranks(value[here])
    return ranks


def _checked(
    values: ArrayLike, in_first: ArrayLike, strata: ArrayLike | None
) -> tuple[FloatArray, BoolArray, IntArray]:
    value, first = np.asarray(values, dtype=np.float64), np.asarray(in_first)
    label = np.zeros(value.shape, dtype=np.int64) if strata is None else np.asarray(strata)
    if value.ndim != 1 or not value.shape == first.shape == label.shape:
        raise ValueError(f"shapes {value.shape}, {first.shape} and {label.shape} must be one and the same (N,)")
    if first.dtype != np.bool_:
        raise ValueError("in_first must be boolean")
    if not np.isfinite(value).all():
        raise ValueError("every value must be a finite number: leave out people with missing values and say so")
    if first.all() or not first.any():
        raise ValueError("both groups need people")
    return value, first, np.unique(label, return_inverse=True)[1].astype(np.int64)
