"""What stands beside the gate of a dose and holds nothing back: the rule's advice, and what is left to do before."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.identity import name_of
from firstdose.conduct.locking import cut_off_in_force
from firstdose.dosing import Gate
from firstdose.dosing.gate import ADVICE_NOW
from firstdose.records.date_words import day_words
from firstdose.web.acting import TrialRequest
from firstdose.web.halting import set_aside, without_advice
from firstdose.web.person import person_schedule
from firstdose.web.trial import now

LOCKED = (
    "the data up to {day} are locked: an event by that day that becomes known now is recorded only once two people "
    "have opened the lock. Ask whether one waits for that"
)


def notes_beside(request: TrialRequest, found: Gate) -> list[str]:
    """The notes of the gate, and the visits before the dosing that are not recorded."""
    return [*_notes(request, found), *_before_dosing(request, found.subject)]


def _notes(request: TrialRequest, found: Gate) -> Iterator[str]:
    """What the gate says besides; nothing is advised on what cannot be read, here as on the other pages."""
    no_advice = without_advice(request)
    for note in found.notes:
        yield no_advice if no_advice and note.startswith(ADVICE_NOW) else note
    beside = set_aside(request)
    if beside:
        yield beside
    locked = cut_off_in_force(request.trial.ledger)
    if locked is not None:
        yield LOCKED.format(day=day_words(locked))


def _before_dosing(request: TrialRequest, subject: str) -> Iterator[str]:
    """The visits that the protocol plans before the dosing and of which nothing is recorded; they hold nothing back."""
    under = name_of("subjects", subject)
    ledger = request.trial.ledger
    if any(each.fields.get("given") for each in ledger.records_under("dosings", under) if not each.is_removed):
        return
    recorded = {each.fields.get("visit") for each in ledger.records_under("visits", under) if not each.is_removed}
    _, schedule = person_schedule(request.trial, subject, now())
    plans = [each.visit.plan for each in schedule]
    left = [each.name for each in plans if each.day < 0 and each.id not in recorded]
    if left:
        yield f"planned before the dosing, and not recorded: {', '.join(left)}"
