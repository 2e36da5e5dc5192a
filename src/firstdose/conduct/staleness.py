"""Decisions that no longer rest on what the data say: what changed since, when it was entered, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from firstdose.conduct.gating import Situation, instant, prepared_for, situation_of
from firstdose.conduct.ledger import Entry, Head, Ledger, StoredRecord
from firstdose.conduct.ledger.state import after
from firstdose.conduct.naming import change_words, record_words
from firstdose.conduct.outcomes import Change, Outcomes, changes_since, courses_of, of_text, outcomes_of
from firstdose.conduct.remembered import Remembered
from firstdose.conduct.snapshot import OF_DOSING, trial_data_of
from firstdose.dosing.known import span_of
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision, TrialData

DONE = {"create": "entered", "change": "changed", "remove": "removed", "restore": "restored"}


@dataclass(frozen=True)
class Entered:
    """One entry that changed what a decision rests on."""

    entry: Entry

    @property
    def words(self) -> str:
        """What was entered, what it put in place of what, and why; when and by whom stands in the entry.

        What a new record says is left out: the record says it.
        """
        entry = self.entry
        changed = "; ".join(change_words(entry.record_type, each) for each in entry.changes)
        what = f": {changed}" if changed and entry.action == "change" else ""
        why = f". Reason: {entry.reason}" if entry.reason else ""
        return f"{record_words(entry.record_type, entry.record)} {DONE[entry.action]}{what}{why}"


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
    def told(self) -> str:
        """Of whom the data say what else now."""
        return "; ".join(change.words for change in self.changes)

    @property
    def words(self) -> str:
        return f"decision {self.decision} is stale: {self.told}"

    @property
    def to_do(self) -> str:
        """What is to be done now."""
        if self.halts:
            return "Dosing is halted. The statistician prepares a new decision, and the committee takes it."
        if self.is_latest:
            return "Dosing goes on. A new decision may be prepared; none must."
        return "Nothing: a later decision was taken since."


@dataclass(frozen=True)
class Seen:
    """What was known when a decision was taken: the last entry, the moment, and everyone's outcome."""

    sequence: int
    moment: datetime
    outcomes: Outcomes


def stale_decisions(
    ledger: Ledger, trial_data: TrialData, protocol: Protocol, now: datetime, remembered: Remembered | None = None
) -> tuple[StaleDecision, ...]:
    """Every decision that is stale, in order; the data are those of now.

    Who asks again and again keeps what is ``remembered``, so that the ledger is not read again from its beginning.
    """
    remembered = remembered or Remembered()
    situation = situation_of(ledger, trial_data, protocol, now)
    courses = courses_of(protocol, trial_data, now)
    decisions = sorted(trial_data.records(DoseDecision), key=lambda each: each.decision)
    seen = _seen(ledger, situation, decisions, remembered)
    found = []
    for decision in decisions:
        then = seen.get(decision.decision)
        changes = changes_since(then.outcomes, then.moment, courses) if then else ()
        if then and changes:
            people = {change.subject for change in changes}
            entered = tuple(map(Entered, remembered.entries_about(ledger, then.sequence, people)))
            found.append(StaleDecision(decision.decision, changes, entered, decision is decisions[-1]))
    return tuple(found)


def _seen(
    ledger: Ledger, situation: Situation, decisions: Sequence[DoseDecision], remembered: Remembered
) -> dict[int, Seen]:
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
            others.append((decision.decision, remembered.entered_with(ledger, decision.decision), moment))
    known = remembered.outcomes
    data = _data_at(ledger, {sequence for _, sequence, moment in others if (sequence, moment) not in known})
    for number, sequence, moment in others:
        if (sequence, moment) not in known:
            known[sequence, moment] = outcomes_of(situation.protocol, data[sequence], moment)
        found[number] = Seen(sequence, moment, known[sequence, moment])
    return found


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
