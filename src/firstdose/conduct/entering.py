"""What people enter, one record at a time: checked as it is typed, and kept as it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, FieldChange, Refused, StoredRecord
from firstdose.conduct.naming import field_labels, kind_words, rule_words
from firstdose.conduct.serious_rules import EVENTS, SERIOUS_RULES
from firstdose.records import columns_of, keys_of
from firstdose.records.conforming import read_texts
from firstdose.records.frames import schema_of
from firstdose.records.record_checks import RECORD_RULES, Earlier, RecordRule

Weight = Literal["unreadable", "missing", "doubtful"]


@dataclass(frozen=True)
class Finding:
    """Something odd in one field: kept as typed all the same."""

    field: str
    text: str
    rule: str
    fix: str
    weight: Weight
    said: str = ""
    """The rule for people, where it names codes."""

    @property
    def words(self) -> str:
        """The rule in words."""
        return self.said or self.rule


def check_fields(record_type: str, fields: Mapping[str, str]) -> tuple[Finding, ...]:
    """What is odd in a record as typed: what cannot be read, what is missing, and rules that it breaks."""
    return check_records(record_type, [fields])[0]


def check_records(record_type: str, records: Sequence[Mapping[str, str]]) -> list[tuple[Finding, ...]]:
    """The same for each of several records of a kind, which takes hardly longer than for one."""
    found: list[list[Finding]] = [[] for _ in records]
    values: dict[str, list[object]] = {}
    for column in columns_of(LEDGER_RECORDS[record_type]).values():
        texts = [fields.get(column.name, "") for fields in records]
        readings = read_texts(column, dict.fromkeys(texts), {})
        values[column.name] = [readings.values.get(text) for text in texts]
        odd: dict[str, list[Finding]] = {}
        for listed in readings.unreadable:
            said = rule_words(record_type, column.name, listed[1])
            odd.setdefault(listed[0], []).append(Finding(column.name, *listed, "unreadable", said))
        for listed in readings.doubtful:
            odd.setdefault(listed[0], []).append(Finding(column.name, *listed, "doubtful"))
        words = f"must be filled in ({column.question.words})"
        missing = Finding(column.name, "", words, "fill it in; without it the record cannot be used", "missing")
        for text, findings in zip(texts, found, strict=True):
            findings += odd.get(text, [])
            if column.is_required and not text.strip():
                findings.append(missing)
    broken = _broken_rules(record_type, records, values)
    return [(*findings, *rules) for findings, rules in zip(found, broken, strict=True)]


def _broken_rules(
    record_type: str, records: Sequence[Mapping[str, str]], values: Mapping[str, list[object]]
) -> list[list[Finding]]:
    """The rules between the fields of each record that it surely breaks."""
    rules = (*RECORD_RULES.get(LEDGER_RECORDS[record_type], ()), *(SERIOUS_RULES if record_type == EVENTS else ()))
    if not rules or not records:
        return [[] for _ in records]
    one_by_one = {rule: _broken_one_by_one(rule.earlier, values) for rule in rules if rule.earlier is not None}
    broken = one_by_one | _broken_in_columns(record_type, [rule for rule in rules if rule.earlier is None], values)
    return [
        [
            Finding(rule.field, fields.get(rule.field, ""), rule.rule, rule.fix, "doubtful")
            for rule in rules
            if broken[rule][place]
        ]
        for place, fields in enumerate(records)
    ]


def _broken_one_by_one(earlier: Earlier, values: Mapping[str, list[object]]) -> list[bool]:
    """In which of some records a date comes before another; they are few, for which frames are slow at dates."""
    pairs = zip(values[earlier.date], values[earlier.other], strict=True)
    return [earlier.is_so(date, other) for date, other in pairs]


def _broken_in_columns(
    record_type: str, rules: Sequence[RecordRule], values: Mapping[str, list[object]]
) -> dict[RecordRule, list[bool]]:
    """Which of some records surely break each of some rules."""
    if not rules:
        return {}
    kind: Any = LEDGER_RECORDS[record_type]
    schema = {name: schema_of(kind)[name] for rule in rules for name in rule.is_broken.meta.root_names()}
    rows = pl.DataFrame({name: values[name] for name in schema}, schema=schema)
    broken = rows.select(rule.is_broken.fill_null(False).alias(str(n)) for n, rule in enumerate(rules))
    return dict(zip(rules, (column.to_list() for column in broken), strict=True))


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
        raise Refused(f"{kind_words(record_type)} has no field {', '.join(unknown)}")
    new = {name: text if text and text.strip() else None for name, text in wanted.items()}
    changes = tuple(FieldChange(name, seen.get(name), text) for name, text in new.items() if text != seen.get(name))
    if not changes:
        return None
    if stored is not None:
        keys = [change.field for change in changes if change.field in keys_of(LEDGER_RECORDS[record_type])]
        if keys:
            raise Refused(
                f"{field_labels(record_type, keys)} cannot be changed: a record is known by it. Remove the record, "
                "saying why, and enter it again"
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
