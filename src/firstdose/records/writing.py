"""Writes trial data to a folder, one file for each kind of record, as CSV or Parquet."""

from __future__ import annotations

import csv
import json
from os import PathLike
from pathlib import Path
from typing import Literal

import polars as pl

from firstdose.records.catalogue import RECORDS
from firstdose.records.question import columns_of
from firstdose.records.trial_data import TrialData
from firstdose.records.values import write_value

SUMMARY_FILE = "trial_data.json"


def write_folder(
    trial_data: TrialData, folder: str | PathLike[str], file_format: Literal["csv", "parquet"] = "csv"
) -> Path:
    """Write every kind of record of which there is any, and a summary with the day, the hash and the counts."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    filled = {name: frame for name, frame in trial_data.frames.items() if frame.height}
    for name, frame in filled.items():
        path = target / f"{name}.{file_format}"
        if file_format == "csv":
            _write_csv(RECORDS[name], frame, path)
        else:
            frame.write_parquet(path)
    summary = {
        "as_of": trial_data.as_of and trial_data.as_of.isoformat(),
        "content_hash": trial_data.content_hash,
        "records": {name: frame.height for name, frame in filled.items()},
    }
    (target / SUMMARY_FILE).write_text(json.dumps(summary, indent=2) + "\n", "utf-8")
    return target


def _write_csv(record_type: type, frame: pl.DataFrame, path: Path) -> None:
    """One frame as CSV in UTF-8; columns that hold nothing are left out unless they are required."""
    columns = columns_of(record_type)
    names = [name for name in frame.columns if columns[name].is_required or frame[name].null_count() < frame.height]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(names)
        for row in frame.select(names).iter_rows():
            writer.writerow(map(write_value, row))
