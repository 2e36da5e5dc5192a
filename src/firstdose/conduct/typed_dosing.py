"""A dosing as somebody typed it: what of it can be read, and what cannot."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.naming import field_label
from firstdose.conduct.own_records import as_object
from firstdose.records import Dosing, columns_of
from firstdose.records.values import Unreadable, read_value


def as_dosing(fields: Mapping[str, str | None]) -> Dosing | None:
    """A dosing as far as it can be read; what cannot is empty."""
    readable = {name: text for name, text in fields.items() if text and _is_readable(name, text)}
    if not {"subject", "number"} <= readable.keys():
        return None
    return as_object(Dosing, StoredRecord("dosings", "", readable))


def unread(fields: Mapping[str, str | None]) -> list[str]:
    """The fields that were typed and cannot be read."""
    return [
        f"{field_label('dosings', name)} cannot be read: {text!r}"
        for name, text in fields.items()
        if text and not _is_readable(name, text)
    ]


def _is_readable(name: str, text: str) -> bool:
    column = columns_of(Dosing).get(name)
    if column is None:
        return True  # refused by name where it is written
    try:
        read_value(column, text)
    except Unreadable:
        return False
    return True
