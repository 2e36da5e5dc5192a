"""Where an observed value lies in the exact distribution of a statistic; nothing heavy is imported."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_CELLS = 20_000_000  # states times values of the statistic
REMEMBERED = 64  # exact distributions depend on ties and group sizes only, which recur from measure to measure


class TooManyArrangements(ValueError):
    """The exact distribution is too large to be worked out; simulate instead."""


class Trend(NamedTuple):
    """A trend test: the statistic, and where it lies in the exact distribution given the ties.

    ``p_increasing`` is P(T >= t), which speaks for a rise with dose, and ``p_decreasing`` P(T <= t). Name which of the
    two conventions for both sides is reported: ``p_doubled`` is twice the smaller of them, at most 1; ``p_distance`` is
    P(|T - mean| >= |t - mean|). ``mean`` and ``variance`` are the statistic's under no trend. No dataclass, since what
    these import takes longer than a test.
    """

    p_increasing: float
    p_decreasing: float
    p_doubled: float
    p_distance: float
    mean: float
    variance: float
    statistic: float


def trend_of_counts(ways: Mapping[int, int], observed: int, unit: int = 1) -> Trend:
    """The tails of a whole-number statistic, from how many equally likely arrangements lead to each of its values.

    The statistic and its moments are told after division by ``unit``. Sums are whole numbers of any size, so that
    each figure is the exact one, rounded once.
    """
    total, first = sum(ways.values()), sum(value * count for value, count in ways.items())
    second = sum(value * value * count for value, count in ways.items())
    above = sum(count for value, count in ways.items() if value >= observed) / total
    below = sum(count for value, count in ways.items() if value <= observed) / total
    distance = abs(observed * total - first)
    far = sum(count for value, count in ways.items() if abs(value * total - first) >= distance) / total
    return Trend(
        p_increasing=above,
        p_decreasing=below,
        p_doubled=min(1.0, 2 * min(above, below)),
        p_distance=far,
        mean=first / (unit * total),
        variance=(second * total - first * first) / (unit * total) ** 2,
        statistic=observed / unit,
    )


def refuse_too_many(states: float, values: int) -> None:
    """Raise TooManyArrangements where a table of all states and values would be too large."""
    if states * values > MOST_CELLS:
        raise TooManyArrangements(
            f"{states * values:.2g} states and values, more than {MOST_CELLS:.2g}; simulate instead"
        )


def pairs_of_numbers(one: ArrayLike, other: ArrayLike) -> tuple[list[float], list[float]]:
    """Two measurements of each person as lists; raises ValueError for shapes, missing values or a single ``other``."""
    shapes = [_shape(one), _shape(other)]
    if any(len(shape) != 1 for shape in shapes) or shapes[0] != shapes[1]:
        raise ValueError(f"shapes {shapes[0]} and {shapes[1]} must be one and the same (N,)")
    first, second = ([_number(value) for value in values] for values in (one, other))  # type: ignore[union-attr]
    if not all(map(math.isfinite, (*first, *second))):
        raise ValueError("every value must be a finite number: leave out people with missing values and say so")
    if len(set(second)) < 2:
        raise ValueError("two or more different doses are needed")
    return first, second


def _shape(values: Any) -> tuple[int, ...]:
    """The shape of an array, or of a sequence of sequences by its first members."""
    shape = getattr(values, "shape", None)
    if isinstance(shape, tuple):
        return shape
    if isinstance(values, str) or not hasattr(values, "__len__"):
        return ()
    return (len(values), *(_shape(values[0]) if len(values) else ()))


def _number(value: Any) -> float:
    """A number; what is none is nan."""
    return math.nan if value is None else float(value)
