"""The ledger: the one place where records of a running trial are written and read.

Entry and record commit together or not at all. Nothing is written without who, when, what and, where something is
overwritten, why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from firstdose.conduct.ledger.chain import EMPTY, Head, is_sealed
from firstdose.conduct.ledger.clock_faults import ClockFaults, EntriesFound
from firstdose.conduct.ledger.database import Database, open_database
from firstdose.conduct.ledger.entry import COLUMNS, Author, Draft, Entry, check_author, instant_as_text
from firstdose.conduct.ledger.errors import LedgerError, Refused, WrongKey
from firstdose.conduct.ledger.state import StoredRecord
from firstdose.conduct.ledger.stored import present_records, stored_record, stored_records, stored_records_under
from firstdose.conduct.ledger.writing import Writing

Clock = Callable[[], datetime]
ALL_COLUMNS = ", ".join(COLUMNS)


class Ledger:
    """A ledger in a database, opened with its key; every thread may use it."""

    def __init__(self, database: Database, key: bytes, clock: Clock) -> None:
        self.database = database
        self.key = key
        self.clock = clock

    @classmethod
    def create(cls, url: str, key: bytes, clock: Clock, *, application_role: str | None = None) -> Ledger:
        """A new ledger; on a server, one that a role may read and add to.

        Raises LedgerError if there is one already, Unavailable if the database cannot be written to.
        """
        ledger = cls(open_database(url), key, clock)
        try:
            ledger.database.create(application_role=application_role)
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def open(cls, url: str, key: bytes, clock: Clock, *, to_verify: bool = False) -> Ledger:
        """The ledger in a database; ``to_verify`` opens one that may be damaged or have another key.

        Raises LedgerError if there is none, WrongKey if its last entry was sealed with another key or was altered.
        """
        database = open_database(url)
        ledger = cls(database, key, clock)
        try:
            if not database.has_ledger():
                raise LedgerError(f"{database.name}: there is no ledger; make one first")
            if not to_verify:
                ledger._check_key()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def write(self, author: Author, drafts: Sequence[Draft], *, request: str | None = None) -> tuple[Entry, ...]:
        """Write some changes together.

        A request that was written before is not written again: its entries are given back.
        Raises Refused, Conflict or Unavailable, and then nothing is written.
        """
        with self.writing(author, request=request) as writing:
            if not writing.is_repeated:
                for draft in drafts:
                    writing.append(draft)
        return writing.entries

    @contextmanager
    def writing(self, author: Author, *, request: str | None = None) -> Iterator[Writing]:
        """A write whose drafts depend on what is recorded: nobody else writes between its first look and its end.

        Raises Refused, Conflict or Unavailable, and then nothing is written.
        """
        check_author(author)
        with self.database.writing() as session:
            writing = Writing(session, author, self.key, self.clock(), request)
            yield writing
            if writing.is_given_up:
                raise Refused("nothing was written, since a part of it was refused")

    def head(self) -> Head:
        """The last entry; it vouches for all before it."""
        with self.database.reading() as session:
            found = session.rows("SELECT sequence, seal FROM ledger_entries ORDER BY sequence DESC LIMIT 1")
        return Head(*found[0]) if found else EMPTY

    def record(self, record_type: str, record: str) -> StoredRecord:
        """One record as it is now; without fields where there is none."""
        with self.database.reading() as session:
            return stored_record(session, record_type, record)

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        """All records of a kind, or of all kinds, in the order of their names; removed ones too."""
        with self.database.reading() as session:
            return stored_records(session, record_type)

    def present(self, record_type: str) -> int:
        """How many records of a kind there are, without those that were removed."""
        with self.database.reading() as session:
            return present_records(session, record_type)

    def was_carried_out(self, request: str) -> bool:
        """Whether something was written for a request of this name."""
        with self.database.reading() as session:
            return bool(session.rows("SELECT 1 FROM ledger_entries WHERE request = ?", [request]))

    def last_entry_of(self, record_types: Sequence[str]) -> int:
        """The sequence of the last entry about records of some kinds; 0 where there is none."""
        marks = ", ".join("?" * len(record_types))
        with self.database.reading() as session:
            found = session.rows(f"SELECT MAX(head) FROM ledger_records WHERE record_type IN ({marks})", record_types)
        return int(found[0][0] or 0)

    def records_since(self, known: Mapping[str, int]) -> dict[str, tuple[StoredRecord, ...]]:
        """The records of which something was entered after an entry, the last that is known of their kind.

        Removed ones too, as one state of the database has them; without kinds of which there is nothing new.
        """
        with self.database.reading() as session:
            found = {kind: stored_records(session, kind, after=last) for kind, last in known.items()}
        return {kind: records for kind, records in found.items() if records}

    def everything(self) -> tuple[Head, tuple[StoredRecord, ...]]:
        """The last entry and all records as it leaves them, as one state of the database has them."""
        with self.database.reading() as session:
            found = session.rows("SELECT sequence, seal FROM ledger_entries ORDER BY sequence DESC LIMIT 1")
            return Head(*found[0]) if found else EMPTY, stored_records(session)

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        """The records of a kind whose name is, or begins with, a first part: all of one participant."""
        with self.database.reading() as session:
            return stored_records_under(session, record_type, first)

    @contextmanager
    def entries(
        self, after: int = 0, up_to: int | None = None, record_types: Sequence[str] = ()
    ) -> Iterator[Iterator[Entry]]:
        """The entries in order, as one state of the database has them, in bounded memory; of some kinds, or of all."""
        where = "sequence > ?"
        values: list[int | str] = [after]
        if up_to is not None:
            where += " AND sequence <= ?"
            values.append(up_to)
        if record_types:
            where += f" AND record_type IN ({', '.join('?' * len(record_types))})"
            values += record_types
        with self.database.reading() as session:
            rows = session.stream(f"SELECT {ALL_COLUMNS} FROM ledger_entries WHERE {where} ORDER BY sequence", values)
            yield map(Entry.of_row, rows)

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        """Everything ever entered about a record, in order."""
        with self.database.reading() as session:
            rows = session.rows(
                f"SELECT {ALL_COLUMNS} FROM ledger_entries WHERE record_type = ? AND record = ? ORDER BY sequence",
                [record_type, record],
            )
        return tuple(map(Entry.of_row, rows))

    def sequence_at(self, moment: datetime) -> int:
        """The last entry that bears an instant or an earlier one; all before it had been written by then.

        The order of the entries says what came before what, not the clock: where it ran ahead and was set right, an
        entry of those ahead was written before the ones that follow it.
        """
        with self.database.reading() as session:
            found = session.rows(
                "SELECT COALESCE(MAX(sequence), 0) FROM ledger_entries WHERE recorded <= ?", [instant_as_text(moment)]
            )
        return int(found[0][0])

    def clock_faults(self, sequence: int, moment: datetime) -> ClockFaults:
        """What the clock did up to an entry: where it was set back, and which entries bear a later time than a moment.

        ``moment`` is the one that the entries up to ``sequence`` stand for.
        """
        back = (
            "SELECT COUNT(*), MIN(sequence), MAX(sequence) FROM ledger_entries WHERE sequence <= ? AND clock_note <> ''"
        )
        ahead = "SELECT COUNT(*), MIN(sequence), MAX(sequence) FROM ledger_entries WHERE sequence <= ? AND recorded > ?"
        with self.database.reading() as session:
            set_back = session.rows(back, [sequence])[0]
            later = session.rows(ahead, [sequence, instant_as_text(moment)])[0]
        return ClockFaults(moment, EntriesFound(*set_back), EntriesFound(*later))

    def close(self) -> None:
        """Give back the connections of this thread."""
        self.database.close()

    def _check_key(self) -> None:
        """Compare the last seal."""
        with self.database.reading() as session:
            rows = session.rows(f"SELECT {ALL_COLUMNS} FROM ledger_entries ORDER BY sequence DESC LIMIT 1")
        for row in rows:
            try:
                is_right = is_sealed(Entry.of_row(row), self.key)
            except ValueError:
                is_right = False
            if not is_right:
                raise WrongKey(
                    f"{self.database.name}: entry {row[0]} was not sealed with this key. Give the key that the "
                    "ledger was made with; if it is that key, the entry was altered: run firstdose ledger verify"
                )
