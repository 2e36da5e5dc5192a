"""The command that writes a ledger as ODM: ledger odm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from firstdose.cli.ledger_commands import ledger_app, opened
from firstdose.cli.ledger_options import Database, Folder, Key, SeenFile

if TYPE_CHECKING:
    from firstdose.conduct.ledger import Head, Ledger


def register(_: typer.Typer) -> None:
    """Add the command to those on the ledger."""
    ledger_app.command()(odm)


def odm(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to be made.", show_default=False)],
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="The state alone, without the history and its audit trail.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="What had been entered by then (UTC), as in 2026-03-31T12:00; a day alone is its end.",
            show_default=False,
        ),
    ] = None,
    folder: Folder = None,
    database: Database = None,
    key: Key = None,
    heads: SeenFile = None,
) -> None:
    """Write the ledger as ODM 1.3.2: every entry with its audit record, or with --snapshot the state. Names are in it.

    Values stand as they were typed. The head stands in the file and is noted.
    """
    from firstdose.cdisc.odm import Exported, write_odm
    from firstdose.cli.clock import instant
    from firstdose.cli.output import progress
    from firstdose.conduct.ledger import Entry
    from firstdose.records.wording import counted

    with opened(folder, database, key, heads) as (place, ledger):
        place.seen(None)
        now = instant()
        moment = _moment(as_of, now)
        head = _head_at(ledger, moment if as_of else None)
        with progress("writing ODM") as bar:

            def entries() -> Iterator[Entry]:
                with ledger.entries(up_to=head.sequence) as found:
                    for entry in found:
                        bar(entry.sequence, head.sequence)
                        yield entry

            with _new_file(file) as stream:
                exported = Exported(entries, head, moment, now)
                written = write_odm(exported, "Snapshot" if snapshot else "Transactional", stream)
        place.seen_heads.add(head, now, f"ODM {file.name}")
    what = f"{written.records:,} records" if snapshot else f"{written.entries:,} entries"
    typer.echo(f"wrote {file}: {what}")
    if written.escaped:
        count = counted(written.escaped, "value or reason", "values and reasons")
        typer.echo(f"{count} with characters that XML cannot carry; the file says how they are written")
    typer.echo(f"head {head}, noted in {place.heads}")


def _moment(text: str | None, now: datetime) -> datetime:
    """The moment that an option names; now if it names none."""
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.past_moments import NoPastMoment, past_moment

    try:
        return now if text is None else past_moment(text, now)
    except NoPastMoment as problem:
        raise InputError(f"--as-of {text!r}: {problem}") from None


def _head_at(ledger: Ledger, moment: datetime | None) -> Head:
    """The last entry by a moment, or of all."""
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.ledger import Head

    head = ledger.head()
    if moment is not None:
        sequence = ledger.sequence_at(moment)
        with ledger.entries(after=max(sequence - 1, 0), up_to=sequence) as found:
            last = next(iter(found), None)
        head = Head(last.sequence, last.seal) if last and last.sequence == sequence else Head(0, "")
    if not head.sequence:
        raise InputError(
            "the ledger holds no entry yet; there is nothing to write"
            if moment is None
            else "--as-of: nothing had been entered by then; name a later moment, or leave it out"
        )
    return head


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that stands whole or not at all, and that only its owner may read; InputError if there is one already."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    if path.exists():
        raise InputError(f"{printable(str(path))}: there is a file already; it is not overwritten")
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
        part.rename(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
