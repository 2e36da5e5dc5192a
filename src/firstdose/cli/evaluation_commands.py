"""Commands that show and prove Firstdose itself: demo, validate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.design_commands import AsJson


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(validate)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports; made if it is missing.")] = Path("demo-output"),
) -> None:
    """The whole path on the reference trial: protocol, exact figures, design report, a virtual trial and its results.

    Published trials are replayed too.
    """
    from firstdose.cli.demonstration import run_demo

    run_demo(out)


def validate(
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="Also write the certificate into this folder.")] = None,
) -> None:
    """Compare Firstdose with other software and published figures, on this machine, and print the certificate."""
    from firstdose.cli.clock import now
    from firstdose.cli.output import progress, show_json
    from firstdose.validation.certificate import run_all
    from firstdose.validation.certificate_page import certificate_page

    with progress("validation") as bar:
        certificate = run_all(now(), bar)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "certificate.txt").write_text(certificate.as_text(), encoding="utf-8")
        (out / "certificate.html").write_text(certificate_page(certificate), encoding="utf-8")
    if as_json:
        show_json(certificate.as_json())
    else:
        typer.echo(certificate.as_text())
    if not certificate.passed:
        raise typer.Exit(1)
