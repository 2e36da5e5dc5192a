"""Takes the measurements of the search: a process of its own, and a naive search here."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks import rules
from benchmarks.case import seconds
from benchmarks.measuring import TRIALS, Measured, run_python
from benchmarks.naive import NaiveBoin, simulate
from benchmarks.tuning_cases import CURVES, SETTINGS, WORKERS

LIMIT = 60.0
NAIVE_TRIALS = 1_000


def measure_tuning() -> Iterator[Measured]:
    """Every setting exact under every curve; the naive search simulates each setting under each curve."""
    one = seconds(lambda: simulate(NaiveBoin(), rules.TRUTH, NAIVE_TRIALS)) * TRIALS / NAIVE_TRIALS
    found: dict[str, Any] = json.loads(run_python("-m", "benchmarks.tuning_cases"))
    yield Measured(
        f"search of {SETTINGS} BOIN settings under {CURVES} curves, {WORKERS} processes",
        LIMIT,
        found["first"],
        min(found["later"]),
        statistics.median(found["later"]),
        naive=one * SETTINGS * CURVES,
        note=(
            f"imports {found['imports']:.2f} s, {found['front']} on the front, peak {found['peak_mib']:.0f} MiB; "
            f"naive: {NAIVE_TRIALS:,} trials of one setting and curve, scaled to {TRIALS:,} of each"
        ),
    )
