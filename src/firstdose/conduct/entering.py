"""What people enter, one record at a time: checked as it is typed, and kept as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, FieldChange, Refused, StoredRecord
from firstdose.records import columns_of, keys_of
from firstdose.records.conforming import read_texts
from firstdose.records.frames import schema_of
from firstdose.records.record_checks import RECORD_RULES

Weight = Literal["unreadable", "missing", "doubtful"]


@dataclass(frozen=True)
class Finding:
    """Something odd in one field: kept as typed all the same."""

    field: str
    text: str
    rule: str
    fix: str
    weight: Weight


def check_fields(record_type: str, fields: Mapping[str, str]) -> tuple[Finding, ...]:
    """What is odd in a record as typed: what cannot be read, what is missing, and rules that it breaks."""
    kind = LEDGER_RECORDS[record_type]
    found: list[Finding] = []
    values: dict[str, object] = {}
    for column in columns_of(kind).values():
        text = fields.get(column.name, "")
        readings = read_texts(column, [text], {})
        values[column.name] = readings.values.get(text)
        found += [Finding(column.name, *listed, "unreadable") for listed in readings.unreadable]
        found += [Finding(column.name, *listed, "doubtful") for listed in readings.doubtful]
        if column.is_required and not text.strip():
            words = f"must be filled in ({column.question.words})"
            found.append(Finding(column.name, "", words, "fill it in; without it the record cannot be used", "missing"))
    return (*found, *_broken_rules(record_type, fields, values))


def _broken_rules(record_type: str, fields: Mapping[str, str], values: Mapping[str, object]) -> tuple[Finding, ...]:
    """The rules between the fields of a record that it surely breaks."""
    rules = RECORD_RULES.get(LEDGER_RECORDS[record_type], ())
    if not rules:
        return ()
    kind: Any = LEDGER_RECORDS[record_type]
    row = pl.DataFrame([values], schema=schema_of(kind))
    broken = row.select(rule.is_broken.fill_null(False).alias(str(n)) for n, rule in enumerate(rules)).row(0)
    return tuple(
        Finding(rule.field, fields.get(rule.field, ""), rule.rule, rule.fix, "doubtful")
        for rule, is_broken in zip(rules, broken, strict=True)
        if is_broken
    )


def draft_of(
    record_type: str,
    wanted: Mapping[str, str | None],
    seen: Mapping[str, str],
    *,
    stored: StoredRecord | None = None,
    reason: str = "",
    form_version: str = "",
    protocol_version: str = "",
) -> Draft | None:
    """What a form wants to write: only the fields that differ from what its author saw; None if nothing does.

    ``seen`` holds what stood in the form when it was opened. ``stored`` is the record that is changed, None for a new
    one. Texts are kept as typed; one with nothing but spaces empties its field.
    Raises Refused for a field that the kind of record does not have, and for a change of what names the record.
    """
    if record_type not in LEDGER_RECORDS:
        raise Refused(f"there is no kind of record called {record_type}")
    columns = columns_of(LEDGER_RECORDS[record_type])
    unknown = sorted(wanted.keys() - columns.keys())
    if unknown:
        raise Refused(f"{record_type} has no field {', '.join(unknown)}")
    new = {name: text if text and text.strip() else None for name, text in wanted.items()}
    changes = tuple(FieldChange(name, seen.get(name), text) for name, text in new.items() if text != seen.get(name))
    if not changes:
        return None
    if stored is not None:
        keys = [change.field for change in changes if change.field in keys_of(LEDGER_RECORDS[record_type])]
        if keys:
            raise Refused(
                f"{', '.join(keys)} cannot be changed: a record is known by it. Remove the record, saying why, and "
                "enter it again"
            )
    return Draft(
        "create" if stored is None else "change",
        record_type,
        record_name(record_type, new) if stored is None else stored.record,
        changes,
        reason=reason,
        form_version=form_version,
        protocol_version=protocol_version,
    )
