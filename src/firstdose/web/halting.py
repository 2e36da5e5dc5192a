"""Whether a departure halts all dosing: said wherever the rule's advice stands, which does not know of it."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.gating import halting_deviations, situation_of
from firstdose.conduct.impossible import impossible
from firstdose.dosing.recorded import Records
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.sight import sight_of, title_of_kind
from firstdose.web.trial import now
from firstdose.web.watching import stale_now

ELSEWHERE = "a dosing at another site departed from what was allowed; dosing is halted until people decide"
STALE = "decision {decision} is stale, for its data have changed; dosing is halted until people decide again"
OF_ANOTHER_SITE = "something of a participant of another site, who corrects it"


def without_advice(request: TrialRequest) -> str:
    """Why there is no recommendation now, although the rule would give one; empty where there is one.

    As where a decision is prepared: nothing is advised on records in which something cannot be read, or cannot be so.
    """
    found = request.trial.unreadable_for_the_rule()
    if not found:
        return _cannot_be_so(request)
    what = _named(request, found)
    return (
        f"No recommendation: what stands in {what[0]} that dosing rests on cannot be read{what[1]}. Correct it first."
    )


def _cannot_be_so(request: TrialRequest) -> str:
    """What cannot be so in what dosing rests on; empty where nothing is."""
    sight = sight_of(request)
    courses = request.trial.courses(now())
    cannot_be = request.trial.kept("cannot be so", courses, lambda: tuple(impossible(courses.records)))
    found = [words for _, words in cannot_be]
    if not found:
        return ""
    said = "; ".join(dict.fromkeys(OF_ANOTHER_SITE if sight.names_others(words) else words for words in found))
    return f"No recommendation: what dosing rests on cannot be so: {said}."


def set_aside(request: TrialRequest) -> str:
    """What cannot be read and bears upon nobody dosed or to be dosed, told beside the advice; empty where all can."""
    found = request.trial.set_aside_by_the_rule()
    if not found:
        return ""
    what = _named(request, found)
    return (
        f"What stands in {what[0]} cannot be read{what[1]}. It is set aside, for it bears upon nobody who was dosed or "
        "holds a slot; correct it all the same."
    )


def _named(request: TrialRequest, found: list[tuple[str, str]]) -> tuple[str, str]:
    """How many records, and those that the role sees by name."""
    sight = sight_of(request)
    seen = [f"{title_of_kind(kind)} {record}" for kind, record in found if sight.shows(kind, record)]
    return counted(len(found), "record"), f" ({', '.join(seen)})" if seen else ""


def halts_of(request: TrialRequest, moment: datetime) -> list[str]:
    """Why all dosing is halted, in words that name nobody whom the role does not see; empty where it is not.

    A departure in dosing of which no decision was taken, and a last decision whose data have changed since.
    """
    trial = request.trial
    data = trial.dosing_data()
    situation = situation_of(trial.ledger, data, trial.protocol, moment)
    found = [reason.words for reason in halting_deviations(situation, Records(data, moment, trial.zone))]
    stale = [STALE.format(decision=each.decision) for each in stale_now(trial, moment) if each.halts]
    if not found:
        return stale
    sight = sight_of(request)
    return [*stale, *dict.fromkeys(ELSEWHERE if sight.names_others(words) else words for words in found)]
