"""What the analyses recover from 2,000 virtual trials, each made, derived and analysed as a real one.

`python -m tests.recovery.analyses` makes the committed figures again, in about half an hour on two processors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from firstdose.protocol import Protocol, read_protocol
from firstdose.simulation.virtual_trial import read_scenario
from firstdose.validation import recovery

REFERENCE = Path(__file__).parents[2] / "examples" / "nsc-spms"
FILE = Path(recovery.__file__).parent / "calibration" / recovery.ARTEFACT
AT_ONCE = 25
KEPT = 8  # trials whose figures are kept, to be computed again by the test
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@cache
def _protocol() -> Protocol:
    return read_protocol(REFERENCE / "protocol.yaml")


def figures(numbers: Sequence[int]) -> pl.DataFrame:
    """The figures of some trials."""
    return recovery.figures_of_trials(_protocol(), read_scenario(REFERENCE / "scenario.yaml"), numbers)


def main() -> None:
    """Make the file again."""
    os.environ.update(ONE_THREAD)
    parts = [range(first, first + AT_ONCE) for first in range(0, recovery.TRIALS, AT_ONCE)]
    made = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        for number, part in enumerate(processes.map(figures, parts), start=1):
            made.append(part)
            print(f"{number * AT_ONCE} of {recovery.TRIALS} trials", flush=True)
    scenario = (REFERENCE / "scenario.yaml").name
    document = recovery.artefact_of(
        pl.concat(made), seed=recovery.SEED, version=version("firstdose"), scenario=scenario, kept=KEPT
    )
    lines = (f" {json.dumps(name)}: {json.dumps(value)}" for name, value in document.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
