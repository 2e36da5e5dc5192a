"""Takes the measurements of virtual phase II trials: processes of their own, and a naive version here."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.case import seconds
from benchmarks.measuring import Measured, run_python
from benchmarks.naive_next_trial import share_that_show_the_highest
from benchmarks.next_trial_cases import PARTICIPANTS, TRIALS

LIMIT = 60.0
CASES = {
    "two_doses": ("worsening", "acyl_carnitines"),
    "two_by_two": ("edss_plus", "brain_volume"),
}
NAIVE_TRIALS = 30


def measure_next_trial() -> Iterator[Measured]:
    """Ten thousand trials of 120 people on one core, two looks each; the naive version has one look."""
    naive = seconds(lambda: share_that_show_the_highest(NAIVE_TRIALS, PARTICIPANTS, seed=1)) * TRIALS / NAIVE_TRIALS
    for design, endpoints in CASES.items():
        for endpoint in endpoints:
            found: dict[str, Any] = json.loads(run_python("-m", "benchmarks.next_trial_cases", design, endpoint))
            beside = naive if (design, endpoint) == ("two_doses", "worsening") else None
            note = f"imports {found['imports']:.2f} s, power {100 * found['power']:.1f} %"
            if beside is not None:
                note += f"; naive: {NAIVE_TRIALS} trials with one look, scaled"
            yield Measured(
                f"{TRIALS:,} virtual phase II trials of {PARTICIPANTS}, {design}, {endpoint}",
                LIMIT,
                found["first"],
                min(found["later"]),
                statistics.median(found["later"]),
                naive=beside,
                note=note,
            )
