"""Decisions that no longer rest on what the data say: what changed since, when it was entered, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.gating import Situation, instant, prepared_for, situation_of
from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import Entry, Head, Ledger, StoredRecord
from firstdose.conduct.ledger.state import after
from firstdose.conduct.outcomes import Change, Outcomes, changes_since, courses_of, of_text, outcomes_of
from firstdose.conduct.snapshot import OF_DOSING, Snapshot, trial_data_of
from firstdose.dosing.known import span_of
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision, TrialData, keys_of

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


@dataclass(frozen=True)
class Entered:
    """One entry that changed what a decision rests on."""

    entry: Entry

    @property
    def words(self) -> str:
        entry = self.entry
        changed = ", ".join(f"{each.field}: {each.old or 'empty'} -> {each.new or 'empty'}" for each in entry.changes)
        done = {"create": "entered", "change": "changed", "remove": "removed", "restore": "restored"}[entry.action]
        why = f"; reason: {entry.reason}" if entry.reason else ""
        when = f"{entry.recorded[:16].replace('T', ' ')} UTC"
        return f"{entry.record_type} {entry.record} {done} {when} by {entry.account} ({entry.role}): {changed}{why}"


@dataclass(frozen=True)
class StaleDecision:
    """A decision of which the data say otherwise now, with the entries that made the difference."""

    decision: int
    changes: tuple[Change, ...]
    entered: tuple[Entered, ...]
    is_latest: bool

    @property
    def halts(self) -> bool:
        """Whether dosing halts until people decide again: a later decision knew of what changed before it."""
        return self.is_latest and any(change.halts for change in self.changes)

    @property
    def words(self) -> str:
        told = "; ".join(change.words for change in self.changes)
        return f"decision {self.decision} rests on data that have changed: {told}"


@dataclass(frozen=True)
class Seen:
    """What was known when a decision was taken: the last entry, the moment, and everyone's outcome."""

    sequence: int
    moment: datetime
    outcomes: Outcomes


def stale_decisions(ledger: Ledger, snapshot: Snapshot, protocol: Protocol, now: datetime) -> tuple[StaleDecision, ...]:
    """Every decision that is stale, in order; ``snapshot`` holds the data as they are now."""
    situation = situation_of(ledger, snapshot.trial_data, protocol, now)
    courses = courses_of(protocol, snapshot.trial_data, now)
    decisions = sorted(snapshot.trial_data.records(DoseDecision), key=lambda each: each.decision)
    seen = _seen(ledger, situation, decisions)
    found = []
    for decision in decisions:
        then = seen.get(decision.decision)
        changes = changes_since(then.outcomes, then.moment, courses) if then else ()
        if then and changes:
            people = {change.subject for change in changes}
            entered = tuple(_entered(ledger, then.sequence, snapshot.head.sequence, people))
            found.append(StaleDecision(decision.decision, changes, entered, decision is decisions[-1]))
    return tuple(found)


def _seen(ledger: Ledger, situation: Situation, decisions: Sequence[DoseDecision]) -> dict[int, Seen]:
    """What was seen for each decision, by its number; those of which it is not known are left out.

    A decision that was not prepared here is taken to rest on everything that had been entered with it.
    """
    found: dict[int, Seen] = {}
    others: list[tuple[int, int, datetime]] = []
    for decision in decisions:
        prepared = prepared_for(situation, decision)
        moment = span_of(decision.data_as_of or decision.decided, UTC).first
        if prepared is not None:
            sequence = Head.of_text(prepared.ledger_head).sequence
            found[decision.decision] = Seen(sequence, instant(prepared.data_as_of), of_text(prepared.outcomes))
        elif moment is not None:
            others.append((decision.decision, _entered_with(ledger, decision), moment))
    data = _data_at(ledger, {sequence for _, sequence, _ in others})
    for number, sequence, moment in others:
        found[number] = Seen(sequence, moment, outcomes_of(situation.protocol, data[sequence], moment))
    return found


def _entered_with(ledger: Ledger, decision: DoseDecision) -> int:
    """The last entry that was written together with a decision."""
    first = ledger.history("dose_decisions", str(decision.decision))[0]
    last = first.sequence
    with ledger.entries(after=first.sequence) as entries:
        for entry in entries:
            if entry.write != first.write:
                break
            last = entry.sequence
    return last


def _data_at(ledger: Ledger, sequences: Collection[int]) -> dict[int, TrialData]:
    """What dosing rested on at some entries, in one reading of the ledger."""
    found: dict[int, TrialData] = {}
    stored: dict[tuple[str, str], StoredRecord] = {}
    if not sequences:
        return found
    with ledger.entries(up_to=max(sequences)) as entries:
        for entry in entries:
            if entry.record_type in OF_DOSING and entry.action != "event":
                name = (entry.record_type, entry.record)
                stored[name] = after(stored.get(name) or StoredRecord(*name), entry)
            if entry.sequence in sequences:
                found[entry.sequence] = trial_data_of(stored.values(), entry.instant.date())
    return found


def _entered(ledger: Ledger, since: int, up_to: int, people: Collection[str]) -> Iterable[Entered]:
    """The entries about some people in which their outcomes may have changed."""
    with ledger.entries(after=since, up_to=up_to) as entries:
        for entry in entries:
            if entry.record_type in OF_PERSONS and _person_of(entry) in people:
                yield Entered(entry)


def _person_of(entry: Entry) -> str | None:
    """Whom an entry is about."""
    if "subject" in keys_of(LEDGER_RECORDS[entry.record_type]):
        return key_fields(entry.record_type, entry.record)["subject"]
    named: Mapping[str, str | None] = {change.field: change.new or change.old for change in entry.changes}
    return named.get("subject")
