"""The exact Jonckheere-Terpstra test, in whole numbers alone: nothing is rounded, and nothing heavy is imported."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from operator import add, gt, mul
from typing import TYPE_CHECKING, TypeAlias

from firstdose.methods._exact_tails import REMEMBERED, Trend, pairs_of_numbers, refuse_too_many, trend_of_counts

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

People: TypeAlias = tuple[int, ...]  # how many at each dose, or with each value, from the lowest


def jonckheere_terpstra(values: ArrayLike, doses: ArrayLike) -> Trend:
    """Exact test of a monotone trend of ``values`` over ``doses``; both of shape (N,), in any unit.

    The statistic counts the pairs of people in which the higher dose has the higher value, ties as one half.
    Its distribution under no trend is exact, ties included: dynamic programming over tied values and people dealt
    to each dose. Source: Terpstra, Indag Math 1952;14:327; Jonckheere, Biometrika 1954;41:133.
    Raises ValueError for shapes, missing values or a single dose; TooManyArrangements for large groups.
    """
    value, dose = pairs_of_numbers(values, doses)
    people, ties = Counter(dose), Counter(value)
    rises = sum(
        (one_value < other_value) * 2 + (one_value == other_value)
        for one_value, one_dose in zip(value, dose, strict=True)
        for other_value, other_dose in zip(value, dose, strict=True)
        if one_dose < other_dose
    )
    ways = _ways_to_each_value(_in_order(ties), _in_order(people))
    return trend_of_counts(ways, rises, unit=2)


def _in_order(counts: Counter[float]) -> People:
    """How many have each value, from the lowest."""
    return tuple(counts[value] for value in sorted(counts))


@lru_cache(maxsize=REMEMBERED)
def _ways_to_each_value(ties: People, sizes: People) -> Mapping[int, int]:
    """How many ways of dealing people to doses lead to each value of twice the statistic.

    The counts, one for each value, are the fields of one whole number.
    """
    largest = sum(sizes) ** 2 - sum(size**2 for size in sizes)
    refuse_too_many(math.prod(size + 1.0 for size in sizes), largest + 1)
    width = _arrangements(sizes).bit_length() // 8 + 1  # bytes of a field: no count exceeds that of all arrangements
    ways = _ways_without_ties(sizes, 8 * width) if max(ties) == 1 else _ways_with_ties(ties, sizes, 8 * width)
    data = ways.to_bytes(width * (largest + 1), "little")
    counted = (int.from_bytes(data[width * value : width * (value + 1)], "little") for value in range(largest + 1))
    return {value: count for value, count in enumerate(counted) if count}


def _ways_without_ties(sizes: People, bits: int) -> int:
    """The ways, in fields of so many bits, where nobody shares a value: a closed form, for a pair counts as two.

    How many arrangements of labels have so many pairs in order are the coefficients of a Gaussian multinomial, here
    at the number that stands for one pair. Source: MacMahon, Combinatory Analysis, 1915.
    """

    def factorial(people: int) -> int:
        return math.prod((1 << 2 * bits * number) - 1 for number in range(1, people + 1))

    return factorial(sum(sizes)) // math.prod(map(factorial, sizes))


def _ways_with_ties(ties: People, sizes: People, bits: int) -> int:
    """The ways, in fields of so many bits, working upwards through the tied values.

    A state is how many people each dose has received; a shift adds to the value and a sum adds up counts.
    """
    kept = {(0,) * len(sizes): 1}
    for tied in ties:
        deals = [(deal, _arrangements(deal), _pairs_across(deal)) for deal in _deals(tied, sizes)]
        following: dict[People, int] = {}
        for received, counts in kept.items():
            lower = list(accumulate(received, initial=0))
            for deal, ways, halves in deals:
                after = tuple(map(add, received, deal))
                if not any(map(gt, after, sizes)):
                    gained = halves + 2 * sum(map(mul, lower, deal))
                    following[after] = following.get(after, 0) + (counts * ways << bits * gained)
        kept = following
    return kept[sizes]


def _deals(people: int, most: People) -> Iterator[People]:
    """All ways to split people among doses of which none receives more than its most."""
    if len(most) == 1:
        if people <= most[0]:
            yield (people,)
        return
    for first in range(min(people, most[0]) + 1):
        for rest in _deals(people - first, most[1:]):
            yield (first, *rest)


def _arrangements(deal: People) -> int:
    """How many ways there are to choose who goes to which dose."""
    return math.prod(math.comb(sofar, last) for sofar, last in zip(accumulate(deal), deal, strict=True))


def _pairs_across(deal: People) -> int:
    """Pairs of people at different doses."""
    return (sum(deal) ** 2 - sum(each**2 for each in deal)) // 2
