"""The command that runs the site of a trial: serve."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from firstdose.web.configuration import Configuration

DEMO_FOLDER = Path("firstdose-demo-site")
FOLDER = Path("firstdose-site")
DEMO_PASSWORD = "demonstration"
DEMO_SEED = 20231127
DEMO_PROTOCOL = "nsc-spms"
FIRST_ACCOUNT = "administrator"

ProtocolChoice = Annotated[
    Path | None,
    typer.Argument(metavar="PROTOCOL", help="Protocol file; needed at the first start only.", show_default=False),
]
Demo = Annotated[bool, typer.Option("--demo", help="The reference trial with a virtual trial in it, and all roles.")]
SiteFolder = Annotated[
    Path | None,
    typer.Option("--folder", help=f"Where the site keeps its things; {FOLDER}, or {DEMO_FOLDER} with --demo."),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    protocol: ProtocolChoice = None,
    demo: Demo = False,
    folder: SiteFolder = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Run the site of a trial: participants, forms, doses, decisions and the safety board, at http://localhost:8000.

    The first start makes a folder with the database, the keys and one account; later ones go on with it. Records are
    kept in a ledger that nobody can alter unseen. `firstdose serve --demo` shows it on a virtual trial.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.ledger import LedgerError
    from firstdose.web import starting

    try:
        configuration = starting.prepare(folder or (DEMO_FOLDER if demo else FOLDER))
        starting.make_tables()
        if not starting.has_ledger(configuration):
            if demo:
                _start_demonstration(configuration)
            else:
                _start(configuration, protocol)
    except LedgerError as error:
        raise InputError(str(error)) from None
    typer.echo(f"The site is at http://{'localhost' if host == '127.0.0.1' else host}:{port} (Ctrl+C ends it)")
    if demo:
        typer.echo(f"Sign in as one of the accounts above, with the password {DEMO_PASSWORD}.")
    starting.serve(host, port)


def _start(configuration: Configuration, protocol: Path | None) -> None:
    """The first start of a site."""
    from firstdose.cli.clock import instant
    from firstdose.cli.inputs import InputError, read_rule
    from firstdose.web import starting

    if protocol is None:
        raise InputError("the first start needs the protocol file: firstdose serve protocol.yaml")
    read_rule(protocol)
    ledger = starting.make_ledger(configuration, protocol.read_text("utf-8"), instant())
    password = secrets.token_urlsafe(12)
    person = starting.Person(FIRST_ACCOUNT, "Administrator", "administrator", "*", password)
    starting.add_people(ledger, [person])
    typer.echo(f"Made the site in {configuration.folder}. Keep {configuration.key_file} elsewhere too.")
    typer.echo(f"First account: {FIRST_ACCOUNT}, password {password} (shown once; change it after signing in)")


def _start_demonstration(configuration: Configuration) -> None:
    """A site with a virtual trial and an account for each role."""
    from firstdose.cli.clock import today
    from firstdose.cli.output import progress
    from firstdose.web import demonstration

    with progress("virtual trial into the ledger") as bar:
        people = demonstration.start(configuration, DEMO_PROTOCOL, DEMO_SEED, DEMO_PASSWORD, bar, today())
    for person in people:
        typer.echo(f"  {person.account:<18} {person.full_name}")
