"""The ledgers that are measured: 100 participants, records of eight fields, each entered once and changed later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger

KEY = bytes(range(32))
AUTHOR = Author("c.rossi", "coordinator", "Padova", "Europe/Rome")
FIELDS = 8
ENTRIES_OF_A_RECORD = 4
IN_ONE_WRITE = 1_000


def drafts() -> Iterator[Draft]:
    """Entries without end: a record is entered, and three of its fields are corrected."""
    number = 0
    while True:
        number += 1
        name = f"S{number % 100:03}-{number}"
        fields = tuple(FieldChange(f"field_{each}", None, f"{number * each % 9973 / 7:.3f}") for each in range(FIELDS))
        yield Draft("create", "laboratory_result", name, fields, "", "laboratory 3", "2.0")
        for each in range(ENTRIES_OF_A_RECORD - 1):
            change = FieldChange(fields[each].field, fields[each].new, f"{number}.5")
            yield Draft(
                "change", "laboratory_result", name, (change,), "as in the source document", "laboratory 3", "2.0"
            )


def write_ledger(path: Path, entries: int) -> None:
    """A ledger of so many entries, a thousand a write."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    moments = (start + timedelta(seconds=number) for number in range(entries + 1))
    ledger = Ledger.create(f"sqlite:///{path}", KEY, lambda: next(moments))
    every = islice(drafts(), entries)
    while part := list(islice(every, IN_ONE_WRITE)):
        ledger.write(AUTHOR, part)
    ledger.close()
