"""What a lock up to a day holds: of which records, which fields; and what a draft would change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, StoredRecord
from firstdose.conduct.naming import field_labels, record_words
from firstdose.conduct.own_records import Recorded
from firstdose.records import (
    RECORDS,
    Maybe,
    PartialDate,
    PartialDateTime,
    Subject,
    TrialData,
    beginning_of,
    columns_of,
    cut,
    occurrence_of,
)
from firstdose.records.trial_data import is_later
from firstdose.records.values import Unreadable, read_value

ABOUT_OTHERS = ("queries", "source_checks")
"""Records of the conduct that are refused where what they are about is locked."""
EVENTS = "adverse_events"
SAFETY_IS_NEW = (
    "If it became known only now, it is not recorded yet and nothing in the trial knows of it: have the lock opened "
    "now, tell the committee, and let nobody be dosed before it is recorded"
)
PLACES = "slots"
PREPARED = {
    "dosings": (
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
        if before is None:
            added = f"{name} is dated, or may be, by that day; if it is later, give its date"
            return f"{added}. {SAFETY_IS_NEW}" if draft.record_type == EVENTS else added
        if after is None:
            return f"{name} is one of them and cannot be taken out"
        changed = sorted(field for field in before.keys() | after.keys() if before.get(field) != after.get(field))
        return f"{name} is one of them and cannot be changed in {field_labels(draft.record_type, changed)}"

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
        occurrence = _dated_by(record_type, fields)
        if occurrence is not None and self._is_later(record_type, occurrence, fields):
            return None
        if record_type != "subjects" and self._is_of_later_subject(fields.get("subject", "")):
            return None
        passing = AS_IT_STANDS.get(record_type, ())
        return {
            name: text
            for name, text in fields.items()
            if name not in passing and not self._is_known_later(record_type, name, fields)
        }

    def _is_of_later_subject(self, subject: str) -> bool:
        """Whether a subject surely came into the trial after the day."""
        if not subject.strip():
            return False
        stored = self.source.record("subjects", subject)
        return stored.exists and not stored.is_removed and self._is_later("subjects", "consent", stored.fields)

    def _is_known_later(self, record_type: str, name: str, fields: Content) -> bool:
        """Whether what a field says became known surely after the day."""
        columns = columns_of(RECORDS[record_type])
        known_at = columns[name].question.known_at if name in columns else ""
        return bool(known_at) and self._is_later(record_type, known_at, fields)

    def _is_later(self, record_type: str, name: str, fields: Content) -> bool:
        """Whether the date in a field is surely after the day; never where it cannot be read."""
        try:
            value = read_value(columns_of(RECORDS[record_type])[name], fields.get(name, ""))
        except Unreadable:
            return False
        day = value.date if isinstance(value, PartialDateTime) else value
        return isinstance(day, PartialDate) and day.is_after(PartialDate.of(self.cut_off)) is Maybe.YES


def locked_part(trial_data: TrialData, cut_off: date) -> TrialData:
    """The data that a lock up to a day holds: what had occurred by then or may have, of those who were in the trial."""
    later = trial_data[Subject].filter(is_later("consent", cut_off))["subject"]
    kept = cut(trial_data, cut_off)
    frames = {
        name: frame.filter(~pl.col("subject").is_in(later.implode())) if "subject" in frame.columns else frame
        for name, frame in kept.frames.items()
    }
    return TrialData({name: _without_the_work(name, frame) for name, frame in frames.items()}, cut_off)


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
