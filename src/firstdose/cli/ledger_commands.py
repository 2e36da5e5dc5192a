"""The commands on the ledger of a running trial: ledger create, verify, backup, restore, rebuild, heads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.ledger_options import Database, Folder, Key, Role, SeenFile, SeenHead

if TYPE_CHECKING:
    from firstdose.cli.ledger_place import LedgerPlace
    from firstdose.conduct.ledger import Ledger

ledger_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "The ledger of a running trial: every entry and change, sealed, in SQLite or PostgreSQL.\n\n"
        "`firstdose ledger create` makes one. Keep its key elsewhere than the database."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (create, verify, backup, restore, rebuild, heads):
        ledger_app.command()(command)
    app.add_typer(ledger_app, name="ledger")


def create(database: Database = None, key: Key = None, application_role: Role = None) -> None:
    """Make an empty ledger, and its key if there is none."""
    from firstdose.cli.clock import instant
    from firstdose.cli.ledger_place import ledger_place
    from firstdose.conduct.ledger import Ledger, make_key, read_key

    with _told():
        place = ledger_place(database, key, None)
        is_new = not place.key.exists()
        secret = make_key(place.key) if is_new else read_key(place.key)
        try:
            ledger = Ledger.create(place.url, secret, instant, application_role=application_role)
        except BaseException:
            if is_new:
                place.key.unlink()
            raise
    typer.echo(f"made a ledger: {ledger.database.name}")
    typer.echo(f"{'made' if is_new else 'used'} its key: {place.key}")
    typer.echo(
        "Keep a copy of the key in another place than the database and its backups: without it nothing can be verified "
        "or written, and whoever has both can forge entries."
    )
    ledger.close()


def verify(
    folder: Folder = None,
    database: Database = None,
    key: Key = None,
    heads: SeenFile = None,
    head: SeenHead = None,
) -> None:
    """Check everything: seals, order, heads seen before, records, guards and storage. Exit status 1 with any fault."""
    from firstdose.cli.inputs import InputError
    from firstdose.cli.ledger_place import faults_text
    from firstdose.cli.output import progress
    from firstdose.conduct.ledger import verify as verified
    from firstdose.protocol.problems import printable

    with opened(folder, database, key, heads, to_verify=True) as (place, ledger):
        seen = place.seen(head)
        with progress("verifying") as bar:
            found = verified(ledger, seen, watcher=bar)
        name = ledger.database.name
    if not found.is_whole:
        raise InputError(faults_text(name, found))
    typer.echo(f"{name}: {found.entries:,} entries and {found.records:,} records; no fault was found")
    typer.echo(f"head {found.head}")
    if seen:
        typer.echo(f"it holds all of the {len(seen):,} heads that were seen before")
    else:
        typer.echo(
            f"no head was seen before, none is in {printable(str(place.heads))}: whether something was cut off at the "
            "end cannot be told"
        )


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to be made.", show_default=False)],
    folder: Folder = None,
    database: Database = None,
    key: Key = None,
    heads: SeenFile = None,
) -> None:
    """Copy the ledger into a file while it is in use, and note its head. The key is not in it."""
    from firstdose.cli.clock import instant
    from firstdose.cli.output import progress
    from firstdose.conduct.ledger import back_up

    with opened(folder, database, key, heads) as (place, ledger):
        place.seen(None)
        now = instant()
        with progress("copying") as bar:
            head = back_up(ledger, file, now, watcher=bar)
        place.seen_heads.add(head, now, f"backup {file.name}")
    typer.echo(f"wrote {file}: {head.sequence:,} entries")
    typer.echo(f"head {head}, noted in {place.heads}")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to be restored.", show_default=False)],
    folder: Folder = None,
    database: Database = None,
    key: Key = None,
    heads: SeenFile = None,
    head: SeenHead = None,
    application_role: Role = None,
    older: Annotated[
        bool,
        typer.Option("--older", help="Restore a copy that ends before a head that was seen: what came after is lost."),
    ] = False,
) -> None:
    """Make a ledger from a copy, in either kind of database; the copy is checked first."""
    from firstdose.cli.clock import instant
    from firstdose.cli.inputs import InputError
    from firstdose.cli.ledger_place import place_of_site_or_given
    from firstdose.cli.output import progress
    from firstdose.conduct.ledger import read_copy, read_key
    from firstdose.conduct.ledger import restore as restored
    from firstdose.protocol.problems import printable

    with _told():
        place = place_of_site_or_given(folder, database, key, heads)
        if not file.is_file():
            what = "this is no file" if file.exists() else "there is no such file"
            raise InputError(f"{printable(str(file))}: {what}; name the copy that `firstdose ledger backup` made")
        seen = place.seen(head)
        if older:
            last = max((entry.sequence for entry in read_copy(file)), default=0)
            seen = [each for each in seen if each.sequence <= last]
        with progress("restoring") as bar:
            ledger = restored(
                file, place.url, read_key(place.key), instant, seen, application_role=application_role, watcher=bar
            )
        name, found = ledger.database.name, ledger.head()
        ledger.close()
    typer.echo(f"made a ledger from {file}: {name}, {found.sequence:,} entries")
    typer.echo(f"head {found}")


def rebuild(folder: Folder = None, database: Database = None, key: Key = None) -> None:
    """Make all records afresh from the entries. On a server it takes the owner of the ledger."""
    from firstdose.cli.output import progress
    from firstdose.conduct.ledger import rebuild as rebuilt

    with opened(folder, database, key, None) as (_, ledger), progress("rebuilding") as bar:
        count = rebuilt(ledger, watcher=bar)
    typer.echo(f"made {count:,} records afresh from the entries")


def heads(
    folder: Folder = None,
    database: Database = None,
    key: Key = None,
    file: SeenFile = None,
    note: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Note the head now, with what it stands on, as in a report's name."),
    ] = None,
) -> None:
    """Show the head now, and those seen before with the moment (UTC) and what they stood on."""
    from firstdose.cli.clock import instant
    from firstdose.protocol.problems import printable

    with opened(folder, database, key, file) as (place, ledger):
        now = ledger.head()
        before = place.noted()
        if note is not None:
            place.seen_heads.add(now, instant(), note)
    typer.echo(f"now {now}")
    for each in before:
        typer.echo(f"seen {printable(each)}")
    if note is not None:
        typer.echo(f"noted in {place.heads}: {printable(note)}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a ledger refuses into messages."""
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.ledger import LedgerError
    from firstdose.protocol.problems import printable

    try:
        yield
    except LedgerError as problem:
        raise InputError(printable(str(problem))) from None


@contextmanager
def opened(
    folder: Path | None, database: str | None, key: Path | None, heads: Path | None, *, to_verify: bool = False
) -> Iterator[tuple[LedgerPlace, Ledger]]:
    """The ledger that the options name, and where its key and heads are."""
    from firstdose.cli.clock import instant
    from firstdose.cli.ledger_place import place_of_site_or_given
    from firstdose.conduct.ledger import Ledger, read_key

    with _told():
        place = place_of_site_or_given(folder, database, key, heads)
        ledger = Ledger.open(place.url, read_key(place.key), instant, to_verify=to_verify)
        try:
            yield place, ledger
        finally:
            ledger.close()
