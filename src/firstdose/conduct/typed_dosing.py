"""A dosing as somebody typed it, or another record: what of it can be read, and what cannot."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.naming import field_label
from firstdose.conduct.own_records import as_object
from firstdose.records import RECORDS, AdverseEvent, Dosing, columns_of
from firstdose.records.values import Unreadable, read_value


def as_dosing(fields: Mapping[str, str | None]) -> Dosing | None:
    """A dosing as far as it can be read; what cannot is empty."""
    known = readable("dosings", fields)
    if not {"subject", "number"} <= known.keys():
        return None
    return as_object(Dosing, StoredRecord("dosings", "", known))


def as_event(record: str, fields: Mapping[str, str | None]) -> AdverseEvent | None:
    """An adverse event as far as it can be read, by its name in the ledger; one without a term is an event too."""
    try:
        keys = key_fields("adverse_events", record)
    except ValueError:  # a name past this program
        return None
    known = {"term": "event"} | readable("adverse_events", fields) | readable("adverse_events", keys)
    if not {"subject", "number"} <= known.keys():
        return None
    return as_object(AdverseEvent, StoredRecord("adverse_events", record, known))


def readable(record_type: str, fields: Mapping[str, str | None]) -> dict[str, str]:
    """What of a record was typed and can be read."""
    return {name: text for name, text in fields.items() if text and _is_readable(record_type, name, text)}


def unread(fields: Mapping[str, str | None]) -> list[str]:
    """The fields that were typed and cannot be read."""
    return [
        f"{field_label('dosings', name)} cannot be read: {text!r}"
        for name, text in fields.items()
        if text and not _is_readable("dosings", name, text)
    ]


def _is_readable(record_type: str, name: str, text: str) -> bool:
    column = columns_of(RECORDS[record_type]).get(name)
    if column is None:
        return True  # refused by name where it is written
    try:
        read_value(column, text)
    except Unreadable:
        return False
    return True
