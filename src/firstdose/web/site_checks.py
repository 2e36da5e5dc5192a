"""A site made for checks alone, with the settings of this machine's site, and what it answers to real requests.

``python -m firstdose.web.site_checks FOLDER`` makes it in an empty folder and in the empty place of a database whose
address it reads, and prints what was found, as JSON: Django is set up once in a process, so that these checks have one
of their own. Whatever the environment says of databases and keys, it works there alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from firstdose.validation.installation import Check, Departure
from firstdose.web.configuration import Configuration

OF_THE_LIVE_SITE = ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_HEADS_FILE", "FIRSTDOSE_SECRET_FILE")
"""What names the things of the site that people work with; a site made for checks touches none of them."""
HOST_OF_CHECKS = "trial.example"
"""Where no host is named, the site is checked as one that others reach."""


def main(folder: Path, database_url: str) -> None:
    """Make a site in a folder and a database, and print what was found."""
    for name in OF_THE_LIVE_SITE:
        os.environ.pop(name, None)
    os.environ.setdefault("FIRSTDOSE_HOSTS", HOST_OF_CHECKS)
    out = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()):
        findings = [check.run() for check in _checks(folder, database_url)]
    json.dump([finding.as_json for finding in findings], out)


def _checks(folder: Path, database_url: str) -> tuple[Check, ...]:
    """The checks of a new site; where it cannot even be made, one that says so."""
    try:
        configuration = _make_site(folder, database_url)
        from firstdose.web import site_access_checks, site_account_checks, site_setting_checks
    except Exception as problem:  # whatever hinders it, it is what the certificate has to say
        return (_cannot_be_made(problem),)
    parts: tuple[Callable[[Configuration], tuple[Check, ...]], ...] = (
        site_setting_checks.checks,
        site_access_checks.checks,
        site_account_checks.checks,
    )
    return tuple(check for part in parts for check in part(configuration))


def _make_site(folder: Path, database_url: str) -> Configuration:
    """A new site with the protocol of the checks, as at a first start."""
    import logging

    from firstdose.validation.installation.small_trial import protocol_text
    from firstdose.web import starting

    configuration = starting.prepare(folder, database_url)
    logging.disable(logging.ERROR)  # each refusal that is checked would be told
    starting.make_tables()
    starting.make_ledger(configuration, protocol_text(), datetime.now(UTC)).close()
    return configuration


def _cannot_be_made(problem: Exception) -> Check:
    def look() -> str:
        raise Departure(f"{type(problem).__name__}: {problem}")

    return Check(
        "site_made",
        "The site",
        "EU Annex 11: the system is installed as it is meant to be",
        "A site is made in an empty folder, as at a first start",
        "Its tables, keys, ledger and protocol are there",
        look,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin.read().strip())
