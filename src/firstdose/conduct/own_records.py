"""The records of the conduct itself (queries, signatures, locks …), read from the ledger and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol, TypeVar

from firstdose.conduct.catalogue import LEDGER_NAMES
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, Entry, FieldChange, StoredRecord
from firstdose.conduct.roles import Deed
from firstdose.records import columns_of
from firstdose.records.values import read_value, write_value

RecordType = TypeVar("RecordType")


class Recorded(Protocol):
    """Where records can be looked up: a ledger, or the work of somebody who writes."""

    def record(self, record_type: str, record: str) -> StoredRecord:
        """One record as it is now; without fields where there is none."""

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        """All records of a kind, or of all kinds; removed ones too."""

    def present(self, record_type: str) -> int:
        """How many records of a kind there are, without those that were removed."""

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        """The records of a kind whose name is, or begins with, a first part: all of one participant."""

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        """Everything ever entered about a record, in order."""


def as_object(kind: type[RecordType], stored: StoredRecord) -> RecordType:
    """A stored record of the conduct as an object; the program wrote it, so that its fields can be read.

    Raises Unreadable or TypeError for one that was written past this program.
    """
    columns = columns_of(kind)
    return kind(**{name: read_value(columns[name], text) for name, text in stored.fields.items() if name in columns})


def all_of(source: Recorded, kind: type[RecordType], **holding: str) -> tuple[RecordType, ...]:
    """All records of a kind that were not removed, those that are numbered in the order of their numbers.

    With fields and their texts, only those that hold them.
    """
    stored = [
        each
        for each in source.records(LEDGER_NAMES[kind])
        if not each.is_removed and all(each.fields.get(field) == text for field, text in holding.items())
    ]
    return tuple(as_object(kind, each) for each in sorted(stored, key=_number_and_name))


def _number_and_name(stored: StoredRecord) -> tuple[int, str]:
    """What orders records: the number of those that are numbered, the name of the others."""
    return (int(stored.record) if stored.record.isdecimal() else 0, stored.record)


def texts_of(record: Any) -> dict[str, str]:
    """The filled fields of a record as they are kept."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: write_value(value) for name, value in values.items() if value is not None}


def create(work: Work, record: Any, *, by: Deed | None = None, reason: str = "") -> Entry:
    """Write a new record of the conduct.

    Raises Refused.
    """
    name = LEDGER_NAMES[type(record)]
    texts = texts_of(record)
    changes = tuple(FieldChange(field, None, text) for field, text in texts.items())
    return work.append(Draft("create", name, record_name(name, texts), changes, reason), by)


def change(work: Work, stored: StoredRecord, new: Mapping[str, Any], *, reason: str, by: Deed | None = None) -> Entry:
    """Change some fields of a record of the conduct, given as values.

    Raises Refused, and Conflict if somebody else changed the same fields meanwhile.
    """
    texts = {field: None if value is None else write_value(value) for field, value in new.items()}
    changes = tuple(
        FieldChange(field, stored.fields.get(field), text)
        for field, text in texts.items()
        if text != stored.fields.get(field)
    )
    return work.append(Draft("change", stored.record_type, stored.record, changes, reason), by)
