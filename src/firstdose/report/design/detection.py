"""What a number of participants can detect, and what seeing nothing leaves possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firstdose.methods import binomial

USUAL_NUMBERS = (3, 6, 15, 24)
USUAL_RATES = (0.01, 0.05, 0.10, 0.20, 0.30)


@dataclass(frozen=True)
class Detection:
    """By number of participants: P(at least one event) for each true rate, and the upper limit at none.

    ``at_least_one`` has one row a number and one column a rate.
    """

    numbers: tuple[int, ...]
    rates: tuple[float, ...]
    at_least_one: tuple[tuple[float, ...], ...]
    upper_limits: tuple[float, ...]
    certainty: float
    is_two_sided: bool = False


def limit_words(found: Detection) -> str:
    """What the upper limits are, as the protocol's conventions have it."""
    level = f"{100 * found.certainty:.3g}\u00a0%"
    return f"upper end of the two-sided {level} interval" if found.is_two_sided else f"one-sided {level} upper limit"


def detection(
    further: Iterable[int] = (),
    rates: tuple[float, ...] = USUAL_RATES,
    certainty: float = 0.95,
    *,
    is_two_sided: bool = False,
) -> Detection:
    """The figures for 3, 6, 15 and 24 participants and any further numbers."""
    numbers = tuple(sorted({*USUAL_NUMBERS, *further}))
    chances = binomial.probability_of_at_least_one(np.array(rates)[None, :], np.array(numbers)[:, None])
    limits = binomial.largest_undetected_rate(np.array(numbers), (1 + certainty) / 2 if is_two_sided else certainty)
    return Detection(
        numbers,
        rates,
        tuple(tuple(float(chance) for chance in line) for line in chances),
        tuple(float(limit) for limit in limits),
        certainty,
        is_two_sided,
    )
