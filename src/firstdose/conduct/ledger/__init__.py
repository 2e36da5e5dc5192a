"""The ledger of a running trial: every change of every record, sealed and never altered; and the records that follow.

The only place that knows the database of the records.
"""

from __future__ import annotations

from firstdose.conduct.ledger.chain import EMPTY, Fault, Head
from firstdose.conduct.ledger.clock_faults import ClockFaults
from firstdose.conduct.ledger.copying import back_up, read_copy, rebuild, restore
from firstdose.conduct.ledger.entry import Author, Draft, Entry, FieldChange
from firstdose.conduct.ledger.errors import (
    Conflict,
    FieldConflict,
    LedgerError,
    Refused,
    Unavailable,
    WrongKey,
    WrongState,
)
from firstdose.conduct.ledger.keys import SeenHeads, make_key, read_key
from firstdose.conduct.ledger.ledger import Ledger
from firstdose.conduct.ledger.state import StoredRecord, replay
from firstdose.conduct.ledger.verifying import Verification, verify
from firstdose.conduct.ledger.writing import Writing

__all__ = [
    "EMPTY",
    "Author",
    "ClockFaults",
    "Conflict",
    "Draft",
    "Entry",
    "Fault",
    "FieldChange",
    "FieldConflict",
    "Head",
    "Ledger",
    "LedgerError",
    "Refused",
    "SeenHeads",
    "StoredRecord",
    "Unavailable",
    "Verification",
    "Writing",
    "WrongKey",
    "WrongState",
    "back_up",
    "make_key",
    "read_copy",
    "read_key",
    "rebuild",
    "replay",
    "restore",
    "verify",
]
