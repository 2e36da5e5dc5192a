"""Two runs of the command, as processes of their own, write the same bytes when the date of the report is given."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from firstdose.records import TrialData, write_folder
from tests.patience import PATIENCE_SECONDS
from tests.report.reference_trial import REFERENCE, raw, records

PEOPLE = 3
START = "from firstdose.cli import main; raise SystemExit(main())"
KINDS = {".html", ".pdf", ".docx", ".csv", ".png", ".svg", ".json", ".parquet"}


def few_people() -> TrialData:
    """The first who were dosed, to be quick."""
    kept = [row["subject"] for row in raw("dosings")][:PEOPLE]
    frames = {
        name: frame.filter(pl.col("subject").is_in(kept)) if "subject" in frame.columns else frame
        for name, frame in records().frames.items()
    }
    return TrialData(frames, records().as_of)


def started(data: Path, out: Path, hash_seed: str, zone: str) -> subprocess.Popen[bytes]:
    """The command in a process with its own order of hashes and its own clock."""
    command = [sys.executable, "-c", START, "report", REFERENCE / "protocol.yaml", data, "--out", out]
    return subprocess.Popen(
        [*map(str, command), "--dated", "2026-03-14"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
    )  # fmt: skip


def written(folder: Path) -> dict[str, bytes]:
    """What stands in a folder, by the path inside it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_dated_report_is_the_same_to_the_byte(tmp_path: Path) -> None:
    write_folder(few_people(), tmp_path / "data")
    runs = {"once": ("1", "UTC"), "again": ("2", "Pacific/Auckland")}
    processes = [started(tmp_path / "data", tmp_path / name, *each) for name, each in runs.items()]
    for process in processes:
        _, told = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, told.decode()
    once, again = (written(tmp_path / name) for name in runs)
    assert {Path(name).suffix for name in once} == KINDS
    assert once.keys() == again.keys()
    assert [name for name in once if once[name] != again[name]] == []
