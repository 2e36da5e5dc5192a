"""Trend over ordered doses in small groups: exact Jonckheere-Terpstra, Cochran-Armitage and Spearman tests."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._conditional_sums import over_groups, sums_of_chosen, tails
from firstdose.methods._counts import FloatArray, IntArray, as_counts
from firstdose.methods._exact_tails import REMEMBERED, Trend, pairs_of_numbers
from firstdose.methods._simulated import Simulated, simulate
from firstdose.methods.jonckheere import jonckheere_terpstra

__all__ = [
    "Trend",
    "cochran_armitage",
    "correlation_of_ranks",
    "jonckheere_terpstra",
    "mid_ranks",
    "pairs_in_order",
    "simulated_jonckheere_terpstra",
    "simulated_spearman",
    "spearman",
]


def simulated_jonckheere_terpstra(values: ArrayLike, doses: ArrayLike, *, permutations: int, seed: int) -> Simulated:
    """The same test from random permutations, with its Monte Carlo error; arguments as `jonckheere_terpstra`."""
    value, dose = _pair(values, doses)
    _, group = np.unique(dose, return_inverse=True)
    return simulate(lambda shuffled: pairs_in_order(shuffled, group), value, permutations, seed)


def cochran_armitage(participants: ArrayLike, events: ArrayLike, scores: ArrayLike) -> Trend:
    """Exact conditional test of a linear trend in proportions; the three arguments have shape (G,).

    ``events`` of ``participants`` at each dose had the event; ``scores`` are the doses or other ordered scores. The
    statistic is the sum of scores over people with the event; its distribution is that given the total of events.
    Source: Cochran, Biometrics 1954;10:417; Armitage, Biometrics 1955;11:375.
    Raises ValueError for what are no counts, for shapes, and unless two doses with people differ in score.
    """
    n, x = as_counts(participants, events)
    score = np.asarray(scores, dtype=np.float64)
    if n.ndim != 1 or score.shape != n.shape:
        raise ValueError(f"shapes {n.shape} and {score.shape} must be one and the same (G,)")
    if not np.isfinite(score).all():
        raise ValueError("every score must be a finite number")
    if np.unique(score[n > 0]).size < 2:
        raise ValueError("people at two or more different scores are needed")
    order = np.argsort(score, kind="stable")
    lowest = float(score.min())
    above, probabilities = sums_of_chosen(score[order] - lowest, n[order], int(x.sum()))
    values = above + lowest * int(x.sum())
    statistic = float(score @ x)
    found = tails(above, probabilities, float((score - lowest) @ x))
    shifted = vars(found) | {"mean": float(probabilities @ values)}
    return Trend(**shifted, statistic=statistic)


def spearman(one: ArrayLike, other: ArrayLike) -> Trend:
    """Exact test of Spearman's correlation, which is the statistic; both arguments have shape (N,).

    Mid-ranks for ties; the permutation distribution given the ties is exact, by dynamic programming over the
    tied values of the one and people at each value of the other. Feasible for about 14 people without ties, and more
    when one of the two takes few values. Source: Spearman, Am J Psychol 1904;15:72; mid-ranks as in Kendall 1948.
    Raises ValueError for shapes, missing or constant values; TooManyArrangements for more people.
    """
    first, second = _pair(one, other)
    if np.unique(first).size < 2:
        raise ValueError("the first argument takes one value only, so there is no correlation")
    if np.prod(np.unique(first, return_counts=True)[1] + 1.0) < np.prod(np.unique(second, return_counts=True)[1] + 1.0):
        first, second = second, first
    rank, ties = _doubled_ranks(first)
    other_rank, group_sizes = _doubled_ranks(second)
    rank_unit, other_unit = int(np.gcd.reduce(np.diff(rank))), int(np.gcd.reduce(np.diff(other_rank)))
    a, b = (rank - rank[0]) // rank_unit, (other_rank - other_rank[0]) // other_unit
    x, y = np.repeat(a, ties), np.repeat(b, group_sizes)
    products, probabilities = _products_by_chance(
        tuple(zip(a, ties, strict=True)), tuple(zip(b, group_sizes, strict=True))
    )
    middle = x.sum() * y.sum() / len(x)
    scale = float(np.sqrt(((x - x.mean()) ** 2).sum() * ((y - y.mean()) ** 2).sum()))
    statistic = correlation_of_ranks(first, second)
    return Trend(**vars(tails((products - middle) / scale, probabilities, statistic)), statistic=statistic)


def simulated_spearman(one: ArrayLike, other: ArrayLike, *, permutations: int, seed: int) -> Simulated:
    """The same test from random permutations, with its Monte Carlo error; arguments as `spearman`."""
    first, second = _pair(one, other)
    if np.unique(first).size < 2:
        raise ValueError("the first argument takes one value only, so there is no correlation")
    ranks = mid_ranks(second)
    return simulate(lambda shuffled: correlation_of_ranks(shuffled, ranks), first, permutations, seed)


def mid_ranks(values: ArrayLike) -> FloatArray:
    """Ranks from 1, the mean rank for ties; shape (N,)."""
    value = np.asarray(values, dtype=np.float64)
    _, place = np.unique(value, return_inverse=True)
    return np.asarray(_doubled_ranks(value)[0][place] / 2)


def correlation_of_ranks(one: FloatArray, other: FloatArray) -> float:
    """Spearman's correlation with mid-ranks, without a test."""
    x, y = mid_ranks(one), mid_ranks(other)
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def pairs_in_order(values: FloatArray, group: IntArray) -> float:
    """Pairs of people from different groups whose values rise with the group, ties as one half."""
    higher = group[None, :] > group[:, None]
    difference = np.sign(values[None, :] - values[:, None])
    return float(((difference + 1) / 2)[higher].sum())


@lru_cache(maxsize=REMEMBERED)
def _products_by_chance(
    one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]
) -> tuple[IntArray, FloatArray]:
    """Distribution of the sum of products of two scores, each given as (score, people with it) in rising order."""
    a, ties = np.array(one).T
    b, group_sizes = np.array(other).T

    def gain(tie: int, dealt: IntArray) -> int:
        return int(a[tie] * (dealt @ b))

    largest = int(np.repeat(a, ties) @ np.repeat(b, group_sizes))
    return over_groups(ties.tolist(), group_sizes.tolist(), largest, gain)


def _doubled_ranks(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Twice the mid-rank of each distinct value, and how many people have it; both of shape (distinct,)."""
    ties = np.unique(values, return_counts=True)[1]
    last = np.cumsum(ties)
    return 2 * last - ties + 1, ties


def _pair(one: ArrayLike, other: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = pairs_of_numbers(one, other)
    return np.array(first), np.array(second)
