"""One write: entries and the records that they change, in one transaction."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.ledger.chain import EMPTY, Head, sealed
from firstdose.conduct.ledger.database import Session
from firstdose.conduct.ledger.entry import COLUMNS, Author, Draft, Entry, check_draft, check_request, instant_as_text
from firstdose.conduct.ledger.errors import Refused
from firstdose.conduct.ledger.state import StoredRecord, after, check_against
from firstdose.conduct.ledger.stored import (
    present_records,
    store,
    stored_record,
    stored_records,
    stored_records_under,
)

INSERT = f"INSERT INTO ledger_entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
SELECT = f"SELECT {', '.join(COLUMNS)} FROM ledger_entries"


class Writing:
    """An open write. It sees the records as they are, and what it has itself written."""

    def __init__(self, session: Session, author: Author, key: bytes, now: datetime, request: str | None) -> None:
        self._session = session
        self._author = author
        self._key = key
        self._request = request
        self.now = now
        self.entries = self._written_before()
        self.is_repeated = bool(self.entries)
        """Whether the request was written before; then its entries stand here and nothing can be added."""
        last = session.rows("SELECT sequence, seal, recorded FROM ledger_entries ORDER BY sequence DESC LIMIT 1")
        self._head = Head(*last[0][:2]) if last else EMPTY
        self._latest = last[0][2] if last else ""
        self.is_given_up = False
        """Whether an entry failed; then nothing of this write is kept, even if the failure is passed over."""

    def record(self, record_type: str, record: str) -> StoredRecord:
        """One record as it is now; without fields where there is none."""
        return stored_record(self._session, record_type, record)

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        """All records of a kind, or of all kinds."""
        return stored_records(self._session, record_type)

    def present(self, record_type: str) -> int:
        """How many records of a kind there are, without those that were removed."""
        return present_records(self._session, record_type)

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        """The records of a kind whose name is, or begins with, a first part: all of one participant."""
        return stored_records_under(self._session, record_type, first)

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        """Everything ever entered about a record, in order, this write's own entries included."""
        where = "WHERE record_type = ? AND record = ? ORDER BY sequence"
        return tuple(map(Entry.of_row, self._session.rows(f"{SELECT} {where}", [record_type, record])))

    @property
    def head(self) -> Head:
        """The last entry, this write's own included."""
        return self._head

    def append(self, draft: Draft) -> Entry:
        """Add an entry and change its record.

        Raises Refused if the draft breaks a rule, and Conflict if somebody changed the same fields meanwhile; the
        whole write is then to be given up.
        """
        if self.is_repeated:
            raise Refused("this request was carried out before; nothing is written twice")
        try:
            return self._append(draft)
        except BaseException:
            self.is_given_up = True
            raise

    def _append(self, draft: Draft) -> Entry:
        """Check a draft, and write the entry and its record."""
        check_draft(draft)
        before = self.record(draft.record_type, draft.record)
        check_against(draft, before)
        entry = sealed(self._entry(draft), self._key)
        self._session.run(INSERT, entry.row)
        if entry.action != "event":
            store(self._session, after(before, entry), is_new=not before.exists)
        self.entries = (*self.entries, entry)
        self._head, self._latest = Head(entry.sequence, entry.seal), entry.recorded
        return entry

    def _entry(self, draft: Draft) -> Entry:
        """A draft as the next entry, not yet sealed."""
        sequence = self._head.sequence + 1
        recorded = instant_as_text(self.now)
        is_behind = recorded < self._latest
        return Entry(
            sequence=sequence,
            recorded=recorded,
            account=self._author.account,
            role=self._author.role,
            site=self._author.site,
            zone=self._author.zone,
            action=draft.action,
            record_type=draft.record_type,
            record=draft.record,
            changes=draft.changes,
            reason=draft.reason,
            form_version=draft.form_version,
            protocol_version=draft.protocol_version,
            clock_note=f"the clock is behind the entry before, {self._latest}" if is_behind else "",
            write=self.entries[0].sequence if self.entries else sequence,
            request=None if self.entries else self._request,
            previous=self._head.seal,
        )

    def _written_before(self) -> tuple[Entry, ...]:
        """The entries of the same request, if it was carried out before.

        Raises Refused if the request was another person's.
        """
        if self._request is None:
            return ()
        check_request(self._request)
        first = self._session.rows("SELECT write FROM ledger_entries WHERE request = ?", [self._request])
        if not first:
            return ()
        rows = self._session.rows(f"{SELECT} WHERE write = ? ORDER BY sequence", first[0])
        found = tuple(map(Entry.of_row, rows))
        if found[0].account != self._author.account:
            raise Refused("this request was carried out before, by somebody else")
        return found
