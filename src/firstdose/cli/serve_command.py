"""The command that runs the site of a trial: serve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.web.configuration import SITE_FOLDER

if TYPE_CHECKING:
    from firstdose.conduct.ledger import Ledger
    from firstdose.web.configuration import Configuration

DEMO_FOLDER = Path("firstdose-demo-site")
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
    typer.Option(
        "--folder",
        envvar="FIRSTDOSE_FOLDER",
        help=f"Where the site keeps its things; {SITE_FOLDER}, or {DEMO_FOLDER} with --demo, if left out.",
        show_default=False,
    ),
]
Owner = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="PostgreSQL: make or renew the site as the owner of its tables, and end. DATABASE_URL names the role "
        "that the site works in.",
        show_default=False,
    ),
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
    owner: Owner = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Run the site of a trial: participants, forms, doses, decisions and the safety board, at http://localhost:8000.

    The first start makes a folder with the database, the keys and one account; later ones go on with it. Records are
    kept in a ledger that nobody can alter unseen. `firstdose serve --demo` shows it on a virtual trial.
    With PostgreSQL, `firstdose serve PROTOCOL --owner URL` makes the site, and `firstdose serve` runs it.
    """
    from firstdose.cli.zone_of_site import zone_to_keep
    from firstdose.web import starting

    if demo and protocol is not None:
        raise typer.BadParameter("--demo shows its own trial; leave out the one or the other", param_hint="PROTOCOL")
    with _told():
        place = folder or (DEMO_FOLDER if demo else SITE_FOLDER)
        if owner is None:
            starting.check_listening(host, port)
        zone = zone_to_keep(demo, place, owner)
        _check_protocol(protocol, demo, place, owner)
        _make_ready(protocol, demo, place, owner, zone)
        if owner is not None:
            typer.echo("The database is ready. Run the site without --owner, in the role that DATABASE_URL names.")
            return
        server = starting.server(host, port)
    typer.echo(f"The site is at http://{'localhost' if host == '127.0.0.1' else host}:{port} (Ctrl+C ends it)")
    if demo:
        _tell_accounts()
    server.run()


@contextmanager
def _told() -> Iterator[None]:
    """Turn what hinders a start into messages."""
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.ledger import LedgerError
    from firstdose.protocol.problems import printable

    try:
        yield
    except LedgerError as problem:
        raise InputError(printable(str(problem))) from None
    except OSError as problem:
        raise InputError(printable(_words(problem))) from None


def _words(problem: OSError) -> str:
    """What the machine refused, and what to do."""
    if problem.filename is not None:
        return f"{problem.filename}: {problem.strerror}; let the account of the site read and write there"
    return f"nobody can listen there ({problem.strerror}); end what does, or give another --port or --host"


def _check_protocol(protocol: Path | None, demo: bool, folder: Path, owner: str | None) -> None:
    """Look at the protocol file that a site begins with before anything is made for that site."""
    import os

    from firstdose.conduct.ledger.database import is_on_server
    from firstdose.web import starting
    from firstdose.web.configuration import Configuration

    configuration = Configuration.of({**os.environ, "FIRSTDOSE_FOLDER": str(folder)})
    on_server = is_on_server(configuration.database_url)
    is_needed = not on_server or (owner is not None and protocol is not None)
    if not demo and is_needed and not starting.is_begun(configuration):
        _text_of(protocol)


def _make_ready(protocol: Path | None, demo: bool, folder: Path, owner: str | None, zone: str | None) -> None:
    """Make or renew what the site needs: as the owner of the tables, or in a file; else look that it is there."""
    import os

    from firstdose.cli.zone_of_site import keep
    from firstdose.conduct.ledger.database import is_on_server
    from firstdose.web import starting, starting_rights

    role = None if owner is None else starting_rights.role_of_site(os.environ, owner)
    configuration = starting.prepare(folder, owner)
    database = starting.database_of(configuration)
    if role is None and is_on_server(configuration.database_url):
        starting_rights.check_as_site(database)
    else:
        starting.make_tables()
        if demo and not database.has_ledger():
            _start_demonstration(configuration)
        else:
            _start(configuration, protocol)
        if role is not None:
            starting_rights.let_in(database, role)
    if zone is not None:  # only now is there a ledger: a start that fails before keeps none
        keep(configuration, zone)


def _start(configuration: Configuration, protocol: Path | None) -> None:
    """Make what is not there yet: ledger, protocol, an account. Later starts find all of it."""
    from firstdose.cli.clock import instant
    from firstdose.protocol.problems import printable
    from firstdose.web import starting

    if starting.has_ledger(configuration):
        ledger = starting.open_ledger(configuration, instant)
        if not starting.has_protocol(ledger):
            starting.add_version(ledger, _text_of(protocol), instant())
        elif protocol is not None:
            goes_on = "the site goes on with the versions in its ledger, and takes another as an amendment"
            typer.echo(f"note: {printable(str(protocol))} is not read: {goes_on}", err=True)
    else:
        ledger = starting.make_ledger(configuration, _text_of(protocol), instant())
        typer.echo(f"Made the site in {configuration.folder}. Keep {configuration.key_file} elsewhere too.")
    if not starting.has_accounts():
        _first_account(ledger)
    ledger.close()


def _text_of(protocol: Path | None) -> str:
    """The protocol file that a site begins with."""
    from firstdose.cli.inputs import InputError, read_rule

    if protocol is None:
        raise InputError("the first start needs the protocol file: firstdose serve protocol.yaml")
    read_rule(protocol)
    return protocol.read_text("utf-8")


def _first_account(ledger: Ledger) -> None:
    """The account from which the others are made."""
    from firstdose.web import starting

    account, password = starting.add_administrator(ledger, FIRST_ACCOUNT)
    typer.echo(f"First account: {account}, password {password} (shown once; the site asks for another at once)")


def _start_demonstration(configuration: Configuration) -> None:
    """A site with a virtual trial and an account for each role."""
    from firstdose.cli.clock import instant
    from firstdose.cli.output import progress
    from firstdose.web import demonstration

    with progress("virtual trial into the ledger") as bar:
        demonstration.start(configuration, DEMO_PROTOCOL, DEMO_SEED, DEMO_PASSWORD, bar, instant())


def _tell_accounts() -> None:
    """The accounts of the demonstration, at each start; whoever has set another password knows it."""
    from firstdose.web import starting

    for account, full_name in starting.accounts_granted():
        typer.echo(f"  {account:<18} {full_name}")
    typer.echo(f"Sign in as one of these, with the password {DEMO_PASSWORD} (unless you have set another).")
