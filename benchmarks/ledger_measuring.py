"""Takes the measurements of the ledger: verifying, rebuilding and writing, and naive versions here."""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import ledger_data, naive_ledger
from benchmarks.case import seconds
from benchmarks.measuring import Measured, run_python

VERIFIED, REBUILT = 200_000, 50_000
REPEATS = 2
WRITES = 100
"""Of each writer; each write is one entry and its record, on disk when it returns."""


def measure_ledger() -> Iterator[Measured]:
    """Each case in processes of its own, on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield _verification(folder / "verified.sqlite3")
        yield _rebuilding(folder / "rebuilt.sqlite3")
        for writers in (1, 6):
            yield _writing(folder, writers)


def _verification(path: Path) -> Measured:
    """Beside a naive loop over the same file, which must come to the same end."""
    ledger_data.write_ledger(path, VERIFIED)
    times, found = _times("verify", path, REPEATS)
    ends: list[str] = []
    naive = seconds(lambda: ends.append(naive_ledger.last_seal(path, ledger_data.KEY)))
    if found["faults"] or ends != [found["seal"]]:
        raise AssertionError(f"the naive loop ends with {ends}, the package with {found}")
    used = f"processor {found['processor']:.1f} s, peak memory {found['peak_mib']:.0f} MiB"
    note = f"{found['records']:,} records, {used}; naive: seals and records alone"
    return _measured(f"ledger: verification of {VERIFIED:,} entries", 10.0, times, naive, note)


def _rebuilding(path: Path) -> Measured:
    """Beside a naive replay into a dictionary, which must hold as many records."""
    ledger_data.write_ledger(path, REBUILT)
    times, found = _times("rebuild", path, REPEATS)
    counts: list[int] = []
    naive = seconds(lambda: counts.append(len(naive_ledger.replayed(path))))
    if counts != [found["records"]]:
        raise AssertionError(f"the naive replay has {counts} records, the package {found['records']}")
    note = f"{found['records']:,} records; naive: a replay that writes nothing"
    return _measured(f"ledger: records rebuilt from {REBUILT:,} entries", 10.0, times, naive, note)


def _writing(folder: Path, writers: int) -> Measured:
    """Beside as many commits of one row each into a table without rules, by one writer."""
    took: list[float] = []
    for each in range(1 + REPEATS):
        path = folder / f"written-{writers}-{each}.sqlite3"
        ledger_data.write_ledger(path, 0)
        took.append(
            json.loads(run_python("-m", "benchmarks.ledger_cases", "write", str(path), str(writers)))["seconds"]
        )
    commits = writers * WRITES
    naive = seconds(lambda: _plain_commits(folder / f"plain-{writers}.sqlite3", commits))
    note = f"{commits / min(took):.0f} commits a second; naive: a table without rules or seals, one writer"
    what = f"ledger: {commits} commits by {writers} writer{'s' if writers > 1 else ''}, SQLite"
    return _measured(what, commits / 50, took, naive, note)


def _plain_commits(path: Path, commits: int) -> None:
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, text TEXT)")
    for number in range(commits):
        file.execute("INSERT INTO entries VALUES (?, ?)", (number, "x" * 400))
    file.close()


def _times(name: str, path: Path, repeats: int) -> tuple[list[float], dict[str, float | str]]:
    """How long the task itself took in each process, and what the last said of it."""
    found = [json.loads(run_python("-m", "benchmarks.ledger_cases", name, str(path))) for _ in range(1 + repeats)]
    return [each["seconds"] for each in found], found[-1]


def _measured(what: str, limit: float, times: list[float], naive: float, note: str) -> Measured:
    return Measured(what, limit, times[0], min(times[1:]), statistics.median(times[1:]), naive=naive, note=note)
