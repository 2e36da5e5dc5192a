"""What the tests of the checks share: a bench for each kind of database, and a check by its name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from firstdose.conduct.ledger import make_key
from firstdose.validation.installation import Check, Finding
from firstdose.validation.installation.bench import Bench
from firstdose.validation.installation.examining import OF_DOSING, OF_LEDGERS
from firstdose.validation.installation.places import FilePlace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MODULES = (*OF_LEDGERS, *OF_DOSING)


def file_bench(folder: Path) -> Bench:
    """A bench with files of SQLite."""
    return Bench(FilePlace(folder), make_key(folder / "ledger.key"), folder / "ledger.key", folder)


def run_check(bench: Bench, name: str) -> Finding:
    """What becomes of the check of that name."""
    every: list[Check] = [check for module in MODULES for check in module.checks(bench)]
    (found,) = [check for check in every if check.name == name]
    return found.run()


def statuses(findings: Iterable[Finding]) -> dict[str, str]:
    """What became of each check, by name."""
    return {finding.name: finding.status for finding in findings}
