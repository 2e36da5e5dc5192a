"""Where the ledgers of the checks stand: files of their own, or schemas of their own on a server.

Nothing that is there already is opened, read into or changed: a server's database must be empty, and what the checks
make in it is taken away when they have ended.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from firstdose.conduct.ledger import Ledger, LedgerError
from firstdose.conduct.ledger.database import Session, open_database, schema_of

SHOWN = 3
THINGS = """
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {ours} AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT n.nspname || '.' || p.proname || '()' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {ours} AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'schema ' || n.nspname FROM pg_namespace n WHERE {ours} AND n.nspname <> 'public'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = n.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'large object ' || oid FROM pg_largeobject_metadata
    ORDER BY 1
"""
OURS = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"


class Place(Protocol):
    """Gives empty places for ledgers in one kind of database."""

    kind: str
    title: str
    where: str

    def new_url(self) -> str:
        """The address of an empty place for one ledger."""

    def close(self) -> None:
        """Take away what was made."""


@dataclass
class FilePlace:
    """Files of SQLite in a folder of the checks' own, which who made it takes away."""

    folder: Path
    kind: str = "sqlite"
    title: str = field(init=False)
    where: str = "in files of its own"
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        database = open_database(self.new_url())
        database.reach()
        with database.reading() as session:
            self.title = f"SQLite {session.rows('SELECT sqlite_version()')[0][0]}"
        database.close()

    def new_url(self) -> str:
        return f"sqlite:///{self.folder / f'ledger-{next(self._numbers)}.sqlite3'}"

    def close(self) -> None:
        """Nothing stands outside of the folder."""


@dataclass
class ServerPlace:
    """Schemas of the checks' own in an empty database of PostgreSQL.

    Raises LedgerError if the database does not answer, is not empty, or the role may make no schema in it.
    """

    url: str
    kind: str = "postgresql"
    title: str = field(init=False)
    where: str = field(init=False)
    _made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        database = open_database(self.url)
        self.where = f"in schemas of its own in {database.name}"
        try:
            with database.reading() as session:
                found = [name for (name,) in session.rows(THINGS.format(ours=OURS))]
                (self.title,) = session.rows("SELECT 'PostgreSQL ' || current_setting('server_version')")[0]
                may_make = session.rows("SELECT has_database_privilege(current_database(), 'CREATE')") == [(True,)]
        finally:
            database.close()
        if found:
            more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
            raise LedgerError(
                f"{database.name}: this database is not empty (it holds {', '.join(found[:SHOWN])}{more}). The checks "
                "write and spoil ledgers of their own, and do so in an empty test database only; nothing was done. "
                "Make one with CREATE DATABASE, and name it with --database"
            )
        if not may_make:
            raise LedgerError(
                f"{database.name}: this role may make nothing here; name the test database's owner in the address"
            )

    def new_url(self) -> str:
        name = f"firstdose_check_{secrets.token_hex(4)}"
        self._run(f"CREATE SCHEMA {name}")
        self._made.append(name)
        return in_schema(self.url, name)

    def close(self) -> None:
        while self._made:
            self._run(f"DROP SCHEMA {self._made.pop()} CASCADE")

    def _run(self, statement: str) -> None:
        database = open_database(self.url)
        try:
            with database.writing() as session:
                session.run(statement)
        finally:
            database.close()


def in_schema(url: str, schema: str) -> str:
    """The address of a database on a server, whose tables are then those of a schema."""
    parts = urlsplit(url)
    options = f"options={quote(f'-csearch_path={schema}', safe='')}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{options}" if parts.query else options))


@contextmanager
def without_guards(ledger: Ledger, kind: str) -> Iterator[Session]:
    """A transaction past the program, for which the rules of the database are switched off; they stand afterwards."""
    off, on = _switches(kind)
    with ledger.database.writing() as session:
        for statement in off:
            session.run(statement)
        yield session
        for statement in on:
            session.run(statement)


def _switches(kind: str) -> tuple[list[str], list[str]]:
    """What switches the guards of the ledger off and on."""
    if kind == "sqlite":
        guards = [each for each in schema_of("sqlite") if each.startswith("CREATE TRIGGER")]
        return [f"DROP TRIGGER {guard.split()[2]}" for guard in guards], guards
    tables = ("ledger_entries", "ledger_records")
    off, on = ([f"ALTER TABLE {table} {word} TRIGGER USER" for table in tables] for word in ("DISABLE", "ENABLE"))
    return off, on
