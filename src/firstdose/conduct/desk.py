"""The one path by which people write: every draft passes the same checks, in the transaction that writes it.

A command of the trial (a slot, a dosing, a decision) is a function that takes the open `Work` of its author, looks at
the data as they are at that moment, and appends. Nobody else writes between the look and the entry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from firstdose.conduct.ledger import (
    Author,
    Conflict,
    Draft,
    Entry,
    Head,
    Ledger,
    Refused,
    StoredRecord,
    Writing,
    WrongState,
)
from firstdose.conduct.naming import field_labels, record_words
from firstdose.conduct.roles import DEEDS, ENTERED_BY, ROLES, Deed, may
from firstdose.conduct.snapshot import OF_DOSING, Snapshot, snapshot_of, trial_data_of
from firstdose.protocol import Protocol
from firstdose.records import TrialData

Rule = Callable[["Work", Draft], None]


@dataclass(frozen=True)
class LastStep(ABC):
    """What is to be done at the end of a write, when all of it is there.

    Steps of one kind with equal fields are one step; what does not tell them apart is a field with ``compare=False``.
    """

    @abstractmethod
    def take(self, work: Work) -> None:
        """Do it, as the author of the work.

        Raises Refused or Conflict.
        """


class Work:
    """What one author does in one transaction."""

    def __init__(self, writing: Writing, author: Author, protocol: Protocol, rules: tuple[Rule, ...]) -> None:
        self._writing = writing
        self._rules = rules
        self._snapshot: Snapshot | None = None
        self._dosing_data: TrialData | None = None
        self._last_steps: dict[LastStep, LastStep] = {}
        self.author = author
        self.protocol = protocol
        self.deed: Deed | None = None
        """As what a command writes now; None for what a form writes. Rules may look at it."""

    @property
    def now(self) -> datetime:
        """The moment of this write."""
        return self._writing.now

    @property
    def is_repeated(self) -> bool:
        """Whether the same request was carried out before; then there is nothing left to do."""
        return self._writing.is_repeated

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was written."""
        return self._writing.entries

    @property
    def head(self) -> Head:
        """The last entry of the ledger, this write's own included."""
        return self._writing.head

    @property
    def snapshot(self) -> Snapshot:
        """All data as they are now, with what this write has already added."""
        if self._snapshot is None:
            self._snapshot = snapshot_of(self.records(), self._writing.head, self.now.date())
        return self._snapshot

    @property
    def dosing_data(self) -> TrialData:
        """What dosing rests on, as it is now: the same as in the snapshot, and read much faster."""
        if self._dosing_data is None:
            stored = (each for kind in OF_DOSING for each in self.records(kind))
            self._dosing_data = trial_data_of(stored, self.now.date())
        return self._dosing_data

    def record(self, record_type: str, record: str) -> StoredRecord:
        """One record as it is now."""
        return self._writing.record(record_type, record)

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        """All records of a kind, or of all kinds."""
        return self._writing.records(record_type)

    def present(self, record_type: str) -> int:
        """How many records of a kind there are, without those that were removed."""
        return self._writing.present(record_type)

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        """The records of a kind whose name is, or begins with, a first part: all of one participant."""
        return self._writing.records_under(record_type, first)

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        """Everything ever entered about a record, in order."""
        return self._writing.history(record_type, record)

    def require(self, deed: Deed) -> None:
        """Refuse what the author's role may not do.

        Raises Refused.
        """
        if not may(self.author.role, deed):
            title = ROLES[self.author.role].title if self.author.role in ROLES else self.author.role
            raise Refused(f"{title}: may not {DEEDS[deed]}")

    def append(self, draft: Draft, by: Deed | None = None) -> Entry:
        """Write a draft, after every rule was asked.

        ``by`` is what the author must be allowed to do; without it, what its kind of record asks for.
        Raises Refused or Conflict; the whole work is then undone.
        """
        self.require(by or ENTERED_BY[draft.record_type])
        self.deed = by
        for rule in self._rules:
            rule(self, draft)
        self._snapshot = self._dosing_data = None
        try:
            return self._writing.append(draft)
        except WrongState as problem:
            raise Refused(f"{record_words(problem.record_type, problem.record)} {problem.state}") from problem
        except Conflict as problem:
            raise _in_words(problem) from problem

    def at_its_end(self, step: LastStep) -> None:
        """Take a step once all is written, in the same transaction: once, as it was asked for last."""
        self._last_steps[step] = step

    def finish(self) -> None:
        """Take the steps that wait for the end of the write; who wants to see what they lead to may ask for it before.

        Raises Refused or Conflict; the whole work is then undone.
        """
        while self._last_steps:
            self._last_steps.pop(next(iter(self._last_steps))).take(self)

    def next_number(self, record_type: str) -> int:
        """The next number of a kind of record that is numbered through."""
        return 1 + max((int(each.record) for each in self.records(record_type)), default=0)


def _in_words(conflict: Conflict) -> Conflict:
    """A conflict in the words of the trial, of which the ledger knows nothing."""
    name = record_words(conflict.record_type, conflict.record)
    labels = field_labels(conflict.record_type, (each.field for each in conflict.fields))
    words = f"{name} has been changed by somebody else meanwhile: {labels}"
    return Conflict(conflict.record_type, conflict.record, conflict.fields, words)


class Desk:
    """Where people write: a ledger, the protocol in force and the rules that every draft must keep."""

    def __init__(self, ledger: Ledger, protocol: Protocol, rules: tuple[Rule, ...] = ()) -> None:
        self.ledger = ledger
        self.protocol = protocol
        self._rules = rules

    @contextmanager
    def work(self, author: Author, request: str | None = None) -> Iterator[Work]:
        """A transaction of one author; it is written at its end, or not at all.

        Raises Refused, Conflict or Unavailable.
        """
        with self.ledger.writing(author, request=request) as writing:
            work = Work(writing, author, self.protocol, self._rules)
            yield work
            work.finish()
