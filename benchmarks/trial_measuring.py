"""Takes the measurements of a whole trial: making it, its analysis and its report, as a user's commands."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.analysis_cases import TRIALS
from benchmarks.analysis_measuring import measured, whole_processes
from benchmarks.case import seconds
from benchmarks.measuring import ROOT, START, Measured, run_python

REFERENCE = ROOT / "examples" / "nsc-spms"
SEED = 20231127
REPEATS = 4
LIMITS = {"analyse": 3.0, "report": 10.0, "report --only pack": 3.0}


def measure_trial() -> Iterator[Measured]:
    """A thousand virtual reference trials; then the commands on the records of one, metabolites included."""
    times, found = whole_processes("virtual_trials", REFERENCE, repeats=2)
    what = f"{TRIALS:,} virtual reference trials in two processes"
    yield measured(what, 10.0, times, None, f"{found['people']:,} people screened")
    with tempfile.TemporaryDirectory() as folder:
        protocol, records = str(REFERENCE / "protocol.yaml"), str(Path(folder, "records"))
        run_python("-c", START, "simulate", protocol, "--seed", str(SEED), "--out", records)
        for words, limit in LIMITS.items():
            command, *options = words.split()
            arguments = [command, protocol, records, "--out", str(Path(folder, "out")), "--overwrite", *options]
            times = [_took(arguments) for _ in range(1 + REPEATS)]
            what = f"firstdose {words}, the reference trial, whole process"
            yield Measured(what, limit, times[0], min(times[1:]), statistics.median(times[1:]))


def _took(arguments: list[str]) -> float:
    return seconds(lambda: run_python("-c", START, *arguments))
