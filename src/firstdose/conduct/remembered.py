"""What was read of the ledger once and does not change: outcomes at an entry, entries about people, odd records."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from firstdose.conduct.entering import check_records
from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import Entry, Ledger, StoredRecord
from firstdose.conduct.outcomes import Outcomes

OF_PERSONS = (
    "subjects",
    "slots",
    "dosings",
    "adverse_events",
    "dlt_adjudications",
    "dispositions",
    "deaths",
)
"""The kinds of records by which somebody's outcome changes."""


@dataclass
class Remembered:
    """Kept by who asks again and again; safe in threads.

    ``outcomes`` are everyone's as the entries up to one said them at a moment.
    """

    outcomes: dict[tuple[int, datetime], Outcomes] = field(default_factory=dict)
    _written_with: dict[int, int] = field(default_factory=dict)
    _entries: list[tuple[str | None, Entry]] = field(default_factory=list)
    _is_odd: dict[int, bool] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def entered_with(self, ledger: Ledger, decision: int) -> int:
        """The last entry that was written together with the first entry of a decision."""
        with self._lock:
            if decision not in self._written_with:
                first = ledger.history("dose_decisions", str(decision))[0]
                with ledger.entries(after=first.sequence) as entries:
                    together = takewhile(lambda each: each.write == first.write, entries)
                    self._written_with[decision] = max((each.sequence for each in together), default=first.sequence)
            return self._written_with[decision]

    def odd(self, record_type: str, records: Sequence[StoredRecord]) -> int:
        """In how many of some records of a kind something is odd; only what was entered since is looked at again."""
        new = [each for each in records if each.head not in self._is_odd]
        if new:
            found = check_records(record_type, [each.fields for each in new])
            self._is_odd.update((each.head, bool(findings)) for each, findings in zip(new, found, strict=True))
        return sum(self._is_odd[each.head] for each in records)

    def entries_about(self, ledger: Ledger, since: int, people: Collection[str]) -> list[Entry]:
        """The entries after one in which the outcomes of some people may have changed, in order."""
        with self._lock:
            last = self._entries[-1][1].sequence if self._entries else 0
            with ledger.entries(last, record_types=OF_PERSONS) as entries:
                self._entries += ((_person_of(each), each) for each in entries)
            return [each for person, each in self._entries if each.sequence > since and person in people]


def _person_of(entry: Entry) -> str | None:
    """Whom an entry is about: by the name of its record, else by what was entered."""
    named: Mapping[str, str | None] = {change.field: change.new or change.old for change in entry.changes}
    return key_fields(entry.record_type, entry.record).get("subject") or named.get("subject")
