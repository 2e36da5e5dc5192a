"""What was prepared for the committee, against the data as they are now: looked at without holding up who writes."""

from __future__ import annotations

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.deciding import SAFETY_RECORDS, changed_since
from firstdose.conduct.gating import situation_of
from firstdose.conduct.snapshot import OF_DOSING
from firstdose.web.trial import Trial, minute_of, now

RESTS_ON = tuple(dict.fromkeys((*SAFETY_RECORDS, *OF_DOSING)))
"""The kinds of records of which an entry may make a preparation stale."""


def changed_in(trial: Trial, prepared: PreparedDecision) -> tuple[str, ...]:
    """Why nothing can be decided on a preparation now, in words; empty where it can.

    Looked for anew each minute, and at once when something that it rests on was entered.
    """
    moment = now()
    key = (prepared.preparation, trial.ledger.last_entry_of(RESTS_ON), minute_of(moment), trial.version)

    def look() -> tuple[str, ...]:
        situation = situation_of(trial.ledger, trial.dosing_data(), trial.protocol, moment)
        return changed_since(trial.ledger, situation, prepared)

    return trial.kept("changed since it was prepared", key, look)
