"""Whether a ledger is whole: the chain, its heads, its guards, and the records that follow from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from firstdose.conduct.ledger.chain import EMPTY, Fault, Head, faults_of, faults_of_seen
from firstdose.conduct.ledger.entry import COLUMNS, Entry
from firstdose.conduct.ledger.ledger import Ledger
from firstdose.conduct.ledger.state import StoredRecord, after
from firstdose.conduct.ledger.stored import row_of, stored_rows
from firstdose.conduct.ledger.watching import Watcher, watched

MOST_FAULTS = 100


@dataclass(frozen=True)
class Verification:
    """What was found: the head, how many entries and records there are, and every fault, the first first."""

    head: Head
    entries: int
    records: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


class _Reader:
    """Reads the entries once, and keeps what the checks of heads and records need."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self.expected: dict[int, set[str]] = {}
        for head in heads:
            self.expected.setdefault(head.sequence, set()).add(head.seal)
        self.head = EMPTY
        self.count = 0
        self.records: dict[tuple[str, str], StoredRecord] = {}
        self.faults: list[Fault] = []

    def entries(self, rows: Iterable[tuple[object, ...]]) -> Iterator[Entry]:
        """The entries that can be read; the others are faults."""
        for row in rows:
            try:
                entry = Entry.of_row(row)
            except (TypeError, ValueError) as problem:
                sequence = row[0] if isinstance(row[0], int) else self.head.sequence + 1
                self.faults.append(Fault(sequence, f"cannot be read: {problem}"))
                continue
            self._note(entry)
            yield entry

    def faults_of_heads(self) -> Iterator[Fault]:
        """Heads that were seen and that lie beyond the end."""
        for sequence in sorted(self.expected):
            if sequence > self.head.sequence:
                words = (
                    f"entry {sequence} was seen before and is missing: the ledger ends at {self.head.sequence}; it was "
                    "cut short, or restored from an older copy"
                )
                yield Fault(self.head.sequence + 1, words)

    def _note(self, entry: Entry) -> None:
        if entry.sequence in self.expected:
            self.faults += faults_of_seen(entry, self.expected)
        if entry.action != "event":
            name = (entry.record_type, entry.record)
            self.records[name] = after(self.records.get(name) or StoredRecord(*name), entry)
        self.head = Head(entry.sequence, entry.seal)
        self.count += 1


def verify(ledger: Ledger, heads: Iterable[Head] = (), *, watcher: Watcher | None = None) -> Verification:
    """Check everything: the chain and its seals, the heads that were seen, the records, the guards and the storage.

    Raises Unavailable if the database cannot be read.
    """
    reader = _Reader(heads)
    with ledger.database.reading() as session:
        rows = watched(session.stream(f"SELECT {', '.join(COLUMNS)} FROM ledger_entries ORDER BY sequence"), watcher)
        found = list(faults_of(reader.entries(rows), ledger.key))
        stored = stored_rows(session)
    found = [*reader.faults, *found, *reader.faults_of_heads()]
    found += _faults_of_records(reader.records, stored, reader.head.sequence)
    guards = ledger.database.missing_guards()
    found += [Fault(0, f"a guard of the database is missing or was changed: {name}") for name in guards]
    found += [Fault(0, f"the storage is damaged: {words}") for words in ledger.database.faults_of_storage()]
    first = nsmallest(MOST_FAULTS, dict.fromkeys(found), key=lambda fault: (fault.sequence == 0, fault.sequence))
    return Verification(reader.head, reader.count, len(stored), tuple(first))


def _faults_of_records(
    replayed: dict[tuple[str, str], StoredRecord], stored: list[tuple[Any, ...]], last: int
) -> Iterator[Fault]:
    """Records that are not what their entries leave, to the letter.

    They stand under the later of the two entries that they name: no earlier one is to blame.
    """
    names = Counter(row[:2] for row in stored)
    for row in stored:
        expected = replayed.get(row[:2])
        if names[row[:2]] > 1:
            yield _fault_of_record(row, expected, last, "is there more than once")
        elif expected is None:
            yield _fault_of_record(row, expected, last, "is in no entry")
        elif row_of(expected) != row:
            yield _fault_of_record(row, expected, last, "is not what its entries say")
    for name, record in replayed.items():
        if name not in names:
            yield _fault_of_record(row_of(record), record, last, "is missing")


def _fault_of_record(row: tuple[Any, ...], expected: StoredRecord | None, last: int, what: str) -> Fault:
    """What is wrong with one record."""
    named = [row[3]] if isinstance(row[3], int) else []
    sequence = min(last + 1, max([*named, expected.head if expected else 0]))
    return Fault(sequence, f"the stored record {row[0]} {row[1]} {what}; rebuild the records from the entries")
