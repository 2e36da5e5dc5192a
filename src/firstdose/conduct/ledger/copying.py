"""Copies of a ledger while it is in use, and a ledger made again from a copy.

A copy is the entries alone, one a line of compressed JSON, with a last line that counts them: the records follow from
the entries. The same copy can be restored to a file or to a server.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from firstdose.conduct.ledger.chain import EMPTY, Fault, Head, faults_of, faults_of_seen
from firstdose.conduct.ledger.database import Session, open_database
from firstdose.conduct.ledger.entry import COLUMNS, Entry, as_json, instant_as_text
from firstdose.conduct.ledger.errors import LedgerError
from firstdose.conduct.ledger.ledger import Clock, Ledger
from firstdose.conduct.ledger.state import replay
from firstdose.conduct.ledger.stored import store
from firstdose.conduct.ledger.watching import Watcher, watched
from firstdose.conduct.ledger.writing import INSERT

FORMAT = "firstdose ledger 1"
LONGEST_LINE = 20_000_000


def back_up(ledger: Ledger, path: Path, moment: datetime, *, watcher: Watcher | None = None) -> Head:
    """Write a copy of the ledger as it is now, while others may write; the copy stands whole or not at all.

    Raises LedgerError if there is a file already or it cannot be written.
    """
    if path.exists():
        raise LedgerError(f"{path}: there is a file already; it is not overwritten")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0, compresslevel=6) as packed:
                head = _write_lines(ledger, packed, moment, watcher)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(path)
    except OSError as problem:
        raise LedgerError(f"{path}: the copy cannot be written ({problem.strerror or problem})") from problem
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return head


def _write_lines(ledger: Ledger, packed: gzip.GzipFile, moment: datetime, watcher: Watcher | None) -> Head:
    """The head line, the entries and the last line of a copy."""
    head = EMPTY
    _write_line(packed, {"format": FORMAT, "columns": COLUMNS, "copied": instant_as_text(moment)})
    with ledger.entries() as entries:
        for entry in watched(entries, watcher):
            _write_line(packed, entry.row)
            head = Head(entry.sequence, entry.seal)
    _write_line(packed, {"head": str(head)})
    return head


def _write_line(packed: gzip.GzipFile, content: Any) -> None:
    packed.write(as_json(content).encode() + b"\n")


def read_copy(path: Path) -> Iterator[Entry]:
    """The entries of a copy, in bounded memory.

    Raises LedgerError if it is not a copy, or is damaged or cut short.
    """
    head = EMPTY
    try:
        with gzip.open(path, "rb") as packed:
            lines = iter(lambda: packed.readline(LONGEST_LINE), b"")
            start = json.loads(next(lines, b"null"))
            if not isinstance(start, dict) or start.get("format") != FORMAT or start.get("columns") != list(COLUMNS):
                raise LedgerError(f"{path}: is not a copy of a ledger that this version can read")
            for line in lines:
                content = json.loads(line)
                if isinstance(content, dict):
                    if Head.of_text(str(content.get("head"))) != head or next(lines, None) is not None:
                        raise LedgerError(f"{path}: does not end with the entry that its last line names")
                    return
                entry = Entry.of_row(content)
                head = Head(entry.sequence, entry.seal)
                yield entry
    except (OSError, EOFError, zlib.error, ValueError, TypeError, RecursionError) as problem:
        raise LedgerError(f"{path}: the copy is damaged after entry {head.sequence} ({problem})") from problem
    raise LedgerError(f"{path}: the copy is cut short after entry {head.sequence}")


def restore(
    path: Path,
    url: str,
    key: bytes,
    clock: Clock,
    heads: Iterable[Head] = (),
    *,
    application_role: str | None = None,
    watcher: Watcher | None = None,
) -> Ledger:
    """A new ledger from a copy, which is checked first: nothing is made of a copy that is not whole.

    ``heads`` were seen on documents; a copy that ends before one of them is older than what was signed.
    Raises LedgerError if a fault is found, or if there is a ledger already.
    """
    faults = list(_faults_of_copy(path, key, heads))
    if faults:
        raise LedgerError(f"{path}: entry {faults[0].sequence} {faults[0].words}; nothing was restored")
    ledger = Ledger(open_database(url), key, clock)
    try:
        ledger.database.create(
            lambda session: write_entries(session, watched(read_copy(path), watcher)), application_role
        )
    except BaseException:
        ledger.close()
        raise
    return ledger


def _faults_of_copy(path: Path, key: bytes, heads: Iterable[Head]) -> Iterator[Fault]:
    """What is wrong with the entries of a copy."""
    seen: dict[int, set[str]] = {}
    for head in heads:
        seen.setdefault(head.sequence, set()).add(head.seal)
    last = 0
    for entry in read_copy(path):
        yield from faults_of_seen(entry, seen)
        last = entry.sequence
    yield from faults_of(read_copy(path), key)
    for sequence in sorted(seen):
        if sequence > last:
            yield Fault(sequence, "was seen before and is not in this copy, which is older")


def write_entries(session: Session, entries: Iterable[Entry]) -> None:
    """Put sealed entries and the records that follow from them into an empty ledger."""
    for record in replay(_inserted(session, entries)).values():
        store(session, record, is_new=True)


def _inserted(session: Session, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries, each put into the database as it passes."""
    for entry in entries:
        session.run(INSERT, entry.row)
        yield entry


def rebuild(ledger: Ledger, *, watcher: Watcher | None = None) -> int:
    """Make all records afresh from the entries; how many there are.

    Raises Refused without the rights of the database's owner.
    """
    with ledger.database.writing() as session:
        rows = session.stream(f"SELECT {', '.join(COLUMNS)} FROM ledger_entries ORDER BY sequence")
        records = replay(map(Entry.of_row, watched(rows, watcher)))
        with ledger.database.unguarded_records(session):
            session.run("DELETE FROM ledger_records")
            for record in records.values():
                store(session, record, is_new=True)
    return len(records)
