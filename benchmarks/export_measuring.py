"""Takes the measurements of all exports of a large trial as a user's commands: whole processes, definitions too."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.analysis_measuring import measured
from benchmarks.case import seconds
from benchmarks.measuring import ROOT, START, Measured, run_python

PROTOCOL = ROOT / "examples" / "nsc-spms" / "protocol.yaml"
LIMIT = 20.0
REPEATS = 2
EXPORTS = {
    "SDTM, transport files": ("sdtm", "xpt"),
    "SDTM, CSV": ("sdtm", "csv"),
    "SDTM, Dataset-JSON": ("sdtm", "dataset-json"),
    "ADaM, transport files": ("adam", "xpt"),
}


def measure_exports() -> Iterator[Measured]:
    """SDTM in each form and ADaM, each with Define-XML and its page, one process after the other: the sum of them."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        size = json.loads(run_python("-m", "benchmarks.export_data", str(data)))
        rounds = [_each_export(data, Path(folder, "out")) for _ in range(1 + REPEATS)]
    totals = [sum(each.values()) for each in rounds]
    quickest = min(rounds, key=lambda each: sum(each.values()))
    parts = ", ".join(f"{name} {took:.1f} s" for name, took in quickest.items())
    what = f"all exports of {size['people']:,} people, {size['rows']:,} records, whole processes"
    yield measured(what, LIMIT, totals, None, parts)


def _each_export(data: Path, out: Path) -> dict[str, float]:
    """How long each export took from the start of Python to its end."""
    took = {}
    for name, (standard, file_format) in EXPORTS.items():
        arguments = ["export", str(PROTOCOL), str(data), "--to", standard, "--format", file_format, "--out", str(out)]
        took[name] = seconds(lambda arguments=arguments: run_python("-c", START, *arguments))  # type: ignore[misc]
        if not (out / "define.xml").is_file():
            raise AssertionError(f"{name}: no definition was written")
        shutil.rmtree(out)
    return took
