"""The derived state as the database keeps it: one row a record, its fields in one JSON object."""

from __future__ import annotations

import json
from typing import Any

from firstdose.conduct.ledger.database import Session
from firstdose.conduct.ledger.entry import as_json
from firstdose.conduct.ledger.state import StoredRecord


def stored_record(session: Session, record_type: str, record: str) -> StoredRecord:
    """One record as a transaction sees it; without fields where there is none."""
    rows = session.rows(
        "SELECT fields, head, is_removed FROM ledger_records WHERE record_type = ? AND record = ?",
        [record_type, record],
    )
    if not rows:
        return StoredRecord(record_type, record)
    fields, head, is_removed = rows[0]
    return StoredRecord(record_type, record, json.loads(fields), head, bool(is_removed))


def stored_rows(session: Session) -> list[tuple[Any, ...]]:
    """All records as the database keeps them: kind, name, fields, head and whether it was removed."""
    return session.rows("SELECT record_type, record, fields, head, is_removed FROM ledger_records")


def row_of(record: StoredRecord) -> tuple[str, str, str, int, int]:
    """A record as the database keeps it."""
    fields = as_json(dict(record.fields))
    return record.record_type, record.record, fields, record.head, int(record.is_removed)


def stored_records(session: Session, record_type: str | None = None, after: int = 0) -> tuple[StoredRecord, ...]:
    """All records of a kind, or of all kinds, as a transaction sees them, in the order of their names.

    Those of which nothing was entered after an entry are left out.
    """
    where = "WHERE head > ?"
    values: list[int | str] = [after]
    if record_type is not None:
        where += " AND record_type = ?"
        values.append(record_type)
    rows = session.rows(f"SELECT record_type, record, fields, head, is_removed FROM ledger_records {where}", values)
    found = (StoredRecord(kind, name, json.loads(text), head, bool(gone)) for kind, name, text, head, gone in rows)
    return tuple(sorted(found, key=lambda each: (each.record_type, each.record)))


def present_records(session: Session, record_type: str) -> int:
    """How many records of a kind there are as a transaction sees them, without those that were removed."""
    where = "WHERE record_type = ? AND is_removed = 0"
    return int(session.rows(f"SELECT COUNT(*) FROM ledger_records {where}", [record_type])[0][0])


def stored_records_under(session: Session, record_type: str, first: str) -> tuple[StoredRecord, ...]:
    """The records of a kind whose name is a part, or that part, a stroke and more, as a transaction sees them."""
    rows = session.rows(
        "SELECT record, fields, head, is_removed FROM ledger_records "
        "WHERE record_type = ? AND (record = ? OR (record >= ? AND record < ?))",
        [record_type, first, f"{first}/", f"{first}0"],
    )
    found = (StoredRecord(record_type, name, json.loads(text), head, bool(gone)) for name, text, head, gone in rows)
    return tuple(sorted(found, key=lambda each: each.record))


def store(session: Session, record: StoredRecord, is_new: bool) -> None:
    """Write a record as its last entry leaves it; the database refuses it without that entry."""
    record_type, name, fields, head, is_removed = row_of(record)
    if is_new:
        statement = "INSERT INTO ledger_records (fields, head, is_removed, record_type, record) VALUES (?, ?, ?, ?, ?)"
    else:
        statement = (
            "UPDATE ledger_records SET fields = ?, head = ?, is_removed = ? WHERE record_type = ? AND record = ?"
        )
    session.run(statement, [fields, head, is_removed, record_type, name])
