"""The name of a record in the ledger, made of the fields that tell it from others: "P01/3"."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import Refused
from firstdose.records import columns_of, keys_of
from firstdose.records.values import Unreadable, read_value, write_value

SAFE = " -_.:()+"


def record_name(record_type: str, fields: Mapping[str, str | None]) -> str:
    """The name of a record of a kind.

    Raises Refused if a field that it needs is empty or cannot be read.
    """
    columns = columns_of(LEDGER_RECORDS[record_type])
    parts = []
    for key in keys_of(LEDGER_RECORDS[record_type]):
        text = fields.get(key) or ""
        try:
            value = read_value(columns[key], text)
        except Unreadable as problem:
            raise Refused(f"{columns[key].label}: {text!r} {problem}") from None
        if value is None:
            raise Refused(f"{columns[key].label} must not be empty: without it a record cannot be told from others")
        parts.append(quote(write_value(value).strip(), safe=SAFE))
    return "/".join(parts)


def name_of(record_type: str, *keys: object) -> str:
    """The name of a record of a kind from the values of the fields that tell it from others, in their order.

    Raises Refused if one is empty.
    """
    names = keys_of(LEDGER_RECORDS[record_type])
    return record_name(record_type, dict(zip(names, map(str, keys), strict=True)))


def key_fields(record_type: str, name: str) -> dict[str, str]:
    """The fields that a name was made of.

    Raises ValueError if the name has another number of parts.
    """
    keys = keys_of(LEDGER_RECORDS[record_type])
    return dict(zip(keys, map(unquote, name.split("/")), strict=True))
