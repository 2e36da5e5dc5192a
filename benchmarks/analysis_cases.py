"""One case of analysis in a process of its own: `python -m benchmarks.analysis_cases NAME PATH` prints JSON.

The process begins with nothing imported, as a user's does, and reads its data from a file. Each case is a function
from that file to what it found; it imports what it needs inside, and says how long the imports took.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TRIALS = 1_000


def confirmed_worsening(path: Path) -> dict[str, Any]:
    """First confirmed worsening of everyone: how many, and the sum of the days of onset."""
    began = time.perf_counter()
    import polars as pl

    from firstdose.methods.confirmed_change_presets import PRESETS, Visits, changes_by

    imported = time.perf_counter()
    rows = pl.read_csv(path)
    person = rows["subject"].rank("dense").to_numpy()
    visits = Visits("edss", person, rows["day"].to_numpy(), rows["value"].to_numpy())
    read = time.perf_counter()
    found = changes_by(PRESETS["worsening_12_weeks"], visits)
    return {
        "imports": imported - began,
        "reading": read - imported,
        "analysis": time.perf_counter() - read,
        "worse": sum(map(len, found.changes)),
    }


def jonckheere_terpstra(path: Path) -> dict[str, Any]:
    """The exact trend test of values over doses."""
    began = time.perf_counter()
    from firstdose.methods.jonckheere import jonckheere_terpstra

    imported = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    doses, values = [float(row["dose"]) for row in rows], [float(row["value"]) for row in rows]
    read = time.perf_counter()
    found = jonckheere_terpstra(values, doses)
    return {
        "imports": imported - began,
        "reading": read - imported,
        "analysis": time.perf_counter() - read,
        "statistic": found.statistic,
        "p_increasing": found.p_increasing,
    }


def reading(path: Path) -> dict[str, Any]:
    """A folder with a million bad rows, and its problems written to a file."""
    began = time.perf_counter()
    from benchmarks.case import peak_mib
    from firstdose.records import read_folder

    imported = time.perf_counter()
    found = read_folder(path)
    read = time.perf_counter()
    found.write_problems(path / "out")
    return {
        "imports": imported - began,
        "reading": read - imported,
        "writing": time.perf_counter() - read,
        "rows": found.trial_data.frames["lab_results"].height,
        "problems": len(found.problems),
        "peak_mib": peak_mib(),
    }


def virtual_trials(path: Path) -> dict[str, Any]:
    """A thousand virtual trials of the protocol in a folder, half of them in a second process."""
    began = time.perf_counter()
    import subprocess

    half = [sys.executable, "-m", "benchmarks.analysis_cases", "half_of_the_trials", str(path)]
    with subprocess.Popen(half, stdout=subprocess.PIPE, text=True) as other:
        own = _trials(path, range(TRIALS // 2))
        said, _ = other.communicate()
    return {"analysis": time.perf_counter() - began, "people": own + json.loads(said)["people"]}


def half_of_the_trials(path: Path) -> dict[str, Any]:
    """The second half of them."""
    return {"people": _trials(path, range(TRIALS // 2, TRIALS))}


def _trials(path: Path, numbers: range) -> int:
    """Make virtual trials; how many people they hold."""
    from firstdose.protocol import read_protocol
    from firstdose.simulation.virtual_trial import read_scenario, virtual_trials

    protocol, scenario = read_protocol(path / "protocol.yaml"), read_scenario(path / "scenario.yaml")
    trials = virtual_trials(protocol, scenario, seed=1, numbers=numbers)
    return sum(trial.trial_data.frames["subjects"].height for trial in trials)


def common_correlation(path: Path) -> dict[str, Any]:
    """The correlation within people of many metabolites, and the common one."""
    began = time.perf_counter()
    import numpy as np

    from benchmarks.metabolite_data import many_people_design
    from firstdose.methods.response_matrix import arrange
    from firstdose.methods.within_person_correlation import within_person_correlation

    imported = time.perf_counter()
    values, (design, person) = np.load(path), many_people_design()
    read = time.perf_counter()
    found = within_person_correlation(arrange(values, design, person))
    return {
        "imports": imported - began,
        "reading": read - imported,
        "analysis": time.perf_counter() - read,
        "common": found.common,
        "each": found.each.tolist(),
    }


ANALYSIS_CASES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "confirmed_worsening": confirmed_worsening,
    "jonckheere_terpstra": jonckheere_terpstra,
    "reading": reading,
    "virtual_trials": virtual_trials,
    "half_of_the_trials": half_of_the_trials,
    "common_correlation": common_correlation,
}

if __name__ == "__main__":
    print(json.dumps(ANALYSIS_CASES[sys.argv[1]](Path(sys.argv[2]))))
