"""What the record says of the values that criteria ask for by name: age, sex, EDSS, and what histories hold.

A value that is known in part, such as the age of somebody of whose birth only the year is known, is every value that
it may be. One that is not recorded is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from firstdose.conduct.criterion_names import AGE, EDSS, EDSS_CHANGE, HISTORY, LABELS, SUBJECTS
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.own_records import Recorded
from firstdose.protocol.expression import Value
from firstdose.records import RECORDS, PartialDate, PartialDateTime, columns_of
from firstdose.records.values import Unreadable, read_value

MISSING = {
    AGE: "the age on the day of consent",
    EDSS: "the EDSS since consent",
    EDSS_CHANGE: "the EDSS since consent or that of two years before",
}
BEFORE = "edss_2_years_before"
"""The field of the history of the disease that the change of the EDSS is counted from."""
LONGEST_LIFE = 150
"""More years than anybody lives: a date of birth that leaves as many open says nothing."""


@dataclass(frozen=True)
class Known:
    """Every value that one may have by the record; none where it is not recorded."""

    name: str
    possible: tuple[Value, ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return LABELS.get(self.name, self.name.replace("_", " "))

    @property
    def words(self) -> str:
        """The value, or what is missing, in words."""
        if not self.possible:
            return MISSING.get(self.name, self.label)
        return f"{self.label} {' or '.join(_said(each) for each in self.possible)}"


def values_of(source: Recorded, subject: str, names: Iterable[str]) -> dict[str, Known]:
    """The values of a person by the names that expressions use.

    ``age_years`` are the completed years on the day of consent, from the date of birth, or the age as recorded where
    there is none. ``edss`` is the first step assessed since consent, ``edss_change_over_2_years`` what it lies above
    the one of two years before. Other names are fields of the person or of the history of the disease.
    """
    person = source.record(SUBJECTS, name_of(SUBJECTS, subject))
    history = source.record(HISTORY, name_of(HISTORY, subject))
    found: dict[str, Known] = {}
    for name in names:
        if name == AGE:
            possible = _ages(person)
        elif name in (EDSS, EDSS_CHANGE):
            possible = _steps(source, subject, person)
            before = value_in(history, BEFORE)
            if name == EDSS_CHANGE:
                possible = () if before is None else tuple(step - before for step in possible)
        else:
            possible = _field(name, person, history)
        found[name] = Known(name, possible)
    return found


def completed_years(birth: date, day: date) -> int:
    """The years that somebody has completed on a day; who is born on 29 February has the birthday on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _ages(person: StoredRecord) -> tuple[Value, ...]:
    """Every age that somebody may have had on the day of consent."""
    birth, consent = value_in(person, "birth"), _day(value_in(person, "consent"))
    if isinstance(birth, PartialDate) and birth.earliest and birth.latest:
        if consent is None or consent.earliest is None or consent.latest is None:
            return ()
        youngest = completed_years(birth.latest, consent.earliest)
        oldest = completed_years(birth.earliest, consent.latest)
        return tuple(range(youngest, oldest + 1)) if oldest - youngest < LONGEST_LIFE else ()
    age = value_in(person, AGE)
    return () if age is None else (age,)


def _steps(source: Recorded, subject: str, person: StoredRecord) -> tuple[Value, ...]:
    """The EDSS steps of the first day on which one was assessed since consent; several where raters differ."""
    consent = _day(value_in(person, "consent"))
    found: dict[date, set[float]] = {}
    for each in source.records_under("assessments", name_of("subjects", subject)):
        if each.is_removed or (each.fields.get("measure"), each.fields.get("item")) != ("edss", "step"):
            continue
        day, step = _day(value_in(each, "assessed")), value_in(each, "answer")
        if step is None or day is None or consent is None or day.earliest is None:
            continue
        if day.is_complete and consent.earliest is not None and day.earliest >= consent.earliest:
            found.setdefault(day.earliest, set()).add(float(step))
    return tuple(sorted(found[min(found)])) if found else ()


def _field(name: str, *records: StoredRecord) -> tuple[Value, ...]:
    """A field of the first record that has one of that name; codes are words, as expressions write them."""
    for each in records:
        if name in columns_of(RECORDS[each.record_type]):
            value = value_in(each, name)
            if isinstance(value, str):
                value = value.replace("_", " ")
            if isinstance(value, bool | str | int | float) and value != "unknown":
                return (value,)
    return ()


def value_in(stored: StoredRecord, name: str) -> Any:
    """What stands in a field; None where nothing does, or where it cannot be read."""
    text = stored.fields.get(name)
    if text is None or stored.is_removed:
        return None
    try:
        return read_value(columns_of(RECORDS[stored.record_type])[name], text)
    except Unreadable:
        return None


def _day(value: Any) -> PartialDate | None:
    """The day of a date or a moment."""
    found = value.date if isinstance(value, PartialDateTime) else value
    return found if isinstance(found, PartialDate) else None


def _said(value: Value) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"


def words_of(known: Mapping[str, Known]) -> str:
    """The values that are known, in words."""
    return ", ".join(each.words for _, each in sorted(known.items()) if each.possible)


def not_recorded_words(known: Mapping[str, Known]) -> str:
    """Which values are not recorded, as a sentence; empty where all are."""
    found = [each.words for _, each in sorted(known.items()) if not each.possible]
    told = [each for each in found if not any(_names_more(other, each) for other in found)]
    return f"{' and '.join(told)} {'is' if len(told) == 1 else 'are'} not recorded" if told else ""


def _names_more(other: str, words: str) -> bool:
    """Whether other words say the same and more: "the EDSS since consent or that of two years before"."""
    return other != words and other.startswith(f"{words} ")
