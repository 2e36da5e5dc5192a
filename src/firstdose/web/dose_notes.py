"""What stands beside the gate of a dose and holds nothing back: the rule's advice, what is not recorded, the lock."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.confirmed_without import ASKED_FOR, WENT_ON
from firstdose.conduct.locking import cut_off_in_force
from firstdose.dosing import Gate
from firstdose.dosing.gate import ADVICE_NOW
from firstdose.records.date_words import day_words
from firstdose.web.acting import TrialRequest
from firstdose.web.halting import set_aside, without_advice

LOCKED = (
    "the data up to {day} are locked: an event by that day that becomes known now is saved in its form all the same. "
    "It is held outside the locked data and halts dosing until the lock is opened and it is recorded. What becomes "
    "known of a dosing by that day is not held: tell the committee, and let nobody be dosed until it is recorded"
)


def is_of_what_lacks(note: str) -> bool:
    """Whether a note tells what the protocol asks for before the dosing and nobody recorded: it stands out."""
    return note.startswith((ASKED_FOR, WENT_ON))


def notes_beside(request: TrialRequest, found: Gate) -> Iterator[str]:
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
