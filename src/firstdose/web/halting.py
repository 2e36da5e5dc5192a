"""What halts all dosing, and what takes the rule's advice away: said wherever the advice stands."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.gating import situation_of
from firstdose.conduct.halts import Halt, halts
from firstdose.conduct.held import HELD
from firstdose.conduct.impossible import impossible
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.held_words import OF_ANOTHER_SITE as HELD_ELSEWHERE
from firstdose.web.held_words import held_now
from firstdose.web.sight import Sight, sight_of, title_of_kind
from firstdose.web.trial import Trial, minute_of, now
from firstdose.web.watching import STALE_RESTS_ON

ELSEWHERE = "a dosing at another site departed from what was allowed; dosing is halted until people decide"
HIDDEN = {"deviations": ELSEWHERE, HELD: HELD_ELSEWHERE}
"""What is said of a reason of another site, by the kind of record that it rests on; of others, the words unnamed."""
HALTS_REST_ON = (*STALE_RESTS_ON, HELD)
OF_ANOTHER_SITE = "something of a participant of another site, who corrects it"


def without_advice(request: TrialRequest) -> str:
    """Why there is no recommendation now, although the rule would give one; empty where there is one.

    As where a decision is prepared: nothing is advised on records in which something cannot be read, or cannot be so.
    """
    held = held_now(request)
    if held:
        return f"No recommendation: {'; '.join(held)}."
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
    """Why dosing is halted whoever is to be dosed, in words that name nobody whom the role does not see.

    Empty where it is not. These are the gate's own reasons.
    """
    if not request.acting.may("see_data"):  # a committee sees everybody
        return [each.words for each in _halts_now(request.trial, moment)]
    sight = sight_of(request)
    return list(dict.fromkeys(_seen(each, sight) for each in _halts_now(request.trial, moment)))


def _halts_now(trial: Trial, moment: datetime) -> tuple[Halt, ...]:
    """What halts dosing; looked for anew each minute, and when something that it rests on was entered."""
    key = (trial.ledger.last_entry_of(HALTS_REST_ON), minute_of(moment), trial.version)
    return trial.kept_a_while("halts", key, lambda: _halts(trial, moment), at_once=True)


def _halts(trial: Trial, moment: datetime) -> tuple[Halt, ...]:
    """The same, by the data as they are."""
    courses = trial.courses(moment, at_once=True)
    records = courses.records
    return halts(situation_of(trial.ledger, records.trial_data, trial.protocol, records.as_of), courses)


def _seen(halt: Halt, sight: Sight) -> str:
    """A reason in words that name nobody whom the role does not see, nor say how another site departed."""
    if not sight.names_others(halt.words):
        return halt.words
    kind = halt.reason.records[0].partition(" ")[0] if halt.reason.records else ""
    return HIDDEN[kind] if kind in HIDDEN else sight.without_others(halt.words)
