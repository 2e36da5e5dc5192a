"""The records of one participant, read from the ledger without the rest of the trial."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Ledger, StoredRecord
from firstdose.records import FORM_TITLES, RECORDS, columns_of, keys_of
from firstdose.web.numbers import whole_number
from firstdose.web.value_words import in_order

FORMS = FORM_TITLES
ORDER, PLAIN_NUMBER = "order", re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
"""The field in which some records say their place among the others."""


def records_of(ledger: Ledger, subject: str, record_types: Iterable[str] = FORMS) -> dict[str, list[StoredRecord]]:
    """The records of a participant, by kind, in the order of their numbers; removed ones too."""
    return {name: sorted(records_of_kind(ledger, subject, name), key=place_of) for name in record_types}


def place_of(stored: StoredRecord) -> tuple[object, ...]:
    """Where a record stands among others of its kind: 2 before 10, and visits as they follow each other."""
    order = stored.fields.get(ORDER, "")
    number = float(order) if PLAIN_NUMBER.fullmatch(order) else math.inf
    return (number, in_order(stored.record))


def records_of_kind(ledger: Ledger, subject: str, record_type: str) -> Iterable[StoredRecord]:
    """The records of a kind, in no order; some, such as samples, are not named after the participant."""
    if keys_of(RECORDS[record_type])[0] == "subject":
        return ledger.records_under(record_type, name_of("subjects", subject))
    return (each for each in ledger.records(record_type) if each.fields.get("subject", "").strip() == subject)


def title_of(record_type: str) -> str:
    """A kind of record in words."""
    return FORMS[record_type]


def is_repeating(record_type: str) -> bool:
    """Whether a participant may have several of a kind."""
    return keys_of(RECORDS[record_type]) != ("subject",)


def next_number(record_type: str, records: Iterable[StoredRecord]) -> str:
    """The number of the next record of a kind that is numbered within a participant; empty where it is not."""
    keys = keys_of(RECORDS[record_type])
    if keys[-1] not in columns_of(RECORDS[record_type]) or columns_of(RECORDS[record_type])[keys[-1]].kind is not int:
        return ""
    taken = [whole_number(each.fields.get(keys[-1])) or 0 for each in records]
    return str(max(taken, default=0) + 1)
