"""Where the ledgers of the tests are kept, what is written into them, and how they are tampered with."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger
from firstdose.conduct.ledger.database import schema_of
from firstdose.conduct.ledger.entry import COLUMNS
from tests.conduct.ledger.servers import APPLICATION, OWNER, running_server

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
COORDINATOR = Author("c.rossi", "coordinator", "Padova", "Europe/Rome")
OTHER = Author("a.bianchi", "coordinator", "Milano", "Europe/Rome")
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")


@dataclass
class Clock:
    """A clock that goes on by a second each time that it is looked at, and can be set."""

    now: datetime = START
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@dataclass
class Place:
    """A database for one ledger, seen by its owner and by the role that the site works with."""

    kind: str
    owner_url: str
    url: str
    path: Path | None = None
    opened: list[Ledger] = field(default_factory=list)

    def create(self, key: bytes = KEY, clock: Callable[[], datetime] | None = None) -> Ledger:
        """A new ledger as the site works with it."""
        owner = Ledger.create(self.owner_url, key, clock or Clock())
        if self.kind == "postgresql":
            owner.database.grant(APPLICATION)
        owner.close()
        return self.open(key, clock)

    def open(self, key: bytes = KEY, clock: Callable[[], datetime] | None = None, *, to_verify: bool = False) -> Ledger:
        ledger = Ledger.open(self.url, key, clock or Clock(), to_verify=to_verify)
        self.opened.append(ledger)
        return ledger

    def as_owner(self, key: bytes = KEY) -> Ledger:
        ledger = Ledger.open(self.owner_url, key, Clock(), to_verify=True)
        self.opened.append(ledger)
        return ledger

    def close(self) -> None:
        for ledger in self.opened:
            ledger.close()

    @contextmanager
    def raw(self, *, as_owner: bool = True) -> Iterator[Any]:
        """A connection past the program: each statement commits by itself."""
        url = self.owner_url if as_owner else self.url
        if self.path is not None:
            file = sqlite3.connect(self.path, isolation_level=None)
            try:
                yield file
            finally:
                file.close()
        else:
            with psycopg.connect(url, autocommit=True) as connection:
                yield connection

    def run(self, statement: str, values: Sequence[Any] = (), *, as_owner: bool = True) -> None:
        """One statement past the program."""
        with self.raw(as_owner=as_owner) as connection:
            connection.execute(self.marked(statement), tuple(values))

    def marked(self, statement: str) -> str:
        return statement if self.kind == "sqlite" else statement.replace("?", "%s")

    @contextmanager
    def unguarded(self) -> Iterator[Any]:
        """A connection for which the owner has switched the guards off; they stand again afterwards."""
        with self.raw() as connection:
            if self.kind == "sqlite":
                triggers = [each for each in schema_of("sqlite") if each.startswith("CREATE TRIGGER")]
                for trigger in triggers:
                    connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
                yield connection
                for trigger in triggers:
                    connection.execute(trigger)
            else:
                for state in ("DISABLE", "ENABLE"):
                    for table in ("ledger_entries", "ledger_records"):
                        connection.execute(f"ALTER TABLE {table} {state} TRIGGER USER")
                    if state == "DISABLE":
                        yield connection

    def tamper(self, *statements: str, values: Sequence[Any] = ()) -> None:
        """Statements with the guards switched off."""
        with self.unguarded() as connection:
            for statement in statements:
                connection.execute(self.marked(statement), tuple(values))

    def stored_entries(self) -> list[tuple[Any, ...]]:
        """The rows of the entries, as they are in the database."""
        with self.raw() as connection:
            statement = f"SELECT {', '.join(COLUMNS)} FROM ledger_entries ORDER BY sequence"
            return [tuple(row) for row in connection.execute(statement).fetchall()]

    def stored_records(self) -> list[tuple[Any, ...]]:
        """The rows of the records, as they are in the database."""
        with self.raw() as connection:
            statement = "SELECT record_type, record, fields, head, is_removed FROM ledger_records"
            return sorted(tuple(row) for row in connection.execute(statement).fetchall())

    def put_entry(self, connection: Any, row: Sequence[Any]) -> None:
        """A row of the entries past the program."""
        marks = ", ".join("?" * len(COLUMNS))
        statement = f"INSERT INTO ledger_entries ({', '.join(COLUMNS)}) VALUES ({marks})"
        connection.execute(self.marked(statement), tuple(row))


def new_place(kind: str, folder: Path, name: str = "trial") -> Place:
    """An empty place of a kind."""
    if kind == "sqlite":
        path = folder / f"{name}.sqlite3"
        return Place(kind, f"sqlite:///{path}", f"sqlite:///{path}", path)
    server = running_server()
    schema = server.new_schema()
    return Place(kind, server.url(OWNER, schema=schema), server.url(APPLICATION, schema=schema))


def entered(record: str, record_type: str = "vital_sign", **fields: str) -> Draft:
    """A record made with these fields."""
    return Draft("create", record_type, record, tuple(FieldChange(name, None, new) for name, new in fields.items()))


def changed(record: str, name: str, old: str | None, new: str | None, reason: str = "typing error") -> Draft:
    """One field of a record changed."""
    return Draft("change", "vital_sign", record, (FieldChange(name, old, new),), reason)


def filled(ledger: Ledger, records: int = 4) -> None:
    """Some records, each entered and changed: twice as many entries as records."""
    for number in range(1, records + 1):
        ledger.write(COORDINATOR, [entered(f"S01-{number}", pulse=str(60 + number))])
    for number in range(1, records + 1):
        ledger.write(COORDINATOR, [changed(f"S01-{number}", "pulse", str(60 + number), str(80 + number))])
