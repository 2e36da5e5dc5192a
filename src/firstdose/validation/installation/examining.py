"""This installation, examined: the machine, ledgers and dosing in real databases, and the site."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path
from typing import Any

import firstdose
from firstdose.conduct.ledger import LedgerError, make_key
from firstdose.conduct.ledger.database import is_on_server, open_database, path_of
from firstdose.validation.installation import (
    chain_checks,
    decision_checks,
    dosing_checks,
    keeping_checks,
    machine_checks,
    process_checks,
)
from firstdose.validation.installation.bench import Bench
from firstdose.validation.installation.check import Check, Finding
from firstdose.validation.installation.machine_checks import Clock
from firstdose.validation.installation.places import FilePlace, Place, ServerPlace

OF_LEDGERS = (chain_checks, keeping_checks, process_checks)
OF_DOSING = (dosing_checks, decision_checks)
PACKAGES = ("django", "django-allauth", "django-axes", "waitress", "polars", "numpy", "scipy", "psycopg", "tzdata")
"""What runs the trial besides; those that are not installed are left out."""

Progress = Callable[[int, int, str], None]
Site = Callable[[Path, str], tuple[Finding, ...]]
"""Makes a site in a folder and an empty place of a database, and tells what was found of it.

Meanwhile the other checks are made.
"""


@dataclass(frozen=True)
class Installation:
    """What was examined, by name, and what was found."""

    facts: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether something was checked, and nothing has failed."""
        statuses = {finding.status for finding in self.findings}
        return "passed" in statuses and "failed" not in statuses

    @property
    def summary(self) -> str:
        """How many checks passed."""
        count = {status: sum(each.status == status for each in self.findings) for status in ("passed", "not checked")}
        checked = len(self.findings) - count["not checked"]
        more = f"; {count['not checked']} could not be made here" if count["not checked"] else ""
        return f"{count['passed']} of {checked} checks of this installation passed{more}"

    @property
    def by_part(self) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
        """The findings of each part, in order."""
        return tuple((part, tuple(found)) for part, found in groupby(self.findings, lambda each: each.part))

    def as_json(self) -> dict[str, Any]:
        """What the certificate says of it as a document."""
        return {
            "passed": self.passed,
            "facts": dict(self.facts),
            "checks": [finding.as_json for finding in self.findings],
        }


def examine(
    clock: Clock, database_url: str | None = None, site: Site | None = None, progress: Progress | None = None
) -> Installation:
    """Examine this machine, with ledgers in files of SQLite and, where one is named, in an empty database of a server.

    The files stand in a folder of their own beside the file that ``database_url`` names, or where the system keeps what
    passes; afterwards nothing is left. ``progress`` is called before each check, and after the last with "".
    Raises LedgerError if the address names no database, it does not answer or is not empty, or no folder can be made.
    """
    if database_url is not None:
        open_database(database_url)  # reads the address, and touches nothing
    tell = progress or _tell_nobody
    with ExitStack() as stack:
        folder = stack.enter_context(_own_folder(database_url))
        places: list[Place] = [FilePlace(folder)]
        if database_url is not None and is_on_server(database_url):
            places.append(ServerPlace(database_url))
        for place in places:
            stack.callback(place.close)
        checks = _checks(clock, places, folder)
        steps = len(checks) + (site is not None)
        findings = []
        pool = stack.enter_context(ThreadPoolExecutor(1))
        waiting = pool.submit(site, folder, places[-1].new_url()) if site is not None else None
        for number, check in enumerate(checks):
            tell(number, steps, check.name)
            findings.append(check.run())
        if waiting is not None:
            tell(len(checks), steps, "site")
            findings += (replace(each, part=f"{each.part}, on {places[-1].title}") for each in waiting.result())
    tell(steps, steps, "")
    return Installation(_facts(clock, places, folder), tuple(findings))


def _tell_nobody(_done: int, _of: int, _name: str) -> None:
    """Nobody waits."""


def _checks(clock: Clock, places: list[Place], folder: Path) -> tuple[Check, ...]:
    """All checks, in order; those of dosing in the last database."""
    key_file = folder / "ledger.key"
    key = make_key(key_file)
    benches = [Bench(place, key, key_file, folder) for place in places]
    of_ledgers = (check for bench in benches for kind in OF_LEDGERS for check in kind.checks(bench))
    of_dosing = (check for kind in OF_DOSING for check in kind.checks(benches[-1]))
    return (*machine_checks.checks(clock), *of_ledgers, *of_dosing)


@contextmanager
def _own_folder(database_url: str | None) -> Iterator[Path]:
    """A new folder, which is taken away again: on the disk on which the database is to stand, if that is a file."""
    path = path_of(database_url) if database_url else None
    where = path.resolve().parent if path is not None else Path(tempfile.gettempdir())
    try:
        folder = tempfile.TemporaryDirectory(prefix="firstdose-check-", dir=where, ignore_cleanup_errors=True)
    except OSError as problem:
        raise LedgerError(
            f"{where}: the checks can make no folder of their own there ({problem.strerror}); let this account write "
            "there, or name another place with --database"
        ) from None
    with folder as name:
        yield Path(name)


def _facts(clock: Clock, places: list[Place], folder: Path) -> dict[str, str]:
    """What matters of the machine."""
    return {
        "Examined": f"{clock():%Y-%m-%d %H:%M:%S} UTC",
        "Machine": f"{platform.node()}, {platform.machine()}, {os.cpu_count() or '?'} processors",
        "Operating system": platform.platform(),
        "Firstdose": f"{firstdose.__version__}, in {Path(firstdose.__file__).parent}",
        "Python": f"{platform.python_version()}, {sys.executable}",
        "Databases": "; ".join([*(f"{place.title}, {place.where}" for place in places), *_not_examined(places)]),
        "Files of the checks": f"in {folder.parent}, taken away again",
        "Packages": ", ".join(_versions()),
    }


def _not_examined(places: list[Place]) -> list[str]:
    """The kind of database that was not named."""
    named = {place.kind for place in places}
    return [] if "postgresql" in named else ["PostgreSQL was not examined: --database names an empty test database"]


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
