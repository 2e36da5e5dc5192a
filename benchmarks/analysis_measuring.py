"""Takes the measurements of analyses: whole processes, imports and files included, and the naive ones here."""

from __future__ import annotations

import json
import math
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import analysis_data, naive_analysis
from benchmarks.case import seconds
from benchmarks.measuring import Measured, run_python

REPEATS = 7
ENUMERATED = 20_000
READING_MEMORY_LIMIT_MIB = 600


def measure_analysis() -> Iterator[Measured]:
    """Each case of analysis, in processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield _confirmed_worsening(Path(folder, "visits.csv"))
        yield _jonckheere_terpstra(Path(folder, "values.csv"))
        laboratory = Path(folder, "laboratory")
        laboratory.mkdir()
        yield from _reading(laboratory)


def _confirmed_worsening(path: Path) -> Measured:
    """Beside a naive search through the same file, which must find as many."""
    analysis_data.write_visits(path)
    times, found = whole_processes("confirmed_worsening", path)
    worse: dict[str, int] = {}
    naive = seconds(lambda: worse.update(naive_analysis.worsenings(path)))
    if len(worse) != found["worse"]:
        raise AssertionError(f"the naive search finds {len(worse)} worsenings, the package {found['worse']}")
    what = f"confirmed worsening, {analysis_data.PEOPLE:,} people, {analysis_data.VISITS:,} visits, whole process"
    return measured(what, 2.0, times, naive, f"{_parts(found)}; {len(worse):,} worsenings in both")


def _jonckheere_terpstra(path: Path) -> Measured:
    """Beside the enumeration of some arrangements, scaled to all of them."""
    analysis_data.write_values_by_dose(path)
    times, found = whole_processes("jonckheere_terpstra", path)
    doses, values = zip(*_numbers(path), strict=True)
    sizes = [doses.count(dose) for dose in sorted(set(doses))]
    every = math.factorial(len(values)) // math.prod(map(math.factorial, sizes))
    sample = seconds(lambda: naive_analysis.share_at_least(values, sizes, found["statistic"], ENUMERATED))
    note = f"{_parts(found)}; naive: {ENUMERATED:,} arrangements, scaled to {every:,}"
    what = f"exact Jonckheere-Terpstra, {'/'.join(map(str, sizes))} with ties, whole process"
    return measured(what, 0.05, times, sample * every / ENUMERATED, note)


def _reading(folder: Path) -> Iterator[Measured]:
    """A million rows with five problems each; no naive version."""
    analysis_data.write_laboratory(folder)
    times, found = whole_processes("reading", folder, repeats=1)
    what = f"reading {found['rows']:,} rows, listing {found['problems']:,} problems, whole process"
    yield measured(what, 15.0, times, None, _parts(found))
    peak = found["peak_mib"]
    yield Measured(f"{what}, peak memory", READING_MEMORY_LIMIT_MIB, peak, peak, peak, "MiB")


def measured(what: str, limit: float, times: list[float], naive: float | None, note: str) -> Measured:
    """A line of the table from the times of whole processes, the first of them apart."""
    later = times[1:]
    return Measured(what, limit, times[0], min(later), statistics.median(later), naive=naive, note=note)


def whole_processes(name: str, path: Path, repeats: int = REPEATS) -> tuple[list[float], dict[str, Any]]:
    """How long processes took from start to end, and what the quickest of them said of its parts."""
    runs = [_whole_process(name, path) for _ in range(1 + repeats)]
    return [took for took, _ in runs], min(runs, key=lambda run: run[0])[1]


def _whole_process(name: str, path: Path) -> tuple[float, dict[str, Any]]:
    said: list[str] = []
    took = seconds(lambda: said.append(run_python("-m", "benchmarks.analysis_cases", name, str(path))))
    return took, json.loads(said[0])


def _parts(found: dict[str, Any]) -> str:
    """Of the quickest process: imports, reading and analysis apart."""
    names = [name for name in ("imports", "reading", "analysis", "writing") if name in found]
    return ", ".join(f"{name} {found[name] * 1000:.1f} ms" for name in names)


def _numbers(path: Path) -> list[tuple[float, float]]:
    lines = path.read_text("utf-8").split()[1:]
    return [(float(dose), float(value)) for dose, value in (line.split(",") for line in lines)]
