"""Simulates until the standard errors asked for are reached.

How many trials follow depends on the trials before alone, so the number does not depend on where they are simulated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from firstdose.protocol.meaning import Meaning

FIRST_TRIALS, STEP = 2_000, 1_000
"""Trials before errors are looked at first, and what later numbers are multiples of."""


@dataclass(frozen=True)
class Precision:
    """The precision that was asked for and what came of it."""

    asked: Annotated[float, Meaning("The largest standard error that was asked for.")]
    largest_error: Annotated[
        float,
        Meaning(
            "The largest standard error of any scenario: of a probability of selection, or of the mean duration as a "
            "share of it; at least 1 / trials, since what no trial showed may still be possible."
        ),
    ]
    most_trials: Annotated[int, Meaning("Trials a scenario beyond which the simulation stops anyway.")]

    @property
    def is_reached(self) -> bool:
        """Whether the errors are as small as was asked."""
        return self.largest_error <= self.asked

    def as_json(self) -> dict[str, Any]:
        """Plain data, with what ended the simulation."""
        return {**vars(self), "ended_by": "precision" if self.is_reached else "most_trials"}


def run_until_precise(
    batch: Callable[[range], None], largest_error: Callable[[], float], asked: float, most: int
) -> Precision:
    """Run batches of trials until the largest error is at most the one asked for, or no more may be run.

    Errors fall with the root of the number, which foretells how many trials the next batch needs.
    """
    if not 0 < asked < 1:
        raise ValueError(f"a precision is above 0 and below 1, not {asked}")
    done, upto = 0, min(FIRST_TRIALS, most)
    while True:
        batch(range(done, upto))
        done, error = upto, largest_error()
        if error <= asked or done >= most:
            return Precision(asked, error, most)
        needed = math.ceil(done * (error / asked) ** 2 / STEP) * STEP
        upto = min(max(needed, done + STEP), most)
