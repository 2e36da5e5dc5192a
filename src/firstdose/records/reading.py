"""Reads a folder of records in this package's own layout: one CSV or Parquet file for each kind of record."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.records.abundances import Abundances
from firstdose.records.catalogue import RECORDS
from firstdose.records.conforming import Layout, Origins, conform
from firstdose.records.consistency import Check, check_consistency
from firstdose.records.delimited import ROW, read_delimited
from firstdose.records.parquet import read_parquet
from firstdose.records.plausibility import not_judged
from firstdose.records.problems import PROBLEMS_FILE, REJECTED_FILE, Collector, Problems, problems_of, write_rows
from firstdose.records.question import columns_of
from firstdose.records.spreadsheets import safe_frame
from firstdose.records.trial_data import TrialData
from firstdose.records.writing import SUMMARY_FILE

MOST_UNITS_NAMED = 10
ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class Reading:
    """What was read: the data that can be used, every problem, the rows that cannot be used, and notes.

    abundances of metabolites are those that stand beside the records, if any.
    """

    trial_data: TrialData
    problems: Problems
    rejected: pl.DataFrame
    notes: tuple[str, ...]
    abundances: Abundances | None = None

    def write_problems(self, folder: str | PathLike[str]) -> Path:
        """Write the problems, and the rejected rows with their text, to two files in a folder."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        self.problems.write(target / PROBLEMS_FILE)
        write_rows([safe_frame(self.rejected)], target / REJECTED_FILE)
        return target / PROBLEMS_FILE


def read_folder(
    folder: str | PathLike[str],
    as_of: date | None = None,
    encodings: Mapping[str, str] | None = None,
    visits: Collection[str] = (),
    further_checks: Sequence[Check] = (),
) -> Reading:
    """Read a folder; never raises on what is in it. `encodings` declares those of files by their names.

    With `visits`, the identifiers that the protocol plans, other visits are listed unless they are unscheduled.
    """
    collector = Collector()
    source = Path(folder)
    origins: dict[str, Origins] = {}
    for name, path in _files(source, collector).items():
        encoding = (encodings or {}).get(path.name)
        parts = read_table(path, collector, encoding)
        origins[name] = read_records(RECORDS[name], parts, path.name, collector)
    summary = _summary(source, collector)
    trial_data = TrialData({name: each.frame for name, each in origins.items()}, as_of or _day(summary))
    if summary.get("content_hash") and summary["content_hash"] != trial_data.content_hash:
        collector.notes.append(
            f"the records have been changed since they were written by this program ({SUMMARY_FILE} holds the hash of "
            "what was written); they are read as they are now"
        )
    return gather(trial_data, origins, collector, visits, further_checks)


def gather(
    trial_data: TrialData,
    origins: Mapping[str, Origins],
    collector: Collector,
    visits: Collection[str] = (),
    further_checks: Sequence[Check] = (),
) -> Reading:
    """Check the data as a whole and put everything found together, with file and row."""
    for name, found in check_consistency(trial_data, visits, further_checks):
        places = [origins[name].places[found["index"]]] if name in origins else []
        listed = pl.concat([found, *places], how="horizontal")
        collector.add_problems(problems_of(listed, record=name))
    collector.notes += _values_not_judged(trial_data)
    return Reading(trial_data, collector.all_problems(), collector.all_rejected(), tuple(collector.notes))


def _values_not_judged(trial_data: TrialData) -> list[str]:
    """That some units are not known, so that values in them may be impossible unseen."""
    return [
        f"{name}: not judged whether plausible, since the unit is not known: {test} in {unit} (values: {count:,})"
        for (name, test, unit), count in islice(not_judged(trial_data).items(), MOST_UNITS_NAMED)
    ]


def read_table(path: Path, collector: Collector, encoding: str | None = None) -> Iterator[pl.DataFrame]:
    """The rows of a file as text, in parts."""
    if path.suffix == ".parquet":
        return read_parquet(path, path.name, collector)
    return read_delimited(path, path.name, collector, encoding)


def read_records(record_type: type, parts: Iterable[pl.DataFrame], file: str, collector: Collector) -> Origins:
    """The records of one file."""
    layout: Layout | None = None
    found = []
    for part in parts:
        layout = layout or Layout(file, _naming(record_type, part.columns, file, collector))
        found.append(conform(record_type, part, layout, collector))
    return Origins.joined(record_type, found)


def _naming(record_type: type, columns: list[str], file: str, collector: Collector) -> dict[str, str]:
    """The column of the file for each field; columns that are no field are listed."""
    fields = columns_of(record_type)
    for column in columns:
        if column not in fields and column != ROW:
            near = get_close_matches(column.lower(), fields, n=1)
            fix = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(fields)}"
            collector.add("there is no such field", fix, "not read", file=file, row=1, field=column)
    for name, column_of_field in fields.items():
        if column_of_field.is_required and name not in columns:
            rule = f"the column {name} is required ({column_of_field.question.words})"
            collector.add(rule, "add it; without it no row can be used", "rejected", file=file, row=1, field=name)
    return {name: name for name in fields if name in columns}


def _files(folder: Path, collector: Collector) -> dict[str, Path]:
    """The file of each kind of record; other tables are listed."""
    if not folder.is_dir():
        collector.add("must be a folder that exists", "check the path", "not read", file=str(folder))
        return {}
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.split(".")[0]
        if not path.name.endswith(ENDINGS) or path.name in (PROBLEMS_FILE, REJECTED_FILE) or not path.is_file():
            continue
        if name not in RECORDS:
            near = get_close_matches(name, RECORDS, n=1)
            fix = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(RECORDS)}"
            collector.add("must have the name of a kind of record", fix, "not read", file=path.name)
        elif name in found:
            rule = f"must be the only file of its kind; {found[name].name} is read"
            collector.add(rule, "remove one of the two", "not read", file=path.name)
        else:
            found[name] = path
    return found


def _summary(folder: Path, collector: Collector) -> dict[str, Any]:
    """The summary that was written beside the records, if there is one."""
    path = folder / SUMMARY_FILE
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no object")
    except (OSError, ValueError, RecursionError) as error:
        collector.add(f"must be readable: {error}", "remove it, or write it again", "not read", file=SUMMARY_FILE)
        return {}
    return content


def _day(summary: Mapping[str, Any]) -> date | None:
    """The day up to which the records were gathered."""
    try:
        return date.fromisoformat(summary.get("as_of") or "")
    except (TypeError, ValueError):
        return None
