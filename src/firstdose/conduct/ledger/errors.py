"""What can go wrong with a ledger, in words for the people who meet it."""

from __future__ import annotations

from dataclasses import dataclass


class LedgerError(Exception):
    """Nothing was written; the message says why and what to do."""


class Refused(LedgerError):
    """What was to be written breaks a rule of the ledger."""


class WrongState(Refused):
    """A record is not in the state that a change of it needs; ``state`` says in which it is, and what to do."""

    def __init__(self, record_type: str, record: str, state: str) -> None:
        super().__init__(f"{record_type} {record} {state}")
        self.record_type, self.record, self.state = record_type, record, state


class Unavailable(LedgerError):
    """The database cannot be reached, read or written to now."""


class WrongKey(LedgerError):
    """The key is not the one that the entries were sealed with."""


@dataclass(frozen=True)
class FieldConflict:
    """One field that two people changed: what was seen, what is stored now, and what was to be stored."""

    field: str
    seen: str | None
    stored: str | None
    wanted: str | None


class Conflict(LedgerError):
    """Somebody else has changed the same fields meanwhile; both values are here, and neither is lost."""

    def __init__(self, record_type: str, record: str, fields: tuple[FieldConflict, ...], words: str = "") -> None:
        names = ", ".join(each.field for each in fields)
        super().__init__(words or f"{record_type} {record} has been changed by somebody else meanwhile: {names}")
        self.record_type, self.record, self.fields = record_type, record, fields
