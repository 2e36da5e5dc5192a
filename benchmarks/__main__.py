"""`python -m benchmarks [PART ...] [--json FILE]`: measures and prints a table. Fails only where something breaks."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from benchmarks.analysis_measuring import measure_analysis
from benchmarks.calendar_measuring import measure_calendar
from benchmarks.export_measuring import measure_exports
from benchmarks.ledger_measuring import measure_ledger
from benchmarks.machines_measuring import measure_machines
from benchmarks.measuring import REPEATS_OF_COMMANDS, TRIALS, Measured, measure_commands, measure_engine
from benchmarks.metabolite_measuring import measure_metabolites
from benchmarks.next_trial_measuring import measure_next_trial
from benchmarks.site_measuring import measure_site
from benchmarks.trial_measuring import measure_trial
from benchmarks.tuning_measuring import measure_tuning

PARTS: dict[str, Callable[[], Iterable[Measured]]] = {
    "engine": measure_engine,
    "commands": measure_commands,
    "analysis": measure_analysis,
    "trial": measure_trial,
    "metabolites": measure_metabolites,
    "exports": measure_exports,
    "calendar": measure_calendar,
    "machines": measure_machines,
    "tuning": measure_tuning,
    "next_trial": measure_next_trial,
    "ledger": measure_ledger,
    "site": measure_site,
}
"""What can be measured, by name."""

HEADINGS = ("what", "limit", "first", "best", "median", "naive", "ratio", "within")
EXPLANATION = f"""
Five doses, ten cohorts of three, one true curve unless said otherwise; graph, decisions, selection and figures
included. Imports and files are not in the times of the engine, but are in those of whole processes.
first: the first call in a fresh process. best, median: later calls in that process, each with a rule, design and
tables made afresh; what stays between them are the quadrature nodes of CRM and BLRM, which depend on the prior alone.
The 1,000 scenarios are without whole distributions of counts, as the command has it past 20 curves.
naive: {TRIALS:,} trials by a plain-Python Monte Carlo in this run, which leaves Monte Carlo error; ratio: naive / best.
Whole processes: {REPEATS_OF_COMMANDS} runs after a first one. Analyses are whole processes too, from the start of
Python to its end, files read and imports included; the parts of the quickest are named below the table.
The ledger is timed without imports, in fresh processes, in a file of SQLite on this machine's disk.
"""


def show(rows: list[Measured]) -> None:
    """Print the table."""
    cells = [list(HEADINGS)]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:,.0f}" if row.ratio >= 10 else f"{row.ratio:.1f}"
        naive = "" if row.naive is None else f"{row.naive:,.2f} s"
        values = [f"{_short(value)} {row.unit}" for value in (row.limit, row.first, row.best, row.median)]
        cells.append([row.what, *values, naive, ratio, "yes" if row.is_within else "NO"])
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    for line in cells:
        rest = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  ".join([line[0].ljust(widths[0]), *rest]))
    for row in rows:
        if row.note:
            print(f"{row.what}: {row.note}")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def machine() -> dict[str, str | int]:
    """What the times were taken on, in general words."""
    return {
        "processors": os.cpu_count() or 1,
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def main() -> None:
    """Measure everything, or the parts named, once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure, of {', '.join(PARTS)}; all if none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures into this file")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: no such part; there are {', '.join(PARTS)}")
    facts = machine()
    print(", ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    rows: list[Measured] = []
    for name in arguments.parts or PARTS:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        rows.extend(PARTS[name]())
    show(rows)
    print(EXPLANATION.rstrip())
    if arguments.json is not None:
        figures = [dataclasses.asdict(row) | {"ratio": row.ratio, "within": row.is_within} for row in rows]
        document = json.dumps({"machine": facts, "measured": figures}, indent=1)
        arguments.json.write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
