"""Commands that show and prove Firstdose itself: demo, validate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.design_commands import AsJson
from firstdose.cli.output_folder import Overwrite, check_folder, whole_or_not

if TYPE_CHECKING:
    from firstdose.validation.installation import Finding

CERTIFICATE, CERTIFICATE_PAGE = "certificate.txt", "certificate.html"
SITE_SECONDS = 120.0
"""After which a site that does not answer has failed."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(validate)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports; made if it is missing.")] = Path("demo-output"),
    overwrite: Overwrite = False,
) -> None:
    """The whole path on the reference trial: protocol, exact figures, design report, a virtual trial and its results.

    Published trials are replayed too.
    """
    from firstdose.cli.demonstration import MADE, run_demo

    check_folder(out, MADE, overwrite=overwrite)
    run_demo(out)


def validate(
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="Also write the certificate into this folder.")] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="DATABASE_URL",
            help="An EMPTY test database of PostgreSQL, postgresql://OWNER@HOST/NAME, to check the ledger in too. With "
            "sqlite:///PATH the files of the checks are made beside PATH, which is left alone.",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Prove this installation on this machine, and print its certificate.

    Figures are compared with other software and published ones. Ledgers, dosing and the site are tried for real, in
    databases made for it: entries are altered, processes killed, copies restored, doses asked for too early. A database
    that holds anything is refused. The exit status is 1 where anything fails.
    """
    from dataclasses import replace

    from firstdose.cli.clock import instant, now
    from firstdose.cli.inputs import InputError
    from firstdose.cli.output import progress, show_json
    from firstdose.conduct.ledger.database import UNKNOWN_ADDRESS, is_address
    from firstdose.validation.certificate import run_all
    from firstdose.validation.certificate_page import certificate_page
    from firstdose.validation.installation import examine

    if database is not None and not is_address(database):
        raise InputError(f"--database or DATABASE_URL: {UNKNOWN_ADDRESS}")
    if out is not None:
        check_folder(out, (CERTIFICATE, CERTIFICATE_PAGE), overwrite=overwrite)
    with _told(), progress("installation") as bar:
        installation = examine(instant, database, _site, bar)
    with progress("validation") as bar:
        certificate = replace(run_all(now(), bar), installation=installation)
    if out is not None:
        with whole_or_not(out) as made:
            (made / CERTIFICATE).write_text(certificate.as_text(), encoding="utf-8")
            (made / CERTIFICATE_PAGE).write_text(certificate_page(certificate), encoding="utf-8")
    if as_json:
        show_json(certificate.as_json())
    else:
        typer.echo(certificate.as_text())
    if not certificate.passed:
        raise typer.Exit(1)


def _site(folder: Path, database: str) -> tuple[Finding, ...]:
    """A site made in a folder and a database, and checked by a process of its own: Django is set up once in each.

    The address is sent to it, since it may hold a password and others can read command lines.
    """
    import json
    import subprocess
    import sys

    from firstdose.validation.installation import Finding

    command = [sys.executable, "-P", "-m", "firstdose.web.site_checks", str(folder / "site")]
    try:
        ran = subprocess.run(command, input=database.encode(), capture_output=True, timeout=SITE_SECONDS, check=False)
        return tuple(map(Finding.of_json, json.loads(ran.stdout)))
    except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
        seen = f"the checks of the site gave no answer: {type(problem).__name__}"
        expected = "It tells what was found"
        return (Finding("site", "The site", "The site can be made", "A site is made", expected, seen, "failed"),)


@contextmanager
def _told() -> Iterator[None]:
    """Turn a database that cannot be used into a message."""
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.ledger import LedgerError
    from firstdose.protocol.problems import printable

    try:
        yield
    except LedgerError as problem:
        raise InputError(printable(str(problem))) from None
