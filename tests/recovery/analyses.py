"""What the analyses recover from 2,000 virtual trials of each study, each made, derived and analysed as a real one.

`python -m tests.recovery.analyses` makes the committed figures again, in about a quarter of an hour on two free
processors. With `--trials 100 --out FILE` it makes fewer of them, elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from firstdose.protocol import Protocol, read_protocol
from firstdose.simulation.virtual_trial import Scenario, read_scenario
from firstdose.validation import recovery
from firstdose.validation.recovery import Figure
from firstdose.validation.recovery_studies import STUDIES, Study

REFERENCE = Path(__file__).parents[2] / "examples" / "nsc-spms"
FILE = Path(recovery.__file__).parent / "calibration" / recovery.ARTEFACT
AT_ONCE = 20
KEPT = 6  # trials of each study whose figures are kept, to be computed again by the test
FIRST = 40  # trials whose truths are kept by themselves, to be computed again by the test
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@cache
def reference() -> tuple[Protocol, Scenario]:
    """The reference protocol and scenario."""
    return read_protocol(REFERENCE / "protocol.yaml"), read_scenario(REFERENCE / "scenario.yaml")


def figures(study: str, numbers: Sequence[int]) -> list[list[Figure]]:
    """The figures of some trials."""
    return list(recovery.figures_of_trials(STUDIES[study], *reference(), numbers))


def truths(study: str, trials: int) -> dict[str, float]:
    """What is true, from so many other trials."""
    return recovery.truths_of(STUDIES[study], *reference(), trials)


def kept_numbers(trials: int) -> list[int]:
    """The trials whose figures are kept, spread over all of them."""
    return sorted({place * trials // KEPT for place in range(KEPT)})


def outcomes(study: Study, made: list[list[Figure]], known: dict[str, float]) -> dict[str, dict[str, list[int]]]:
    """For each target the trials in which it was not made, and those in which it was wrong."""
    found = {}
    for place, target in enumerate(study.targets):
        became = [recovery.outcome(target, row[place], known.get(target.truth)) for row in made]
        found[target.name] = {
            state: [number for number, its in enumerate(became) if its == state]
            for state in (recovery.NOT_MADE, recovery.WRONG)
        }
    return found


def simulate(processes: ProcessPoolExecutor, name: str, trials: int) -> dict[str, Any]:
    """One study: truths, outcomes of all trials, and every figure of a few, to be computed again."""
    true, first = (processes.submit(truths, name, count) for count in (recovery.TRIALS, FIRST))
    parts = [range(first, min(first + AT_ONCE, trials)) for first in range(0, trials, AT_ONCE)]
    made: list[list[Figure]] = []
    began = time.monotonic()
    for part in processes.map(figures, [name] * len(parts), parts):
        made += part
        print(f"{name}: {len(made)} of {trials} trials, {time.monotonic() - began:.0f} s", flush=True)
    return {
        "truths": true.result(),
        "truths_of_first": first.result(),
        "kept": {str(number): made[number] for number in kept_numbers(trials)},
        "outcomes": outcomes(STUDIES[name], made, true.result()),
    }


def text_of(document: Any, depth: int) -> str:
    """JSON with a line for each trial that is kept and for each target; what is deeper stands in one line."""
    if not depth or not isinstance(document, Mapping):
        return json.dumps(document)
    lines = (f"{json.dumps(key)}: {text_of(value, depth - 1)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def main() -> None:
    """Make the file again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=recovery.TRIALS)
    parser.add_argument("--out", type=Path, default=FILE)
    asked = parser.parse_args()
    os.environ.update(ONE_THREAD)
    document: dict[str, Any] = {
        "seed": recovery.SEED,
        "truth_seed": recovery.TRUTH_SEED,
        "version": version("firstdose"),
        "scenario": "scenario.yaml",
        "trials": asked.trials,
    }
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        document["studies"] = {name: simulate(processes, name, asked.trials) for name in STUDIES}
    asked.out.write_text(text_of(document, 4) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
