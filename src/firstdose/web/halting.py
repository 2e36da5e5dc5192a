"""Whether a departure halts all dosing: said wherever the rule's advice stands, which does not know of it."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.gating import halting_deviations, situation_of
from firstdose.dosing.recorded import Records
from firstdose.web.acting import TrialRequest
from firstdose.web.sight import sight_of
from firstdose.web.trial import minute_of

ELSEWHERE = "a dosing at another site departed from what was allowed; dosing is halted until people decide"


def halts_of(request: TrialRequest, moment: datetime) -> list[str]:
    """Why all dosing is halted, in words that name nobody whom the role does not see; empty where it is not."""
    trial, minute = request.trial, minute_of(moment)
    data = trial.dosing_data()
    situation = situation_of(trial.ledger, data, trial.protocol, moment)
    found = [reason.words for reason in halting_deviations(situation, Records(data, minute))]
    if not found:
        return []
    sight = sight_of(request)
    return list(dict.fromkeys(ELSEWHERE if sight.names_others(words) else words for words in found))
