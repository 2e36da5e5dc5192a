"""Takes the measurements of trials in time: processes of their own, and a naive version of both cases here."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.calendar_cases import TRIALS
from benchmarks.case import seconds
from benchmarks.measuring import Measured, run_python
from benchmarks.naive_calendar import NAIVE, InTime

CASES = {
    "tite_boin": (f"{TRIALS:,} TITE-BOIN trials, ten cohorts of three", 0.1),
    "cell_therapy": (f"{TRIALS:,} staggered cell-therapy trials", 1.0),
}
NAIVE_TRIALS = 2_000


def measure_calendar() -> Iterator[Measured]:
    """Simulation and figures of ten thousand trials in time."""
    for name, (what, limit) in CASES.items():
        found: dict[str, Any] = json.loads(run_python("-m", "benchmarks.calendar_cases", name))
        naive: list[InTime] = []
        taken = seconds(lambda name=name, naive=naive: naive.append(NAIVE[name](NAIVE_TRIALS, 1)))  # type: ignore[misc]
        means = f"{found['days']:.0f} days and {found['participants']:.1f} participants a trial"
        beside = f"{naive[0].days:.0f} and {naive[0].participants:.1f}"
        yield Measured(
            what,
            limit,
            found["first"],
            min(found["later"]),
            statistics.median(found["later"]),
            naive=taken * TRIALS / NAIVE_TRIALS,
            note=f"imports {found['imports']:.2f} s; {means}; naive: {NAIVE_TRIALS:,} trials, scaled, {beside}",
        )
