"""What is held outside locked data, told wherever dosing is spoken of; whose it is, only to roles that see them."""

from __future__ import annotations

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.held import HALTED, halting_words, waiting_held
from firstdose.web.acting import TrialRequest
from firstdose.web.seeing import visible_subjects

OF_ANOTHER_SITE = f"something of a participant of another site is held outside the locked data: {HALTED}"


def is_shown(request: TrialRequest, held: HeldEvent) -> bool:
    """Whether what is held is any of the role's business: of its participants, or of all for the committee."""
    if not request.acting.may("see_data"):
        return request.acting.may("see_pack")
    return held.subject in visible_subjects(request.trial, request.acting)


def shown_held(request: TrialRequest, subject: str | None = None) -> list[HeldEvent]:
    """What waits and is the role's business; of one participant, or of all."""
    waiting = waiting_held(request.trial.ledger)
    return [each for each in waiting if subject in (None, each.subject) and is_shown(request, each)]


def held_now(request: TrialRequest) -> list[str]:
    """Why dosing is halted by what is held, once for all that the role does not see; empty where nothing waits."""
    held = waiting_held(request.trial.ledger)
    return list(dict.fromkeys(halting_words(each) if is_shown(request, each) else OF_ANOTHER_SITE for each in held))
