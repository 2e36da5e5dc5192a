"""A ledger in a file of SQLite: write-ahead log, everything on disk at each commit, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any

from firstdose.conduct.ledger.connections import PerThread
from firstdose.conduct.ledger.database import NESTED, UNKNOWN_OUTCOME, Session, name_of, plain, schema_of
from firstdose.conduct.ledger.errors import LedgerError, Refused, Unavailable

WAIT_SECONDS = 30.0
PART = 2_000
WRITABLE = "name a file of SQLite in a folder that the account of this program may write to"


class SqliteSession:
    """An open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(statement, tuple(values))

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, tuple(values)).fetchall()

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.execute(statement, tuple(values))
        while part := cursor.fetchmany(PART):
            yield from part


class SqliteDatabase:
    """A database in one file; each thread has its own connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(self.path)
        self._connections = PerThread(partial(_connection_to, self.path))

    @contextmanager
    def writing(self) -> Iterator[SqliteSession]:
        yield from self._transaction("BEGIN IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[SqliteSession]:
        yield from self._transaction("BEGIN")

    def reach(self) -> None:
        self._make_file()
        with self.writing():
            pass

    def create(self, fill: Callable[[Session], None] | None = None, application_role: str | None = None) -> None:
        if application_role is not None:
            self.grant(application_role)
        self._make_file()
        if self.has_ledger():
            raise LedgerError(f"{self.path}: there is a ledger already")
        with self.writing() as session:
            for statement in schema_of("sqlite"):
                session.run(statement)
            if fill is not None:
                fill(session)

    def grant(self, role: str) -> None:
        raise LedgerError(f"{self.path}: SQLite knows no roles; who may open the file is for the system to say")

    def has_ledger(self) -> bool:
        if not self.path.exists():
            return False
        with self.reading() as session:
            return bool(session.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger_entries'"))

    def faults_of_rights(self) -> tuple[str, ...]:
        return ()

    @contextmanager
    def unguarded_records(self, session: Session) -> Iterator[None]:
        guards = [each for each in schema_of("sqlite") if each.startswith("CREATE TRIGGER ledger_records")]
        for guard in guards:
            session.run(f"DROP TRIGGER IF EXISTS {guard.split()[2]}")
        yield
        for guard in guards:
            session.run(guard)

    def missing_guards(self) -> tuple[str, ...]:
        with self.reading() as session:
            found = {plain(sql) for (sql,) in session.rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        return tuple(name_of(each) for each in schema_of("sqlite") if plain(each) not in found)

    def faults_of_storage(self) -> tuple[str, ...]:
        with self.reading() as session:
            session.run("PRAGMA trusted_schema = ON")  # tables of accounts may check their own values by functions
            try:
                found = session.rows("PRAGMA integrity_check")
            finally:
                session.run("PRAGMA trusted_schema = OFF")
        return tuple(str(words) for (words,) in found if words != "ok")

    def close(self) -> None:
        self._connections.close()

    def _transaction(self, begin: str) -> Iterator[SqliteSession]:
        """One transaction of this thread's connection."""
        connection, outcome = self._connections.get(), "nothing was written"
        if connection.in_transaction:
            raise LedgerError(f"{self.path}: {NESTED}")
        try:
            connection.execute(begin)
            yield SqliteSession(connection)
            outcome = UNKNOWN_OUTCOME
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as problem:
            raise Refused(f"{self.path}: refused by the database: {problem}") from problem
        except sqlite3.Error as problem:
            raise Unavailable(f"{self.path}: {problem}; {outcome}") from problem
        finally:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    def _make_file(self) -> None:
        """An empty file that only its owner can read, if there is none."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as problem:
            raise Unavailable(f"{self.path}: cannot be made ({problem.strerror}); {WRITABLE}") from problem


def _connection_to(path: Path) -> sqlite3.Connection:
    """A connection; its thread alone uses it, but another one may close it."""
    try:
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        # Bytes that are no text were put there by another program: they are read, so that they can be named.
        connection.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as problem:
        raise Unavailable(f"{path}: cannot be opened as a database ({problem}); {WRITABLE}") from problem
    return connection
