"""Takes the measurements of all exports of a large trial as a user's one command: a whole process, definitions too."""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.analysis_measuring import measured
from benchmarks.measuring import ROOT, START, Measured, run_python

PROTOCOL = ROOT / "examples" / "nsc-spms" / "protocol.yaml"
LIMIT = 20.0
REPEATS = 2
STANDARDS = {"sdtm": "SDTM", "adam": "ADaM"}
FORMATS = {"xpt": "transport files", "csv": "CSV", "dataset-json": "Dataset-JSON"}
TOTAL, PROCESSOR = "total", "processor time"


def measure_exports() -> Iterator[Measured]:
    """SDTM and ADaM in each form, with Define-XML and its page, and USDM, all by one command."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        size = json.loads(run_python("-m", "benchmarks.export_data", str(data)))
        rounds = [_all_exports(data, Path(folder, "out")) for _ in range(1 + REPEATS)]
    totals = [each[TOTAL] for each in rounds]
    quickest = min(rounds, key=lambda each: each[TOTAL])
    parts = ", ".join(f"{name} {took:.1f} s" for name, took in quickest.items() if name != TOTAL)
    what = f"all exports of {size['people']:,} people, {size['rows']:,} records, one command, whole process"
    yield measured(what, LIMIT, totals, None, parts)


def _all_exports(data: Path, out: Path) -> dict[str, float]:
    """How long the command took from the start of Python to its end, and its parts.

    Parts are told from the times that files bear: each ends when the last file of its folder was written.
    """
    before = _processor_time()
    began = time.time()
    run_python("-c", START, "export", str(PROTOCOL), str(data), "--to", "all", "--format", "all", "--out", str(out))
    took = {TOTAL: time.time() - began}
    reached = _part(took, "start and reading", began, out / "problems.csv")
    for standard, words in STANDARDS.items():
        folders = {name: out / standard / form for form, name in FORMATS.items()}
        checked = next(iter(folders.values())) / "conformance.csv"
        reached = _part(took, f"{words} made and checked", reached, checked)
        for name, folder in folders.items():
            reached = _part(took, f"{words} as {name}", reached, folder / "define.html")
    _part(took, "USDM", reached, out / "usdm" / "usdm.json")
    took[PROCESSOR] = _processor_time() - before
    shutil.rmtree(out)
    return took


def _part(took: dict[str, float], name: str, reached: float, last: Path) -> float:
    """Note how long a part took, by the last file of it; returns when it ended."""
    if not last.is_file():
        raise AssertionError(f"{name}: {last.name} was not written")
    ended = last.stat().st_mtime
    took[name] = ended - reached
    return ended


def _processor_time() -> float:
    """Seconds that the processes started here have taken of processors, in them and in the system for them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
