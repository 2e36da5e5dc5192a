"""A small running trial in a ledger, with a clock that the test sets, and a person for each role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from firstdose.conduct.desk import Desk, Rule, Work
from firstdose.conduct.entering import draft_of
from firstdose.conduct.ledger import Author, Entry, StoredRecord, restore
from firstdose.conduct.locking import LOCKING, OPENING, confirm_lock, confirm_unlock
from firstdose.conduct.signatures import Proof, Purpose
from firstdose.protocol import Protocol
from tests.conduct.ledger.places import KEY, Place
from tests.conduct.ledger.servers import APPLICATION
from tests.dosing.trial import protocol as small_protocol

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

NURSE = Author("anna", "coordinator", "IT01", "Europe/Rome")
INVESTIGATOR = Author("carlo", "investigator", "IT01", "Europe/Rome")
MONITOR = Author("marta", "monitor", "IT01", "Europe/Rome")
DATA_MANAGER = Author("dario", "data_manager")
OTHER_DATA_MANAGER = Author("emma", "data_manager")
STATISTICIAN = Author("sara", "statistician")
PHARMACIST = Author("piero", "pharmacist", "IT01", "Europe/Rome")
MEMBER = Author("boris", "committee_member")
OTHER_MEMBER = Author("bella", "committee_member")
ADMINISTRATOR = Author("ada", "administrator")


class Workplace:
    """A ledger, its desk and the time."""

    def __init__(
        self,
        place: Place,
        rules: tuple[Rule, ...] = (),
        protocol: Protocol | None = None,
        copy: Path | None = None,
        now: datetime = START,
    ) -> None:
        """An empty ledger, or what is in a copy of one."""
        self.now = now
        self.protocol = protocol or small_protocol()
        self.rules = rules
        if copy is None:
            self.ledger = place.create(clock=lambda: self.now)
        else:
            role = APPLICATION if place.kind == "postgresql" else None
            restore(copy, place.owner_url, KEY, lambda: self.now, application_role=role).close()
            self.ledger = place.open(clock=lambda: self.now)

    @contextmanager
    def work(self, author: Author, request: str | None = None) -> Iterator[Work]:
        with Desk(self.ledger, self.protocol, self.rules).work(author, request) as work:
            yield work

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def enter(self, record_type: str, author: Author = NURSE, /, **fields: Any) -> Entry:
        """A new record, as a form writes it."""
        draft = draft_of(record_type, fields, {})
        assert draft is not None
        with self.work(author) as work:
            return work.append(draft)

    def change(
        self, record_type: str, record: str, author: Author = NURSE, /, reason: str = "misread", **fields: str
    ) -> Entry:
        """A record changed, as a form writes it."""
        stored = self.ledger.record(record_type, record)
        draft = draft_of(record_type, fields, stored.fields, stored=stored, reason=reason)
        assert draft is not None
        with self.work(author) as work:
            return work.append(draft)

    def record(self, record_type: str, record: str) -> StoredRecord:
        return self.ledger.record(record_type, record)

    def purpose(self, record_type: str, record: str, meaning: str = "reviewed and approved") -> Purpose:
        """What somebody who looks at a record now would sign."""
        return Purpose(record_type, record, self.record(record_type, record).head, meaning)

    def confirm_lock(self, author: Author, number: int = 1, reason: str = "") -> Entry:
        """The second person's step, who has just entered his password."""
        purpose = self.purpose("data_locks", str(number), LOCKING)
        with self.work(author) as work:
            return confirm_lock(work, number, self.proof(author, purpose), reason)

    def confirm_unlock(self, author: Author, number: int = 1) -> Entry:
        """The same, to open the data."""
        purpose = self.purpose("data_locks", str(number), OPENING)
        with self.work(author) as work:
            return confirm_unlock(work, number, self.proof(author, purpose))

    def proof(self, author: Author, *purposes: Purpose) -> Proof:
        """Who signs has just entered his password."""
        return Proof(
            author.account, f"{author.account.title()} Rossi", self.now, ("password", "authenticator"), purposes
        )
