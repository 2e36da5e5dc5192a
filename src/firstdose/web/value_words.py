"""What stands in a record as people say it: the words of a code, "yes" for y, the name of a measure or a visit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.roles import ROLES
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.records import columns_of
from firstdose.records.values import NO_WORD, YES_WORD

WORDS = {
    ("dlt_adjudications", "verdict"): {"dlt": "DLT", "not_dlt": "not a DLT"},
    ("role_grants", "role"): {name: role.title for name, role in ROLES.items()},
}
"""Words for codes whose own are too short."""
YES_OR_NO = {YES_WORD: "yes", NO_WORD: "no"}
DIGITS = re.compile("([0-9]+)")


def value_words(record_type: str, field: str, text: str, visits: Mapping[str, str] | None = None) -> str:
    """The words of what was typed in a field; what is no answer that the field offers stands as it was typed.

    ``visits`` are the names of the visits of the protocol, by their identifiers.
    """
    columns = columns_of(LEDGER_RECORDS[record_type]) if record_type in LEDGER_RECORDS else {}
    column = columns.get(field)
    if column is None:
        return text
    own = WORDS.get((record_type, field), {})
    if text in own:
        return own[text]
    if column.codes:
        return column.codes.get(text, text)
    if column.kind is bool:
        return YES_OR_NO.get(text, text)
    if field == "measure" and text in MEASURES:
        return MEASURES[text].title
    return visits.get(text, text) if visits and field == "visit" else text


def field_words(record_type: str, field: str) -> str:
    """What a field asks; its name where there is no such field."""
    columns = columns_of(LEDGER_RECORDS[record_type]) if record_type in LEDGER_RECORDS else {}
    return columns[field].question.words if field in columns else field.replace("_", " ")


def visit_names(protocol: Protocol) -> dict[str, str]:
    """The names of the visits of a protocol, by their identifiers."""
    return {visit.id: visit.name for visit in protocol.schedule.every_visit} if protocol.schedule else {}


def in_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts texts as people do, 2 before 10, whatever stands around the numbers."""
    return tuple(
        (0, int(part[:15]), part) if part.isascii() and part.isdigit() else (1, 0, part)
        for part in DIGITS.split(text)
        if part
    )
