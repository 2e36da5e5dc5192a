"""Who might have had which dose: the distinct arrangements of doses over people, all of them or some at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray


@dataclass(frozen=True, eq=False)
class Arrangements:
    """Doses of people (B, n), the actual ones first; `possible` distinct arrangements exist, exact if all are here."""

    doses: FloatArray
    possible: int
    exact: bool

    @property
    def smallest_attainable(self) -> float:
        """The smallest one-sided probability that a test over these arrangements can give."""
        return 1 / len(self.doses) if self.exact else max(1 / len(self.doses), 1 / self.possible)


def arrange_doses(doses: ArrayLike, *, random: int, seed: int, enumerate_up_to: int) -> Arrangements:
    """Arrangements of the doses of people (n,): every one if there are few enough, else the actual and random ones.

    Random arrangements are drawn independently, so some may be the same. Raises ValueError unless random is positive
    and doses are finite and of shape (n,).
    """
    actual = np.asarray(doses, dtype=np.float64)
    if actual.ndim != 1 or not len(actual) or not np.isfinite(actual).all():
        raise ValueError("doses must be finite and of shape (n,), one a person")
    if random < 1:
        raise ValueError(f"{random} random arrangements: at least one is needed")
    possible = count_arrangements(actual)
    if possible <= enumerate_up_to:
        others = [each for each in _every(actual) if not np.array_equal(each, actual)]
        return Arrangements(np.array([actual, *others]), possible, True)
    generator = np.random.default_rng(seed)
    drawn = generator.permuted(np.tile(actual, (random, 1)), axis=1)
    return Arrangements(np.vstack([actual, drawn]), possible, False)


def count_arrangements(doses: FloatArray) -> int:
    """In how many distinct ways the doses (n,) can be dealt to people."""
    left, ways = len(doses), 1
    for size in np.unique(doses, return_counts=True)[1].tolist():
        ways *= comb(left, size)
        left -= size
    return ways


def _every(doses: FloatArray) -> Iterator[FloatArray]:
    levels, sizes = np.unique(doses, return_counts=True)

    def deal(level: int, free: tuple[int, ...], dealt: FloatArray) -> Iterator[FloatArray]:
        if level == len(levels):
            yield dealt
            return
        for chosen in combinations(free, int(sizes[level])):
            following = dealt.copy()
            following[list(chosen)] = levels[level]
            yield from deal(level + 1, tuple(place for place in free if place not in chosen), following)

    return deal(0, tuple(range(len(doses))), np.empty(len(doses)))
