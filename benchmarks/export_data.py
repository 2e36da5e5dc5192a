"""The trial whose exports are measured: `python -m benchmarks.export_data FOLDER` writes it and prints its size."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from benchmarks.site_data import EXAMPLE, renamed
from firstdose.protocol import read_protocol
from firstdose.records import TrialData, write_folder
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials

PEOPLE = 300
TRIALS = 20
SEED = 20231127


def trial_of_many() -> TrialData:
    """The first people of several virtual reference trials, as one trial; metabolites are not among its records."""
    protocol, scenario = read_protocol(EXAMPLE / "protocol.yaml"), read_scenario(EXAMPLE / "scenario.yaml")
    trials = virtual_trials(protocol, scenario, seed=SEED, numbers=range(TRIALS))
    parts: dict[str, list[pl.DataFrame]] = {}
    for number, trial in enumerate(trials):
        for name, frame in renamed(trial.trial_data, number):
            parts.setdefault(name, []).append(frame)
    together = {name: pl.concat(frames) for name, frames in parts.items()}
    people = together["subjects"]["subject"].head(PEOPLE)
    if people.len() < PEOPLE:
        raise AssertionError(f"{TRIALS} virtual trials have {people.len()} people, not {PEOPLE}")
    return TrialData(
        {
            name: frame.filter(pl.col("subject").is_in(people.implode())) if "subject" in frame.columns else frame
            for name, frame in together.items()
        }
    )


def main() -> None:
    """Write the trial into the folder that is named."""
    data = trial_of_many()
    write_folder(data, Path(sys.argv[1]))
    rows = sum(frame.height for frame in data.frames.values())
    print(json.dumps({"people": data.frames["subjects"].height, "rows": rows}))


if __name__ == "__main__":
    main()
