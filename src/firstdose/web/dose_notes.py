"""What stands beside the gate of a dose and holds nothing back: the rule's advice, what is not recorded, the lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from firstdose.conduct.confirmed_without import ASKED_FOR, WENT_ON
from firstdose.conduct.locking import cut_off_in_force
from firstdose.conduct.prepared_beside import prepared_beside
from firstdose.dosing import Gate
from firstdose.dosing.gate import ADVICE_NOW
from firstdose.dosing.recorded import Records
from firstdose.records.date_words import day_words
from firstdose.web.acting import TrialRequest
from firstdose.web.halting import set_aside, without_advice

LOCKED = (
    "the data up to {day} are locked: an event by that day that becomes known now is saved in its form all the same. "
    "It is held outside the locked data and halts dosing until the lock is opened and it is recorded. What becomes "
    "known of a dosing by that day is not held: tell the committee, and let nobody be dosed until it is recorded"
)
DEPARTED_FROM = "not what the committee decided, but the rule's advice now:"
"""How the note of what the rule advises begins where people decided otherwise."""


def is_of_what_lacks(note: str) -> bool:
    """Whether a note tells what the protocol asks for before the dosing and nobody recorded: it stands out."""
    return note.startswith((ASKED_FOR, WENT_ON))


def notes_beside(request: TrialRequest, found: Gate, *, is_departed_from: bool = False) -> Iterator[str]:
    """What the gate says besides; nothing is advised on what cannot be read, here as on the other pages.

    Where people decided otherwise, the rule's advice is called what they departed from.
    """
    advice = without_advice(request)
    for note in found.notes:
        if advice and note.startswith(ADVICE_NOW):
            yield advice
        elif is_departed_from and note.startswith(ADVICE_NOW):
            yield note.replace(ADVICE_NOW, DEPARTED_FROM, 1)
        else:
            yield note
    beside = set_aside(request)
    if beside:
        yield beside
    locked = cut_off_in_force(request.trial.ledger)
    if locked is not None:
        yield LOCKED.format(day=day_words(locked))


def beside_others(request: TrialRequest, subject: str, moment: datetime) -> str:
    """Why a dosing cannot stand beside what is prepared for others; empty where it can."""
    trial, zone = request.trial, request.trial.zone
    records = Records(trial.dosing_data(), moment, zone)
    return prepared_beside(trial.protocol, records, subject, moment.astimezone(zone).date())
