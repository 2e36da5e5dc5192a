"""What stands against a lock of the data up to a day, by kind, with every record that it is about.

What stands in the way is what the lock would leave unfinished for good: under it nothing that is locked can be
answered, corrected or entered, and no later verdict is one of its data. It is mended first, or whoever asks for the
lock says why not. What is told besides can wait, or bears on other things than the data that the lock holds:

- an unverified source: the protocol names no part of the records that must be compared, so that a share of none is
  no fault by itself; what was found to differ is a query, and that stands in the way;
- a stale decision: what was decided stays as it was decided, and the committee decides again about coming doses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from firstdose.conduct.catalogue import JudgedEvent
from firstdose.conduct.held import HELD, named, waiting_held
from firstdose.conduct.judged import changed_since_verdict
from firstdose.conduct.ledger import Entry, StoredRecord
from firstdose.conduct.locked_data import Locked
from firstdose.conduct.naming import field_label, record_words
from firstdose.conduct.own_records import Recorded, all_of
from firstdose.conduct.queries import waiting
from firstdose.conduct.schedule import schedules
from firstdose.conduct.signatures import REVIEWED, signatures_of
from firstdose.conduct.snapshot import Snapshot
from firstdose.conduct.source_checks import verification
from firstdose.conduct.staleness import StaleDecision
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.dosing.versions import protocol_followed
from firstdose.protocol import Protocol
from firstdose.records import FORM_TITLES, RECORDS, Subject
from firstdose.records.date_words import day_words
from firstdose.records.wording import counted

ObstacleKind = Literal[
    "held",
    "query",
    "unusable",
    "unreadable",
    "no_verdict",
    "visit_overdue",
    "fallen",
    "unsigned",
    "source",
    "stale_decision",
]
LEFT_EMPTY = "left empty"
"""What becomes of a value that cannot be read."""
WORDS: dict[ObstacleKind, tuple[str, str, str]] = {
    "held": ("known and held outside the locked data, neither recorded nor withdrawn", "event", "events"),
    "query": ("not closed about these data", "query", "queries"),
    "unusable": ("not among the data, for lack of a field that cannot be done without", "record", "records"),
    "unreadable": ("left out, since what was typed cannot be read", "value", "values"),
    "no_verdict": ("possible DLTs without a verdict that holds", "event", "events"),
    "visit_overdue": ("overdue, and neither entered nor said to be missed", "visit", "visits"),
    "fallen": ("signed, and changed since", "record", "records"),
    "unsigned": ("not signed by an investigator", "record", "records"),
    "source": ("not compared with their source, or changed since", "record", "records"),
    "stale_decision": ("resting on data that have changed since", "decision", "decisions"),
}
"""The kinds in words, in the order in which they are told: what it is, and what is counted."""
ONLY_TOLD: tuple[ObstacleKind, ...] = ("source", "stale_decision")


@dataclass(frozen=True)
class Concerned:
    """One thing that is to be mended: in words, and the record or the visit of somebody that it is about.

    ``record`` names a record, kind first; ``visit`` is the identifier of a visit of ``subject`` that has none.
    """

    words: str
    record: tuple[str, str] | None = None
    subject: str = ""
    visit: str = ""


@dataclass(frozen=True)
class Obstacle:
    """All of one kind that stands against a lock."""

    kind: ObstacleKind
    concerned: tuple[Concerned, ...]

    @property
    def stands_in_the_way(self) -> bool:
        """Whether it is mended before the lock, or a reason given; the others are only told."""
        return self.kind not in ONLY_TOLD

    @property
    def words(self) -> str:
        what, singular, plural = WORDS[self.kind]
        return f"{what}: {counted(len(self.concerned), singular, plural)}"


def obstacles(
    source: Recorded,
    latest: Snapshot,
    protocol: Protocol,
    now: datetime,
    cut_off: date,
    stale: Iterable[StaleDecision] = (),
) -> tuple[Obstacle, ...]:
    """Everything that stands against a lock of the data up to a day, by kind; ``latest`` are the data of now.

    ``stale`` are the decisions whose data have changed, from the ledger, where they are to be told.
    """
    read = _Read(source)
    locked = Locked(cut_off, read)
    records = Records(latest.trial_data, now)
    held = {
        (each.record_type, each.record): each
        for each in read.records()
        if each.record_type in RECORDS and locked.content(each) is not None
    }
    found: dict[ObstacleKind, Iterable[Concerned]] = {
        "held": (Concerned(named(each), (HELD, str(each.held)), each.subject) for each in waiting_held(read)),
        "query": _queries(read, now, held),
        "unusable": _unusable(latest, held),
        "unreadable": _unreadable(latest, held),
        "no_verdict": _no_verdict(read, Courses(protocol, records), held),
        "visit_overdue": _visits_overdue(latest, protocol, now, cut_off),
        **_signatures(read, held),
        "source": (
            Concerned(record_words(*name), name)
            for name, state in verification(read, FORM_TITLES).items()
            if name in held and state in ("not_checked", "changed_since")
        ),
        "stale_decision": (Concerned(each.words, ("dose_decisions", str(each.decision))) for each in stale),
    }
    gathered = ((kind, tuple(found[kind])) for kind in WORDS)
    return tuple(Obstacle(kind, concerned) for kind, concerned in gathered if concerned)


Held = dict[tuple[str, str], StoredRecord]


class _Read:
    """All records of a ledger, or of somebody's open work, read once."""

    def __init__(self, source: Recorded) -> None:
        self._source = source
        self._all = source.records()
        self._by_name = {(each.record_type, each.record): each for each in self._all}
        self._by_type: dict[str, list[StoredRecord]] = defaultdict(list)
        for each in self._all:
            self._by_type[each.record_type].append(each)

    def record(self, record_type: str, record: str) -> StoredRecord:
        return self._by_name.get((record_type, record)) or StoredRecord(record_type, record)

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        return self._all if record_type is None else tuple(self._by_type.get(record_type, ()))

    def present(self, record_type: str) -> int:
        return sum(not each.is_removed for each in self.records(record_type))

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        return self._source.records_under(record_type, first)

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        return self._source.history(record_type, record)


def _queries(source: Recorded, now: datetime, held: Held) -> Iterator[Concerned]:
    """Queries that nobody could answer or close under the lock."""
    for each in (waits.query for waits in waiting(source, now)):
        if (each.about_type, each.about_record) in held:
            yield Concerned(f"query {each.query}: {each.words}", ("queries", str(each.query)))


def _unusable(latest: Snapshot, held: Held) -> Iterator[Concerned]:
    """Records that are not among the data, though they may be of these days."""
    rows = set(latest.unusable["row"].drop_nulls())
    yield from (Concerned(record_words(*name), name) for name, each in held.items() if each.head in rows)


def _unreadable(latest: Snapshot, held: Held) -> Iterator[Concerned]:
    """Values that stand in the ledger as they were typed, and are missing in the data."""
    by_head = {each.head: name for name, each in held.items()}
    for problem in latest.problems:
        name = by_head.get(problem.row or 0)
        if problem.effect == LEFT_EMPTY and name is not None:
            field = field_label(name[0], problem.field or "")
            yield Concerned(f"{record_words(*name)}, {field}: “{problem.value or ''}”", name)


def _no_verdict(source: Recorded, courses: Courses, held: Held) -> Iterator[Concerned]:
    """Events that may be DLTs and wait for a verdict, and those that are not what was judged any more."""
    for course in courses.all:
        for event in course.events:
            name = ("adverse_events", f"{course.subject}/{event.number}")
            if event.is_dlt is None and name in held:
                yield Concerned(f"{course.subject}: {event.name} (event {event.number})", name)
    for reason in changed_since_verdict(courses.records, all_of(source, JudgedEvent)):
        about = [(kind, name) for kind, _, name in (each.partition(" ") for each in reason.records)]
        found = next((each for each in about if each in held), None)
        if found is not None:
            yield Concerned(reason.words, found)


def _visits_overdue(latest: Snapshot, protocol: Protocol, now: datetime, cut_off: date) -> Iterator[Concerned]:
    """Visits whose window was over by the day and of which nothing is recorded: under the lock nothing could be."""
    people = {each.subject: each for each in latest.trial_data.records(Subject)}
    planned = schedules(latest.trial_data, now, lambda subject: protocol_followed(protocol, people.get(subject)))
    for visit in (each for visits in planned.values() for each in visits):
        closes = visit.closes.latest
        if visit.standing == "overdue" and closes is not None and closes <= cut_off:
            words = f"{visit.subject}, {visit.plan.name}: its window ended on {day_words(closes)}"
            yield Concerned(words, None, visit.subject, visit.plan.id)


def _signatures(source: Recorded, held: Held) -> dict[ObstacleKind, list[Concerned]]:
    """Records of participants that no signature covers as they are; those that one did cover apart.

    What a signer finds to be wrong can be put right only before the lock.
    """
    given: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for each in signatures_of(source):
        if each.signature.meaning == REVIEWED:
            given[each.signature.about_type, each.signature.about_record].append(each.is_valid)
    found: dict[ObstacleKind, list[Concerned]] = {"fallen": [], "unsigned": []}
    for name in held:
        if name[0] in FORM_TITLES and not any(given.get(name, ())):
            found["fallen" if name in given else "unsigned"].append(Concerned(record_words(*name), name))
    return found
