"""A ledger on a server of PostgreSQL: one writer at a time by an advisory lock, and a role that may only add."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from firstdose.conduct.ledger.connections import PerThread
from firstdose.conduct.ledger.database import NESTED, UNKNOWN_OUTCOME, Session, name_of, plain, schema_of
from firstdose.conduct.ledger.errors import LedgerError, Refused, Unavailable
from firstdose.conduct.ledger.server_addresses import (
    SHOULD_BE,
    check_parts,
    name_of_server,
    what_to_do,
    without_password,
)
from firstdose.conduct.ledger.server_rights import GRANTS, faults_of_rights

LOCK = 7_305_197_118_324_115
PART = 2_000
REFUSALS = (psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)


class PostgresqlSession:
    """An open transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(*_bound(statement, values))

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(*_bound(statement, values)).fetchall()

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="ledger_stream") as cursor:
            cursor.itersize = PART
            cursor.execute(*_bound(statement, values))
            yield from cursor


class PostgresqlDatabase:
    """A database on a server; each thread has its own connection."""

    def __init__(self, url: str) -> None:
        self.name = name_of_server(parts_of(url))
        self._connections = PerThread(partial(_connection_to, url, self.name))

    @contextmanager
    def writing(self) -> Iterator[PostgresqlSession]:
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED") as session:
            session.run("SELECT pg_advisory_xact_lock(?)", [LOCK])
            yield session

    @contextmanager
    def reading(self) -> Iterator[PostgresqlSession]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    def reach(self) -> None:
        with self.reading():
            pass

    def create(self, fill: Callable[[Session], None] | None = None, application_role: str | None = None) -> None:
        if self.has_ledger():
            raise LedgerError(f"{self.name}: there is a ledger already")
        with self.writing() as session:
            if session.rows("SHOW server_encoding") != [("UTF8",)]:
                raise LedgerError(f"{self.name}: the database must be made with ENCODING 'UTF8'; make another one")
            for statement in schema_of("postgresql"):
                session.run(statement)
            if fill is not None:
                fill(session)
            if application_role is not None:
                self._grant(session, application_role)

    def grant(self, role: str) -> None:
        with self._transaction("BEGIN") as session:
            self._grant(session, role)

    def _grant(self, session: Session, role: str) -> None:
        """Within a transaction."""
        found = session.rows(
            "SELECT rolsuper OR pg_has_role(rolname, relowner, 'MEMBER'), current_schema()::text, "
            "pg_has_role(relowner, 'MEMBER') "
            "FROM pg_roles, pg_class WHERE rolname = ? AND pg_class.oid = to_regclass('ledger_entries')",
            [role],
        )
        if not found:
            raise LedgerError(f"{self.name}: there is no role {role}; make it with CREATE ROLE, and log-in rights")
        is_owner, schema, may_grant = found[0]
        if not may_grant:
            raise Refused(f"{self.name}: only the owner of the ledger can let others write to it")
        if is_owner:
            raise LedgerError(f"{self.name}: {role} owns the ledger and could switch off its guards; name another")
        names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema)}
        for right in GRANTS:
            self._connections.get().execute(sql.SQL(right).format(**names))

    def has_ledger(self) -> bool:
        with self.reading() as session:
            return bool(session.rows("SELECT 1 WHERE to_regclass('ledger_entries') IS NOT NULL"))

    def faults_of_rights(self) -> tuple[str, ...]:
        with self.reading() as session:
            return faults_of_rights(session)

    @contextmanager
    def unguarded_records(self, session: Session) -> Iterator[None]:
        session.run("ALTER TABLE ledger_records DISABLE TRIGGER USER")
        yield
        session.run("ALTER TABLE ledger_records ENABLE TRIGGER USER")

    def missing_guards(self) -> tuple[str, ...]:
        with self.reading() as session:
            triggers = session.rows(
                "SELECT pg_get_triggerdef(oid, true) FROM pg_trigger WHERE tgenabled = 'O' AND tgrelid IN "
                "(to_regclass('ledger_entries'), to_regclass('ledger_records'))"
            )
            functions = session.rows(
                "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
                "AND proconfig IS NOT NULL"
            )
            indexes = session.rows("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
        found = {plain(each) for (each,) in triggers}
        found |= {f"{name} {plain(body)}" for name, body in functions} | {name for (name,) in indexes}
        return tuple(what for what, guard in _guards() if guard not in found)

    def faults_of_storage(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresqlSession]:
        """One transaction of this thread's connection."""
        connection, outcome = self._begun(begin), "nothing was written"
        try:
            yield PostgresqlSession(connection)
            outcome = UNKNOWN_OUTCOME
            connection.execute("COMMIT")
        except REFUSALS as problem:
            raise Refused(f"{self.name}: refused by the database: {_words(problem)}") from problem
        except psycopg.Error as problem:
            raise Unavailable(f"{self.name}: {_words(problem)}; {outcome}") from problem
        finally:
            self._leave(connection)

    def _begun(self, begin: str) -> psycopg.Connection:
        """This thread's connection with a transaction; a new one if the server ended it, as when it starts anew."""
        connection = self._connections.get()
        if not connection.closed and connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            raise LedgerError(f"{self.name}: {NESTED}")
        try:
            try:
                connection.execute(begin.encode())
            except psycopg.OperationalError:
                if not connection.closed:
                    raise
                self._connections.close()
                connection = self._connections.get()
                connection.execute(begin.encode())
        except psycopg.Error as problem:
            self._leave(connection)
            raise Unavailable(f"{self.name}: {_words(problem)}; nothing was written") from problem
        return connection

    def _leave(self, connection: psycopg.Connection) -> None:
        """Roll back what is left open; give up a connection that is broken."""
        try:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._connections.close()


def parts_of(url: str) -> dict[str, str]:
    """What an address says: host, port, user, password, dbname and further settings.

    Raises LedgerError if it cannot be read or names no database.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise LedgerError(SHOULD_BE) from None  # what the driver says may quote the password
    check_parts(parts)
    return parts


def _connection_to(url: str, name: str) -> psycopg.Connection:
    """A connection whose commits are on disk when they return."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10, client_encoding="UTF8")
        connection.execute("SET lock_timeout = 30000")
        if connection.execute("SHOW synchronous_commit").fetchone() == ("off",):
            connection.execute("SET synchronous_commit = on")
    except psycopg.Error as problem:
        words = without_password(_words(problem), url)
        raise Unavailable(f"{name}: the server cannot be reached ({words}); {what_to_do(words)}") from problem
    return connection


def _guards() -> Iterator[tuple[str, str]]:
    """What guards the ledger: what it is called, and what must be found of it in the server's catalogue."""
    for statement in map(plain, schema_of("postgresql")):
        name = name_of(statement)
        if statement.startswith("CREATE TRIGGER"):
            yield name, statement
        elif statement.startswith("CREATE FUNCTION"):
            yield name, f"{name.split()[-1]} {plain(statement.split('$$')[1])}"
        elif name.startswith("INDEX"):
            yield name, name.split()[-1]


def _bound(statement: str, values: Sequence[Any]) -> tuple[bytes, tuple[Any, ...] | None]:
    """A statement with the marks that the driver knows, and its values; the statements are this package's own."""
    if not values:
        return statement.encode(), None
    return statement.replace("%", "%%").replace("?", "%s").encode(), tuple(values)


def _words(problem: psycopg.Error) -> str:
    """The first line of what the server says."""
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
