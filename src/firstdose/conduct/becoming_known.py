"""When each record of a trial became known, and what a field of it said before: for telling a trial as it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from firstdose.records import (
    AdverseEvent,
    Batch,
    Dosing,
    GradeChange,
    PartialDate,
    PartialDateTime,
    Slot,
    TrialData,
    Visit,
    beginning_of,
    columns_of,
    occurrence_of,
)
from firstdose.records.references import references_of
from firstdose.records.values import read_value, write_value

Row = Mapping[str, Any]
Steps = list[tuple[date, str]]
"""What a field said from which day on, in order."""
A_DAY = timedelta(days=1)


def last_day(record_type: type, field: str | None, row: Row) -> date:
    """The last day that the date in a field may mean; the earliest of all where there is none."""
    if not field or row.get(field) is None:
        return date.min
    value = read_value(columns_of(record_type)[field], write_value(row[field]))
    if isinstance(value, PartialDateTime):
        value = value.date
    return (value.latest if isinstance(value, PartialDate) else None) or date.min


class BecomingKnown:
    """The records of a trial on the days on which they became known.

    A record counts as known on the last day that its date may mean, and not before what it refers to: nothing is known
    of somebody who has not come yet. What bears no date is known as soon as that; a visit that was missed, once its
    planned day is over.
    """

    def __init__(self, trial_data: TrialData) -> None:
        self._data = trial_data
        self._named: dict[tuple[type, tuple[str, ...]], dict[tuple[Any, ...], Row]] = {}

    def day(self, record_type: type, row: Row) -> date:
        """The day on which a record became known; the earliest of all where nothing says when."""
        return max(
            [self._own_day(record_type, row), *(self.day(*each) for each in self._referred_to(record_type, row))]
        )

    def steps(self, record_type: type, row: Row) -> dict[str, Steps]:
        """The fields that said something else before: from which day on each said what.

        The highest grade of an event rises with the changes of its grade, a place is assigned before its holder is
        dosed, and a batch waits for its release.
        """
        if record_type is AdverseEvent:
            return self._grades(row)
        if record_type is Slot and row["state"] == "dosed" and row["subject"] in self._dosed_on:
            return _two_steps("state", "assigned", "dosed", self.day(Slot, row), self._dosed_on[row["subject"]])
        released = last_day(Batch, "released", row) if record_type is Batch else date.min
        if row.get("state") and released > date.min:
            return _two_steps("state", "quarantine", row["state"], self.day(Batch, row), released)
        return {}

    def _own_day(self, record_type: type, row: Row) -> date:
        """The day that a record's own dates say."""
        if record_type is Visit and row["state"] == "missed" and row["start"] is None:
            dosed = self._dosed_on.get(row["subject"])
            return date.min if dosed is None else dosed + timedelta(days=row["planned_day"] or 0) + A_DAY
        occurred = last_day(record_type, occurrence_of(record_type), row)
        return occurred if occurred > date.min else last_day(record_type, beginning_of(record_type), row)

    def _referred_to(self, record_type: type, row: Row) -> Iterator[tuple[type, Row]]:
        """The records that one refers to, as far as they are there."""
        for reference in references_of(record_type):
            found = self._by(reference.other_type, reference.keys).get(tuple(row[name] for name in reference.fields))
            if found is not None:
                yield reference.other_type, found

    def _by(self, record_type: type, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
        """The records of a kind by the fields that tell them apart."""
        if (record_type, keys) not in self._named:
            rows = self._data[record_type].iter_rows(named=True)
            self._named[record_type, keys] = {tuple(row[key] for key in keys): row for row in rows}
        return self._named[record_type, keys]

    @cached_property
    def _dosed_on(self) -> dict[str, date]:
        """The first day of dosing of each who was dosed."""
        found: dict[str, date] = {}
        for row in self._data[Dosing].iter_rows(named=True):
            day = self._own_day(Dosing, row)
            if day > date.min:
                found[row["subject"]] = min(day, found.get(row["subject"], date.max))
        return found

    @cached_property
    def _changes(self) -> dict[tuple[str, int], list[Row]]:
        """The changes of grade of each event."""
        found: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in self._data[GradeChange].iter_rows(named=True):
            found[row["subject"], row["event"]].append(row)
        return found

    def _grades(self, event: Row) -> dict[str, Steps]:
        """The grades of an event, each the highest so far; none where the changes do not lead to the recorded one."""
        changes = self._changes.get((event["subject"], event["number"]), [])
        known = sorted((self.day(GradeChange, each), each["grade"]) for each in changes if each["grade"])
        if not known or max(grade for _, grade in known) != event["grade"]:
            return {}
        first, highest, steps = self.day(AdverseEvent, event), 0, dict[date, str]()
        for day, grade in known:
            highest = max(highest, grade)
            steps[max(day, first)] = write_value(highest)
        return {"grade": sorted(steps.items())}


def known_later(record_type: type, row: Row, known: date) -> Iterator[tuple[str, date]]:
    """The fields that become known after the record itself, each with its day."""
    for column in columns_of(record_type).values():
        when = last_day(record_type, column.question.known_at, row)
        if row.get(column.name) is not None and when > known and not (column.is_required or column.question.is_key):
            yield column.name, when


def _two_steps(field: str, before: str, after: str, known: date, changed: date) -> dict[str, Steps]:
    """A field that said one thing until a day, if it was known before that."""
    return {field: [(known, before), (changed, after)]} if changed > known else {}
