"""Exported ADaM files as rows, and sums over them, with nothing of the package that wrote them.

The functions of the files beside this one take datasets as rows and give figures by table line: (what, within, when,
group, statistic) -> value. A figure that is None is one that cannot be known.
"""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyreadstat


class Row(dict[str, Any]):
    """The variables of a row; one that the file has not, since it holds nothing, is None."""

    def __missing__(self, name: str) -> None:
        return None


Rows = list[Row]
Data = dict[str, Rows]
Line = tuple[str, str, str, str, str]
Figures = dict[Line, float | None]
ALL = "all"
TEXTS = {"USUBJID", "SUBJID", "SITEID", "STUDYID", "AVISIT", "AVALC", "LBTESTOR", "PARAMCD", "LBDTC", "AESTDTC"}
TEXTS |= {"BATCH", "AEENDTC", "EXSTDTC", "EXENDTC", "EXLOT", "SAMPLEID", "BATCHID", "SRCSEQS", "LVLRSN"}
TEXTS |= {"VSTESTOR", "VSDTC", "NOGRDRSN", "AREASON"}


def read_transport_files(folder: Path) -> Data:
    """Every dataset of a folder of transport files."""
    found = {}
    for path in sorted(folder.glob("*.xpt")):
        columns, _ = pyreadstat.read_xport(path, encoding="ASCII", output_format="dict")
        rows = [zip(columns, values, strict=True) for values in zip(*columns.values(), strict=True)]
        found[path.stem.upper()] = [Row((name, None if value == "" else value) for name, value in row) for row in rows]
    return found


def read_csv_files(folder: Path) -> Data:
    """Every dataset of a folder of CSV files; what looks like a number is one, but in variables of text."""
    found = {}
    for path in sorted(folder.glob("ad*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found[path.stem.upper()] = [Row((name, _value(name, text)) for name, text in row.items()) for row in rows]
    return found


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if name in TEXTS:
        return text
    if name.endswith("DT"):
        return date.fromisoformat(text)
    try:
        return float(text)
    except ValueError:
        return text


def groups_of(rows: Iterable[Row], level: str = "TRTAN") -> Iterator[tuple[str, Rows]]:
    """The rows of the treated at each dose level, then all of theirs."""
    treated = [row for row in rows if row["SAFFL"] == "Y"]
    by_level: dict[str, Rows] = defaultdict(list)
    for row in treated:
        if row[level] is not None:
            by_level[f"{row[level]:.0f}"].append(row)
    yield from sorted(by_level.items())
    yield ALL, treated


def people(rows: Iterable[Row]) -> int:
    return len({row["USUBJID"] for row in rows})


def described(values: list[float]) -> dict[str, float | None]:
    """The statistics of a summary; no deviation of a single value."""
    if not values:
        return {"n": 0}
    return {
        "n": len(values),
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "median": statistics.median(values),
        "minimum": min(values),
        "maximum": max(values),
    }


def by_visit(rows: Iterable[Row], value: str, what: Callable[[Row], tuple[str, str]]) -> Figures:
    """A value at each analysis visit, of the records that summaries show."""
    found: Figures = {}
    for group, members in groups_of(rows):
        lines: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for row in members:
            if row.get("ANL01FL") == "Y" and row[value] is not None:
                lines[*what(row), row["AVISIT"]].append(row[value])
        for (name, within, visit), values in lines.items():
            for statistic, number in described(values).items():
                if number is not None:
                    found[name, within, visit, group, statistic] = number
    return found
