"""The data of a running trial as they are now: read once, and then only what was entered since."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import polars as pl

from firstdose.conduct.bearing import Bearing
from firstdose.conduct.ledger import Ledger, StoredRecord
from firstdose.conduct.recommending import CANNOT_BE_USED, RESTS_ON
from firstdose.conduct.snapshot import typed_records
from firstdose.records import NAMES, RECORDS, TrialData
from firstdose.records.frames import records_of
from firstdose.records.problems import Collector

RecordType = TypeVar("RecordType")


@dataclass(frozen=True)
class Held:
    """The records of one kind that can be used, in the order of their names, and the last entry about any of them.

    ``entries`` are the last about each of them. ``unusable`` are the names of those of which a field that they cannot
    do without could not be read, ``unreadable`` of those of which any field could not.
    """

    frame: pl.DataFrame | None = None
    names: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    entries: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Int64))
    unusable: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    last_entry: int = 0


class MadeRecords:
    """Records that were made of rows, by the last entry about each: what that entry left is the same for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, tuple[pl.Series, tuple[Any, ...], dict[int, Any]]] = {}

    def of(self, kind: str, frame: pl.DataFrame, entries: pl.Series) -> tuple[Any, ...]:
        """The rows of a frame as records; only those are made that were not made yet."""
        with self._lock:
            asked_last, records, known = self._made.get(kind, (None, (), {}))
            if asked_last is entries:
                return records
            numbers = entries.to_list()
            new = [row for row, number in enumerate(numbers) if number not in known]
            made = records_of(RECORDS[kind], frame[new] if new else frame.clear())
            known = known | dict(zip((numbers[row] for row in new), made, strict=True))
            records = tuple(known[number] for number in numbers)
            self._made[kind] = (entries, records, dict(zip(numbers, records, strict=True)))
            return records


@dataclass(frozen=True, eq=False)
class LiveTrialData(TrialData):
    """The data of one state of the ledger; records that did not change since an earlier one are not made again."""

    entries: Mapping[str, pl.Series] = field(default_factory=dict)
    made: MadeRecords = field(default_factory=MadeRecords)

    def records(self, record_type: type[RecordType]) -> Iterator[RecordType]:
        """The records of a type, one by one."""
        kind = NAMES[record_type]
        if kind not in self.entries:
            return super().records(record_type)
        return iter(self.made.of(kind, self.frames[kind], self.entries[kind]))


class LiveData:
    """All usable records of a ledger, typed. Safe in threads; a record is read and typed again only when it changed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._held = dict.fromkeys(RECORDS, Held())
        self._records = MadeRecords()
        self._made: dict[tuple[str, ...], tuple[tuple[int, ...], TrialData]] = {}

    def of(self, record_types: Sequence[str], day: date) -> TrialData:
        """The records of some kinds as one state of the database has them; ``day`` is the day of the data."""
        kinds = tuple(record_types)
        with self._lock:
            self._read_since(kinds)
            last_entries = tuple(self._held[kind].last_entry for kind in kinds)
            key, made = self._made.get(kinds, ((), None))
            if made is None or key != last_entries or made.as_of != day:
                held = {kind: found for kind in kinds if (found := self._held[kind]).frame is not None}
                frames = {kind: found.frame for kind, found in held.items() if found.frame is not None}
                entries = {kind: found.entries for kind, found in held.items()}
                made = LiveTrialData(frames, day, entries, self._records)
                self._made[kinds] = (last_entries, made)
            return made

    def unusable(self, record_types: Sequence[str]) -> int:
        """How many records of some kinds cannot be used."""
        with self._lock:
            self._read_since(record_types)
            return sum(len(self._held[kind].unusable) for kind in record_types)

    def unreadable(self, record_types: Sequence[str]) -> list[tuple[str, str]]:
        """Kind and name of the records of some kinds in which something could not be read."""
        with self._lock:
            self._read_since(record_types)
            return [(kind, name) for kind in record_types for name in sorted(self._held[kind].unreadable)]

    def bearing_on_the_rule(self, day: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The same of what the rule's history is made of: what leaves no advice, and what may be set aside."""
        found = self.unreadable(RESTS_ON)
        if not found:
            return [], []
        bearing = Bearing(self.of(RESTS_ON, day))
        beside = [each for each in found if bearing.may_be_set_aside(*each)]
        return [each for each in found if each not in beside], beside

    def _read_since(self, kinds: Sequence[str]) -> None:
        """Read what was entered of some kinds since they were read last."""
        known = {kind: self._held[kind].last_entry for kind in kinds}
        for kind, records in self._ledger.records_since(known).items():
            self._held[kind] = _with(self._held[kind], kind, records)


def _with(held: Held, kind: str, records: Sequence[StoredRecord]) -> Held:
    """The records of a kind, some of them new, changed or removed."""
    last_entry = max(each.head for each in records)
    names = {each.head: each.record for each in records}  # an entry is about one record, so its number names it
    present = [each for each in records if not each.is_removed]
    collector = Collector()
    typed = typed_records(kind, present, collector)
    faults = {each.row for each in collector.all_problems() if each.effect in CANNOT_BE_USED}
    entries = typed.places["row"]
    usable = entries.replace_strict(names, return_dtype=pl.String)
    changed = set(names.values())
    unusable = (held.unusable - changed) | ({each.record for each in present} - set(usable))
    unreadable = (held.unreadable - changed) | {names[row] for row in faults if row is not None}
    if held.frame is None:
        return Held(typed.frame, usable, entries, unusable, unreadable, last_entry)
    is_kept = ~held.names.is_in(list(changed))
    together = pl.concat([held.names.filter(is_kept), usable])
    order = together.arg_sort()
    frame = pl.concat([held.frame.filter(is_kept), typed.frame])[order]
    entries = pl.concat([held.entries.filter(is_kept), entries])[order]
    return Held(frame, together[order], entries, unusable, unreadable, last_entry)
