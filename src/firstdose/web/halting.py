"""Whether a departure halts all dosing: said wherever the rule's advice stands, which does not know of it."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.gating import halting_deviations, situation_of
from firstdose.dosing.recorded import Records
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.sight import sight_of, title_of_kind

ELSEWHERE = "a dosing at another site departed from what was allowed; dosing is halted until people decide"


def without_advice(request: TrialRequest) -> str:
    """Why there is no recommendation now, although the rule would give one; empty where there is one.

    As where a decision is prepared: nothing is advised on records in which something cannot be read.
    """
    found = request.trial.unreadable_for_the_rule()
    if not found:
        return ""
    sight = sight_of(request)
    seen = [f"{title_of_kind(kind)} {record}" for kind, record in found if sight.shows(kind, record)]
    named = f" ({', '.join(seen)})" if seen else ""
    what = counted(len(found), "record")
    return f"No recommendation: what stands in {what} that dosing rests on cannot be read{named}. Correct it first."


def halts_of(request: TrialRequest, moment: datetime) -> list[str]:
    """Why all dosing is halted, in words that name nobody whom the role does not see; empty where it is not."""
    trial = request.trial
    data = trial.dosing_data()
    situation = situation_of(trial.ledger, data, trial.protocol, moment)
    found = [reason.words for reason in halting_deviations(situation, Records(data, moment, trial.zone))]
    if not found:
        return []
    sight = sight_of(request)
    return list(dict.fromkeys(ELSEWHERE if sight.names_others(words) else words for words in found))
