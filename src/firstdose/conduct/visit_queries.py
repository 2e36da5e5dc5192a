"""Queries about visits at which something was entered, while of the visit itself there is no record."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.own_records import Recorded
from firstdose.conduct.queries import Asked
from firstdose.records import RECORDS, columns_of, keys_of

VISITS = "visits"
AT_VISITS = tuple(name for name, kind in RECORDS.items() if name != VISITS and "visit" in columns_of(kind))
"""The kinds of records that say at which visit something was entered."""
NOT_ENTERED = (
    "of this visit itself nothing is entered; enter that it took place, with its date, or correct the visit in every "
    "record that names it"
)
PARTS = re.compile(r"([0-9]+)")


def asked_of_visits(
    stored: Iterable[StoredRecord], rule: str, asked_about: Collection[tuple[str, str]] = ()
) -> Iterator[Asked]:
    """What is to be asked: one query a person and visit, about one of the records that name the visit.

    It is the one that is ``asked_about`` already, by kind and name, or else the first.
    """
    entered: set[tuple[str, str]] = set()
    naming: dict[tuple[str, str], list[StoredRecord]] = {}
    for each in stored:
        place = _place(each)
        if each.record_type == VISITS and place:
            entered.add(place)
        elif each.record_type in AT_VISITS and place:
            naming.setdefault(place, []).append(each)
    for place, records in naming.items():
        if place not in entered:
            ordered = sorted(records, key=_order)
            about = next((each for each in ordered if (each.record_type, each.record) in asked_about), ordered[0])
            yield Asked(about.record_type, about.record, f'"{place[1]}": {NOT_ENTERED}', "visit", rule)


def records_with_visits(source: Recorded, subject: str) -> Iterator[StoredRecord]:
    """A person's visits, and what names one."""
    for name in (VISITS, *AT_VISITS):
        if keys_of(RECORDS[name])[0] == "subject":
            yield from source.records_under(name, name_of("subjects", subject))
        else:
            yield from (each for each in source.records(name) if each.fields.get("subject", "").strip() == subject)


def is_not_entered(source: Recorded, stored: StoredRecord) -> bool:
    """Whether a record names a visit of its person of which nothing is entered."""
    place = _place(stored)
    if stored.record_type not in AT_VISITS or place is None:
        return False
    visit = source.record(VISITS, name_of(VISITS, *place))
    return not visit.exists or visit.is_removed


def _place(stored: StoredRecord) -> tuple[str, str] | None:
    """The person and the visit that a record names; None where it does not name both, or was removed."""
    subject, visit = (stored.fields.get(name, "").strip() for name in ("subject", "visit"))
    return (subject, visit) if subject and visit and not stored.is_removed else None


def _order(stored: StoredRecord) -> tuple[int, list[tuple[int, str]]]:
    """The place of a record: by kind, and then by name, 2 before 10."""
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in PARTS.split(stored.record)]
    return AT_VISITS.index(stored.record_type), parts
