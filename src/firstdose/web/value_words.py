"""What stands in a record as people say it: the words of a code, "yes" for y, the name of a measure or a visit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC

from firstdose.conduct import naming
from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.naming import field_words
from firstdose.dosing.known import span_of
from firstdose.dosing.recorded import is_no_place
from firstdose.protocol import Protocol
from firstdose.records import columns_of
from firstdose.records.date_words import instant_words
from firstdose.records.date_words import moment_words as recorded_moment_words
from firstdose.records.partial_date_text import read_partial_date_time
from firstdose.web.site_zone import site_zone

__all__ = ["field_words", "in_order", "moment_words", "value_words", "visit_names"]

DIGITS = re.compile("([0-9]+)")
PART_OF_A_SECOND = re.compile(r"(?<=:[0-9]{2})\.[0-9]+")
ANSWER, A_DAY = "answer_text", re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The answers to items of clinical measures, some of which ask for a day, such as that of a scan."""


def value_words(record_type: str, field: str, text: str, offered: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The words of what stands in a field; a date that cannot be read and what is no answer stand as they were typed.

    ``offered`` are the answers that the protocol names, such as its visits, with their words, by field.
    """
    words = (offered or {}).get(field, {}).get(text)
    if words:
        return words
    columns = columns_of(LEDGER_RECORDS[record_type]) if record_type in LEDGER_RECORDS else {}
    if (field in columns and columns[field].is_date) or (field == ANSWER and A_DAY.fullmatch(text)):
        return moment_words(text)
    return naming.value_words(record_type, field, text)


def visit_names(protocol: Protocol) -> dict[str, str]:
    """The names of the visits of a protocol, by their identifiers."""
    return {visit.id: visit.name for visit in protocol.schedule.every_visit} if protocol.schedule else {}


def moment_words(text: str) -> str:
    """A date or time that was recorded as people read it: 14 March 2026, 10:30; what is none stands as it was typed.

    What was noted in UTC, as by the program, is told on the clocks of the site, with the name of its zone.
    """
    try:
        found = read_partial_date_time(PART_OF_A_SECOND.sub("", text))
    except ValueError:
        found = None
    if found is None:
        return text
    moment, zone = span_of(found, UTC).first, site_zone()
    if found.minute is None or found.offset_minutes != 0 or moment is None or zone is None or is_no_place(zone):
        return recorded_moment_words(found)
    return instant_words(moment, zone)


def in_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts texts as people do, 2 before 10, whatever stands around the numbers."""
    return tuple(
        (0, int(part[:15]), part) if part.isascii() and part.isdigit() else (1, 0, part)
        for part in DIGITS.split(text)
        if part
    )
