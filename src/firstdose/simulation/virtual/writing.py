"""Writes a virtual trial to a folder: its records, the metabolites, and the truth apart from both."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import polars as pl

from firstdose.protocol.describe import keys_of
from firstdose.records.catalogue import RECORDS
from firstdose.records.writing import SUMMARY_FILE, write_folder
from firstdose.simulation.virtual import TRUTH
from firstdose.simulation.virtual.scenario import Scenario, ScenarioSections
from firstdose.simulation.virtual.trial import VirtualTrial

FileFormat = Literal["csv", "parquet"]
METABOLITES = "metabolites"
MEASURED = ("abundances", "features", "runs")
FIGURES_FILE, SCENARIO_FILE = "figures.json", "scenario.json"


def write_virtual_trial(
    trial: VirtualTrial, folder: str | PathLike[str], file_format: FileFormat = "csv", scenario: Scenario | None = None
) -> Path:
    """Write a trial; `read_folder` reads the records back. With the scenario, its values stand beside the truth.

    Files of the same names are replaced, and others are left alone; raises OSError where it cannot write.
    """
    target = write_folder(trial.trial_data, folder, file_format)
    for name in (METABOLITES, TRUTH):
        (target / name).mkdir(exist_ok=True)
    for name in MEASURED:
        _write_csv(getattr(trial, name), target / METABOLITES / f"{name}.csv")
    for name, frame in trial.truth.frames().items():
        _write_csv(frame, target / TRUTH / f"{name}.csv")
    _write_json(trial.truth.figures, target / TRUTH / FIGURES_FILE)
    if scenario is not None:
        values = {name: _plain(getattr(scenario, name)) for name in keys_of(ScenarioSections)}
        _write_json(values, target / TRUTH / SCENARIO_FILE)
    return target


def remove_virtual_trial(folder: Path) -> None:
    """Remove the files that an earlier call wrote, so that none of them stays beside those of another trial."""
    names = [f"{name}.{ending}" for name in RECORDS for ending in ("csv", "parquet")]
    for path in (folder / name for name in (*names, SUMMARY_FILE)):
        path.unlink(missing_ok=True)
    for name in (METABOLITES, TRUTH):
        for path in (folder / name).glob("*"):
            if path.suffix in (".csv", ".json"):
                path.unlink()


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    """A frame as CSV, as the records are written: numbers in full, empty cells for what is missing."""
    frame.write_csv(path, line_terminator="\r\n")


def _plain(part: Any) -> Any:
    """A section of a scenario as plain values."""
    return part if part is None or isinstance(part, str) else asdict(part)


def _write_json(values: Any, path: Path) -> None:
    """Values as JSON; days as ISO 8601."""

    def other(value: object) -> str:
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(f"{type(value).__name__} is no value of a scenario")

    path.write_text(json.dumps(values, indent=1, ensure_ascii=False, default=other) + "\n", "utf-8")
