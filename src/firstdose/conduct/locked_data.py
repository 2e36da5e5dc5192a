"""What a lock up to a day holds: of which records, which fields; and what a draft would change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD_KINDS
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, StoredRecord
from firstdose.conduct.naming import field_labels, record_words
from firstdose.conduct.own_records import Recorded
from firstdose.records import (
    RECORDS,
    Dosing,
    Maybe,
    PartialDate,
    PartialDateTime,
    TrialData,
    beginning_of,
    columns_of,
    cut,
    occurrence_of,
)
from firstdose.records.occurred import later_people, of_those_in_trial
from firstdose.records.values import Unreadable, read_value

ABOUT_OTHERS = ("queries", "source_checks")
"""Records of the conduct that are refused where what they are about is locked."""
PEOPLE, DOSINGS = "subjects", "dosings"
SAFETY_IS_NEW = (
    "If it became known only now, save it in its form on the site: what is typed there is held outside the locked "
    "data, and nobody is dosed before the lock is opened and it is recorded"
)
DOSING_IS_NEW = (
    "What becomes known of a dosing is not held: tell the committee now, and let nobody be dosed until the lock is "
    "opened and it is recorded"
)
PLACES = "slots"
PREPARED = {
    DOSINGS: (
        "subject",
        "number",
        "treatment",
        "cohort",
        "level_assigned",
        "dose_assigned",
        "dose_unit",
        "batch",
        "zone",
    )
}
"""All that stands in a dosing of which nothing took place yet."""
AS_IT_STANDS = {"batches": ("state", "released", "expires")}
"""Fields that say how a thing stands now and bear no date of their own: a batch can be called back on any day."""

Content = Mapping[str, str]


@dataclass(frozen=True)
class Locked:
    """The data that a lock up to a day holds."""

    cut_off: date
    source: Recorded

    def holds(self, record_type: str, record: str) -> bool:
        """Whether a record, as it is now, is locked."""
        return record_type in RECORDS and self.content(self.source.record(record_type, record)) is not None

    def content(self, stored: StoredRecord) -> Content | None:
        """The locked fields of a record; None if it is none of the locked data."""
        if not stored.exists or stored.is_removed:
            return None
        return self._content(stored.record_type, stored.fields)

    def words_against(self, work: Work, draft: Draft) -> str | None:
        """Why a draft cannot be written; None if it leaves what is locked as it is."""
        if draft.record_type in ABOUT_OTHERS:
            return self._words_against_asking(work, draft)
        if draft.record_type not in RECORDS:
            return None
        stored = work.record(draft.record_type, draft.record)
        before, after = self.content(stored), self._after(stored, draft)
        if before == after:
            return None
        name = record_words(draft.record_type, draft.record)
        of_dosing = f". {DOSING_IS_NEW}" if draft.record_type == DOSINGS else ""
        if before is None:
            added = f"{name} is dated, or may be, by that day; if it is later, give its date"
            return f"{added}. {SAFETY_IS_NEW}" if draft.record_type in HELD_KINDS else added + of_dosing
        if after is None:
            return f"{name} is one of them and cannot be taken out{of_dosing}"
        changed = sorted(field for field in before.keys() | after.keys() if before.get(field) != after.get(field))
        return f"{name} is one of them and cannot be changed in {field_labels(draft.record_type, changed)}{of_dosing}"

    def _words_against_asking(self, work: Work, draft: Draft) -> str | None:
        """Why a query or a check cannot be written."""
        before = work.record(draft.record_type, draft.record).fields
        for fields in (before, {**before, **_new(draft)}):
            record_type, record = fields.get("about_type") or "", fields.get("about_record") or ""
            if self.holds(record_type, record):
                return f"{record_words(record_type, record)} is one of them and can be neither asked about nor checked"
        return None

    def _after(self, stored: StoredRecord, draft: Draft) -> Content | None:
        """The locked fields of a record if the draft were written."""
        if draft.action == "remove":
            return None
        if stored.is_removed and draft.action != "restore":
            return None
        filled = {**stored.fields, **_new(draft)}
        return self._content(draft.record_type, {name: text for name, text in filled.items() if text is not None})

    def _content(self, record_type: str, fields: Content) -> Content | None:
        if _is_of_the_work(record_type, fields):
            return None
        if self._is_later_person(record_type, fields):
            return None
        occurrence = _dated_by(record_type, fields)
        if record_type != PEOPLE and occurrence is not None and self._is_later(record_type, occurrence, fields):
            return None
        passing = AS_IT_STANDS.get(record_type, ())
        return {
            name: text
            for name, text in fields.items()
            if name not in passing and not self._is_known_later(record_type, name, fields)
        }

    def _is_later_person(self, record_type: str, fields: Content) -> bool:
        """Whether a record is of somebody who surely came into the trial after the day, or is that person's own."""
        subject = fields.get("subject", "")
        if record_type == PEOPLE:
            return self._came_later(fields)
        if not subject.strip() or (record_type == DOSINGS and self._is_begun(fields)):
            return False
        stored = self.source.record(PEOPLE, subject)
        return stored.exists and not stored.is_removed and self._came_later(stored.fields)

    def _came_later(self, person: Content) -> bool:
        """Whether somebody with these fields came later, by the rule of `later_people`."""
        return self._is_later(PEOPLE, "consent", person) and not any(
            self._is_begun(each.fields)
            for each in self.source.records_under(DOSINGS, record_name(PEOPLE, person))
            if each.exists and not each.is_removed
        )

    def _is_begun(self, dosing: Content) -> bool:
        """Whether a dosing is dated, and not surely after the day."""
        dates = (self._day(DOSINGS, name, dosing) for name in (occurrence_of(Dosing), beginning_of(Dosing)) if name)
        day = next((each for each in dates if each is not None), None)
        return day is not None and day.is_after(PartialDate.of(self.cut_off)) is not Maybe.YES

    def _is_known_later(self, record_type: str, name: str, fields: Content) -> bool:
        """Whether what a field says became known surely after the day."""
        columns = columns_of(RECORDS[record_type])
        known_at = columns[name].question.known_at if name in columns else ""
        return bool(known_at) and self._is_later(record_type, known_at, fields)

    def _is_later(self, record_type: str, name: str, fields: Content) -> bool:
        """Whether the date in a field is surely after the day; never where it cannot be read."""
        day = self._day(record_type, name, fields)
        return day is not None and day.is_after(PartialDate.of(self.cut_off)) is Maybe.YES

    def _day(self, record_type: str, name: str, fields: Content) -> PartialDate | None:
        """The date in a field; None where there is none, or it cannot be read."""
        try:
            value = read_value(columns_of(RECORDS[record_type])[name], fields.get(name, ""))
        except Unreadable:
            return None
        day = value.date if isinstance(value, PartialDateTime) else value
        return day if isinstance(day, PartialDate) else None


def locked_part(trial_data: TrialData, cut_off: date) -> TrialData:
    """The data that a lock up to a day holds: what had occurred by then or may have, of those who were in the trial."""
    known = of_those_in_trial(cut(trial_data, cut_off), later_people(trial_data, cut_off))
    return TrialData({name: _without_the_work(name, frame) for name, frame in known.frames.items()}, cut_off)


def _dated_by(record_type: str, fields: Content) -> str | None:
    """The field that says when a thing occurred; that of what leads to it where nothing stands in the other."""
    occurrence, beginning = occurrence_of(RECORDS[record_type]), beginning_of(RECORDS[record_type])
    return beginning if beginning and occurrence and not fields.get(occurrence, "").strip() else occurrence


def _is_of_the_work(record_type: str, fields: Content) -> bool:
    """Whether a record tells how far the work has come and nothing that occurred: a place, a dosing that is prepared.

    A lock does not stop the trial: places are taken and given back, and people dosed, whatever is locked.
    """
    filled = {name for name, text in fields.items() if text.strip()}
    return record_type == PLACES or (record_type in PREPARED and filled <= {*PREPARED[record_type]})


def _without_the_work(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Records of a kind without what a lock does not hold of them."""
    if name == PLACES:
        return frame.clear()
    if name in PREPARED:
        told = [column for column in frame.columns if column not in PREPARED[name]]
        frame = frame.filter(pl.any_horizontal(pl.col(told).is_not_null()))
    return frame.with_columns(pl.lit(None, frame.schema[field]).alias(field) for field in AS_IT_STANDS.get(name, ()))


def _new(draft: Draft) -> dict[str, str | None]:
    """What a draft writes into each field."""
    return {change.field: change.new for change in draft.changes}
