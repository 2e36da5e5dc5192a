"""The trial's data as they stood in the ledger at an instant: what the committee saw then, or what is known now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from firstdose.conduct.ledger import EMPTY, Entry, Head, Ledger, StoredRecord, replay
from firstdose.records import RECORDS, Problems, TrialData, columns_of
from firstdose.records.conforming import Layout, Origins, conform
from firstdose.records.delimited import ROW
from firstdose.records.problems import Collector
from firstdose.records.reading import gather
from firstdose.records.trial_data import without_names

OF_DOSING = (
    "subjects",
    "criterion_answers",
    "cohorts",
    "slots",
    "batches",
    "batch_tests",
    "dosings",
    "dose_decisions",
    "adverse_events",
    "grade_changes",
    "dlt_adjudications",
    "dispositions",
    "deaths",
    "deviations",
)
"""The kinds of records on which dosing rests: a small part of a trial, which can be read while somebody writes."""


@dataclass(frozen=True)
class Snapshot:
    """All that had been entered by an instant.

    ``head`` is the last entry by then; ``problems`` lists every text that could not be read (its field is empty in the
    data) and every rule that is broken, with the last entry about the record as its row. ``unusable`` are records of
    which a field that they cannot do without could not be read: they are not in the data.
    """

    trial_data: TrialData
    head: Head
    problems: Problems
    unusable: pl.DataFrame

    @property
    def content_hash(self) -> str:
        """Hash of the data: the same moment of the same ledger gives the same one wherever it is printed."""
        return self.trial_data.content_hash

    @property
    def hash_without_names(self) -> str:
        """Hash of the data without what identifies directly: that of the records in most exports of the same moment."""
        return without_names(self.trial_data).content_hash


def snapshot(ledger: Ledger, as_of: datetime, visits: Collection[str] = ()) -> Snapshot:
    """All that had been entered by an instant: the entries up to the last that bears it, or an earlier one.

    The same for ever, whatever is entered later, unless the server's clock is set back to before the instant. With
    ``visits``, those that the protocol plans, others are listed unless they are unscheduled.
    """
    return snapshot_at(ledger, ledger.sequence_at(as_of), as_of.date(), visits)


def snapshot_now(ledger: Ledger, day: date, visits: Collection[str] = ()) -> Snapshot:
    """All that is entered, whatever the clock said when it was; ``day`` is the day of the data."""
    head, records = ledger.everything()
    return snapshot_of(records, head, day, visits)


def snapshot_at(ledger: Ledger, sequence: int, day: date, visits: Collection[str] = ()) -> Snapshot:
    """All that had been entered up to an entry; ``day`` is the day of the data."""
    records, head = records_at(ledger, sequence)
    return snapshot_of(records, head, day, visits)


def records_at(ledger: Ledger, sequence: int) -> tuple[tuple[StoredRecord, ...], Head]:
    """All records as the entries up to one left them, and the head there."""
    last: list[Entry] = []

    def seen(entries: Iterable[Entry]) -> Iterable[Entry]:
        for entry in entries:
            last[:] = [entry]
            yield entry

    with ledger.entries(up_to=sequence) as entries:
        found = tuple(replay(seen(entries)).values())
    return found, Head(last[0].sequence, last[0].seal) if last else EMPTY


def snapshot_of(stored: Iterable[StoredRecord], head: Head, day: date, visits: Collection[str] = ()) -> Snapshot:
    """Stored records as trial data, with every rule checked."""
    collector = Collector()
    origins = _origins(stored, collector)
    trial_data = TrialData({name: each.frame for name, each in origins.items()}, day)
    reading = gather(trial_data, origins, collector, visits)
    return Snapshot(trial_data, head, reading.problems, reading.rejected)


def trial_data_of(stored: Iterable[StoredRecord], day: date) -> TrialData:
    """Stored records as trial data without the list of problems, which takes most of the time of a snapshot."""
    return TrialData({name: each.frame for name, each in _origins(stored, Collector()).items()}, day)


def _origins(stored: Iterable[StoredRecord], collector: Collector) -> dict[str, Origins]:
    """The trial's own records, by kind, with their values read."""
    by_type: dict[str, list[StoredRecord]] = {}
    for record in stored:
        if record.record_type in RECORDS and not record.is_removed:
            by_type.setdefault(record.record_type, []).append(record)
    return {name: typed_records(name, found, collector) for name, found in by_type.items()}


def typed_records(name: str, records: Iterable[StoredRecord], collector: Collector) -> Origins:
    """Records of one kind with their values read, in the order of their names; the last entry of each as its row."""
    fields = list(columns_of(RECORDS[name]))
    ordered = sorted(records, key=lambda each: each.record)
    columns: dict[str, pl.Series] = {ROW: pl.Series([each.head for each in ordered], dtype=pl.Int64)}
    for field in fields:
        columns[field] = pl.Series([each.fields.get(field) for each in ordered], dtype=pl.String)
    layout = Layout(name, {field: field for field in fields})
    return conform(RECORDS[name], pl.DataFrame(columns), layout, collector)
