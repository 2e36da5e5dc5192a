"""The database behind a ledger: a file (SQLite) or a server (PostgreSQL), seen alike.

A transaction that writes is alone: it waits until no other writes, so that what it has read still holds when it
commits. The words of a statement are the same for both; its values stand as question marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from firstdose.conduct.ledger.errors import LedgerError

NESTED = "a transaction is open in this thread already: use what it gives, and do not open another inside it"
UNKNOWN_OUTCOME = "whether it was written is not known: send the same request again"
FILE, SERVERS = "sqlite:///", ("postgresql://", "postgres://")
UNKNOWN_ADDRESS = "the address of the database must be sqlite:///PATH or postgresql://USER@HOST/NAME"


class Session(Protocol):
    """An open transaction."""

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Carry out a statement."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a part at a time, in bounded memory."""


class Database(Protocol):
    """Where entries and records are kept; every thread may use it."""

    name: str

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction that is the only one to write; it commits at its end, or rolls back with an error.

        Raises Unavailable if the database cannot be written to.
        """

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that sees one state of the database, whatever is written meanwhile.

        Raises Unavailable if the database cannot be read.
        """

    def reach(self) -> None:
        """Make sure that the database answers, and a file that it can be written to; one is made if there is none.

        Raises Unavailable, with what to do.
        """

    def create(self, fill: Callable[[Session], None] | None = None, application_role: str | None = None) -> None:
        """Make the tables and the rules that guard them, fill them, and let a role add to them; all of it or nothing.

        Raises LedgerError if there is a ledger already or the role cannot be had, Unavailable if the database cannot
        be written to.
        """

    def grant(self, role: str) -> None:
        """Let a role of the server read and add, and nothing else.

        Raises LedgerError if there is no such role, if it owns the ledger, or if the database knows no roles.
        """

    def has_ledger(self) -> bool:
        """Whether there is a ledger in it."""

    def faults_of_rights(self) -> tuple[str, ...]:
        """What the role of this address may do to the ledger and must not, or must and may not; none in a file."""

    def unguarded_records(self, session: Session) -> AbstractContextManager[None]:
        """Lets the records, not the entries, be written afresh within a transaction; it takes the owner's rights.

        Raises Refused without them.
        """

    def missing_guards(self) -> tuple[str, ...]:
        """The rules of the database that are no longer there or no longer what they were; none in a whole one."""

    def faults_of_storage(self) -> tuple[str, ...]:
        """What the database itself finds broken in its files."""

    def close(self) -> None:
        """Give back the connections of this thread."""


def open_database(url: str) -> Database:
    """The database that an address names: ``sqlite:///path`` or ``postgresql://user@host/name``.

    Raises LedgerError if the address has another form or the driver is not installed.
    """
    path = path_of(url)
    if path is not None:
        from firstdose.conduct.ledger.sqlite import SqliteDatabase

        return SqliteDatabase(path)
    if url.startswith(SERVERS):
        try:
            from firstdose.conduct.ledger.postgresql import PostgresqlDatabase
        except ImportError:
            raise LedgerError("PostgreSQL needs its driver: pip install 'firstdose[postgresql]'") from None
        return PostgresqlDatabase(url)
    raise LedgerError(UNKNOWN_ADDRESS)


def is_address(url: str) -> bool:
    """Whether an address has one of the forms that `open_database` takes."""
    return path_of(url) is not None or is_on_server(url)


def is_on_server(url: str) -> bool:
    """Whether an address names a database on a server, which has roles."""
    return url.startswith(SERVERS)


def server_parts(url: str) -> dict[str, str]:
    """What the address of a database on a server says: host, port, user, password, dbname and further settings.

    Raises LedgerError if it cannot be read or names no database.
    """
    open_database(url)  # tells of a missing driver
    from firstdose.conduct.ledger.postgresql import parts_of

    return parts_of(url)


def path_of(url: str) -> Path | None:
    """The file that an address names; None if it names something else."""
    rest = url.removeprefix(FILE)
    return Path(rest) if rest and rest != url else None


def schema_of(kind: str) -> tuple[str, ...]:
    """The statements that make the tables and their guards in a kind of database; empty lines part them."""
    script = files("firstdose.conduct.ledger").joinpath(f"{kind}.sql").read_text("utf-8")
    lines = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return tuple(part.strip().rstrip(";") for part in lines.split("\n\n") if part.strip())


def plain(statement: str) -> str:
    """A statement without what does not matter to it: spaces and line ends."""
    return " ".join(statement.split()).rstrip(";")


def name_of(statement: str) -> str:
    """What a statement of the schema makes, as in "TRIGGER ledger_entries_no_delete"."""
    words = plain(statement).removeprefix("CREATE ").removeprefix("UNIQUE ").replace("(", " ").split()
    return " ".join(words[:2])
