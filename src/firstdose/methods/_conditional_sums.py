"""Exact distributions of sums over who might have been chosen, and the probabilities of their tails."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods._exact_tails import TooManyArrangements, refuse_too_many

__all__ = ["Tails", "TooManyArrangements", "convolved", "merged", "over_groups", "sums_of_chosen", "tails"]

MOST_SUMS = 2_000_000  # distinct sums held at once
_EQUAL = 1e-9  # values this close, relative to the largest, are one value


@dataclass(frozen=True)
class Tails:
    """Where an observed value lies in its exact or simulated distribution: each figure as in `Trend`."""

    p_increasing: float
    p_decreasing: float
    p_doubled: float
    p_distance: float
    mean: float
    variance: float


def tails(values: FloatArray | IntArray, probabilities: FloatArray, observed: float) -> Tails:
    """The tails of ``observed`` in the distribution of ``values``; both arrays have shape (K,)."""
    mean = float(probabilities @ values)
    variance = float(probabilities @ (values - mean) ** 2)
    slack = _EQUAL * max(float(np.abs(values).max()), 1e-300)
    above = min(1.0, float(probabilities[values >= observed - slack].sum()))
    below = min(1.0, float(probabilities[values <= observed + slack].sum()))
    far = min(1.0, float(probabilities[np.abs(values - mean) >= abs(observed - mean) - slack].sum()))
    return Tails(above, below, min(1.0, 2 * min(above, below)), far, mean, variance)


def sums_of_chosen(scores: FloatArray, sizes: IntArray, chosen: int) -> tuple[FloatArray, FloatArray]:
    """Sums of the scores of ``chosen`` people drawn at random, and their probabilities; both of shape (K,).

    scores and sizes have shape (G,): ``sizes[g]`` people have ``scores[g]`` each. Works through the groups, keeping
    for each number chosen so far the distinct sums and their weights. Raises TooManyArrangements.
    """
    people = int(sizes.sum())
    rate = min(max(chosen / people, 1e-3), 1 - 1e-3)  # binomial weights instead of counts: no overflow
    kept: dict[int, tuple[FloatArray, FloatArray]] = {0: (np.zeros(1), np.ones(1))}
    left = people
    for score, size in zip(scores.tolist(), sizes.tolist(), strict=True):
        left -= size
        drawn = np.arange(size + 1)
        ways = np.array([math.comb(size, count) for count in range(size + 1)], dtype=np.float64)
        weight = ways * rate**drawn * (1 - rate) ** (size - drawn)
        parts: dict[int, list[tuple[FloatArray, FloatArray]]] = {}
        for before, (sums, weights) in kept.items():
            for more in range(max(0, chosen - before - left), min(size, chosen - before) + 1):
                part = (sums + score * more, weights * weight[more])
                parts.setdefault(before + more, []).append(part)
        kept = {count: merged(*map(np.concatenate, zip(*lists, strict=True))) for count, lists in parts.items()}
        if sum(len(sums) for sums, _ in kept.values()) > MOST_SUMS:
            raise TooManyArrangements(f"more than {MOST_SUMS:,} distinct sums; simulate instead")
    sums, weights = kept[chosen]
    return sums, weights / weights.sum()


def convolved(
    one: tuple[FloatArray, FloatArray], other: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """The distribution of the sum of two independent sums."""
    if len(one[0]) * len(other[0]) > MOST_SUMS:
        raise TooManyArrangements(f"more than {MOST_SUMS:,} distinct sums; simulate instead")
    return merged(np.add.outer(one[0], other[0]).ravel(), np.multiply.outer(one[1], other[1]).ravel())


def merged(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distinct values in rising order, with their weights added up."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    step = _EQUAL * max(float(np.abs(values).max()), 1e-300)
    first = np.flatnonzero(np.diff(values, prepend=-np.inf) > step)
    return values[first], np.add.reduceat(weights, first)


def over_groups(
    tie_sizes: Sequence[int],
    group_sizes: Sequence[int],
    largest: int,
    gain: Callable[[int, IntArray], int],
) -> tuple[IntArray, FloatArray]:
    """Distribution of a whole-number statistic when people are dealt to groups at random; both of shape (K,).

    Works upwards through the ties of the measured values; a state is how many people each group has received.
    ``gain(tie, dealt)`` is what the statistic gains, never negative, when the people of that tie are dealt (shape
    (groups,)), whatever the groups have received before; ``largest`` is the statistic's largest value.
    Raises TooManyArrangements.
    """
    sizes = np.asarray(group_sizes, dtype=np.int64)
    refuse_too_many(float(np.prod(sizes + 1.0)), largest + 1)
    every = np.indices(tuple(sizes + 1)).reshape(len(sizes), -1).T
    strides = np.append(np.cumprod((sizes + 1)[:0:-1])[::-1], 1)
    place = np.zeros(len(every), dtype=np.int64)
    by_total = np.argsort(every.sum(axis=1), kind="stable")
    levels = np.split(by_total, np.cumsum(np.bincount(every.sum(axis=1)))[:-1])
    weights, dealt_so_far = np.ones((1, 1)), 0
    for tie, size in enumerate(tie_sizes):
        before, after = levels[dealt_so_far], levels[dealt_so_far + size]
        place[after] = np.arange(len(after))
        received = every[before]
        moves = []
        for dealt in _compositions(size, sizes):
            fits = np.flatnonzero((received + dealt <= sizes).all(axis=1))
            moves.append((fits, place[before[fits] + dealt @ strides], gain(tie, dealt), _ways(dealt)))
        reach = weights.shape[1]
        following = np.zeros((len(after), reach + max(shift for _, _, shift, _ in moves)))
        for fits, rows, shift, ways in moves:
            following[rows, shift : shift + reach] += ways * weights[fits]
        weights = following[:, : largest + 1] / following.sum()
        dealt_so_far += size
    values = np.flatnonzero(weights[0])
    return values, weights[0, values] / weights[0].sum()


def _compositions(total: int, most: IntArray) -> list[IntArray]:
    """All ways to split ``total`` into whole numbers of which none exceeds ``most``."""
    ranges = [range(min(total, size) + 1) for size in most[:-1].tolist()]
    splits = (np.array([*parts, total - sum(parts)]) for parts in product(*ranges) if sum(parts) <= total)
    return [split for split in splits if split[-1] <= most[-1]]


def _ways(dealt: IntArray) -> float:
    """Multinomial coefficient."""
    left, ways = 0, 1
    for some in dealt.tolist():
        left += some
        ways *= math.comb(left, some)
    return float(ways)
