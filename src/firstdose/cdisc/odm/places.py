"""Where a record of the ledger stands in ODM: participant, event, form, item group; or the reference data.

What is nobody's (batches, cohorts, slots, decisions, queries, locks …) is reference data: ODM has no other place for
item groups without a participant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import quote

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.identity import SAFE, key_fields
from firstdose.conduct.ledger import Entry
from firstdose.records import Column, columns_of, keys_of

COMMON_EVENT = "SE.common"
REMEMBERED = 4096  # names, which are the same in every entry
PLACES_OF_THE_TRIAL = ("slots", "waiting_places")
"""Places that people may have one after the other: they belong to the trial, whoever is in them now."""


@dataclass(frozen=True, slots=True)
class Place:
    """The keys of an item group: its OID and repeat key, and those around it where it is a participant's."""

    group: str
    key: str | None
    subject: str | None = None
    event: str | None = None
    form: str | None = None


@lru_cache(maxsize=REMEMBERED)
def in_oid(name: str) -> str:
    """A name as a part of an OID, which no other name gives; those of the records stay as they are."""
    return quote(name, safe="").replace(".", "%2E")


def event_oid(visit: str) -> str:
    """The OID of a visit."""
    return f"SE.visit.{visit}"


def form_oid(record_type: str) -> str:
    """The OID of the form in which a kind of record is entered."""
    return f"F.{in_oid(record_type)}"


def group_oid(record_type: str) -> str:
    """The OID of the item group of a kind of record where it is a participant's."""
    return f"IG.{in_oid(record_type)}"


def reference_oid(record_type: str) -> str:
    """The OID of the item group of a kind of record where it is nobody's."""
    return f"RG.{in_oid(record_type)}"


def happening_oid(record_type: str) -> str:
    """The OID of the item group of what changes no record, such as sign-ins."""
    return f"EG.{in_oid(record_type)}"


@lru_cache(maxsize=REMEMBERED)
def item_oid(record_type: str, field: str) -> str:
    """The OID of a field."""
    return f"I.{in_oid(record_type)}.{in_oid(field)}"


@cache
def known_columns(record_type: str) -> dict[str, Column]:
    """The fields of a kind of record; none for one that this program does not know."""
    return columns_of(LEDGER_RECORDS[record_type]) if record_type in LEDGER_RECORDS else {}


@cache
def is_of_people(record_type: str) -> bool:
    """Whether the records of a kind are a participant's."""
    return "subject" in known_columns(record_type) and record_type not in PLACES_OF_THE_TRIAL


@cache
def is_repeating(record_type: str) -> bool:
    """Whether a participant may have several records of a kind."""
    return keys_of(LEDGER_RECORDS[record_type]) != ("subject",)


@cache
def moving_fields(record_type: str) -> frozenset[str]:
    """The fields whose change moves a record to another participant or visit."""
    if not is_of_people(record_type):
        return frozenset()
    return frozenset(("subject", "visit")) & known_columns(record_type).keys() - set(
        keys_of(LEDGER_RECORDS[record_type])
    )


def place_of(record_type: str, record: str, fields: Mapping[str, str | None]) -> Place:
    """Where a record stands, by its name and, where its name does not tell, by what is in it."""
    subject = _subject_of(record_type, record, fields) if is_of_people(record_type) else ""
    if not subject:
        return Place(reference_oid(record_type), record)
    visit = visit_of(record_type, record, fields)
    is_named_after = keys_of(LEDGER_RECORDS[record_type])[0] == "subject"
    key = record.partition("/")[2] if is_named_after else record
    return Place(
        group_oid(record_type),
        key if is_repeating(record_type) else None,
        subject,
        event_oid(visit) if visit else COMMON_EVENT,
        form_oid(record_type),
    )


def visit_of(record_type: str, record: str, fields: Mapping[str, str | None]) -> str:
    """The visit of a record; empty for none."""
    if "visit" not in known_columns(record_type):
        return ""
    named = _named(record_type, record).get("visit")
    return (named if named is not None else fields.get("visit") or "").strip()


def place_of_event(entry: Entry) -> Place:
    """Where something stands that changes no record: its key is its number in the ledger, and what it is about."""
    return Place(happening_oid(entry.record_type), f"{entry.sequence}/{entry.record}")


def _subject_of(record_type: str, record: str, fields: Mapping[str, str | None]) -> str:
    """The participant whose record it is; empty where none is known."""
    if keys_of(LEDGER_RECORDS[record_type])[0] == "subject":
        return _named(record_type, record).get("subject", "")
    return (fields.get("subject") or "").strip()


def _named(record_type: str, record: str) -> dict[str, str]:
    """What the name of a record says; nothing if it is not a name as this program gives them."""
    try:
        named = key_fields(record_type, record)
    except ValueError:
        return {}
    is_as_given = "/".join(quote(each, safe=SAFE) for each in named.values()) == record
    return named if is_as_given and all(named.values()) else {}
