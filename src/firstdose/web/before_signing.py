"""What a member of the committee needs before signing: what happened since the last decision, and what is still open.

By the pack's own measure of which events are told one by one, and in its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.gating import instant
from firstdose.conduct.identity import name_of
from firstdose.conduct.own_records import all_of
from firstdose.conduct.reproducing import seen_again
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.records import AdverseEvent, Death, DltAdjudication, DoseDecision, GradeChange, TrialData
from firstdose.records.date_words import recorded_words
from firstdose.report.committee.narratives import event_words, is_told
from firstdose.web.acting import TrialRequest
from firstdose.web.decision_words import still_open
from firstdose.web.sight import address_of, sight_of
from firstdose.web.trial import Trial, now

MOST_TOLD = 12
WAITS, IS_DLT = "may be a DLT, and waits for the verdict", "a DLT"


@dataclass(frozen=True)
class Told:
    """An event or a death in words; ``record`` is its kind and name, ``rank`` puts what decides about doses first."""

    rank: int
    words: str
    record: tuple[str, str]
    subject: str


@dataclass(frozen=True)
class BeforeSigning:
    """The first of what is told, each with its page where the role has one, how many more, and what is open."""

    since: str
    told: tuple[tuple[str, str | None], ...]
    more: int
    open: tuple[str, ...]


def before_signing(request: TrialRequest, prepared: PreparedDecision, frozen: TrialData) -> BeforeSigning:
    """The same for one decision, on the data that were frozen for it; what is open is told as of now."""
    trial, sees = request.trial, request.acting.may("see_data")
    last = _last_before(trial, prepared)
    found = trial.kept("since the last decision", prepared.preparation, lambda: _told(trial, prepared, frozen, last))
    seen = sight_of(request).without_others if sees else str  # a committee sees everybody
    told = tuple((seen(each.words), _address(request, each)) for each in found[:MOST_TOLD])
    since = f"since decision {last.decision} was prepared" if last else "since the beginning of the trial"
    return BeforeSigning(since, told, max(0, len(found) - MOST_TOLD), tuple(still_open(trial, now(), seen)))


def _last_before(trial: Trial, prepared: PreparedDecision) -> PreparedDecision | None:
    """What was prepared for the decision that was taken last before this one; None where it was not prepared here."""
    taken = {each.decision for each in trial.dosing_data().records(DoseDecision) if each.decision < prepared.decision}
    of_last = [each for each in all_of(trial.ledger, PreparedDecision) if taken and each.decision == max(taken)]
    return of_last[-1] if of_last else None


def _told(
    trial: Trial, prepared: PreparedDecision, frozen: TrialData, last: PreparedDecision | None
) -> tuple[Told, ...]:
    """The deaths, serious events and possible DLTs of which something was entered or changed since the last one."""
    before = {*_recorded(seen_again(trial.ledger, last).trial_data)} if last else set()
    courses = Courses(trial.protocol, Records(frozen, instant(prepared.data_as_of)))
    counted = {(course.subject, each.number): each.is_dlt for course in courses.all for each in course.events}
    fresh = [each for each in _recorded(frozen) if each not in before]
    touched = {(each.subject, each.event) for each in fresh if isinstance(each, DltAdjudication | GradeChange)}
    found: list[Told] = []
    fatal: set[str] = set()
    for event in frozen.records(AdverseEvent):
        key = (event.subject, event.number)
        is_new = key in touched or event not in before
        if is_new and (key in counted or is_told(event, is_dlt=False)):
            found.append(_event(event, key in counted, counted.get(key) is True))
            fatal |= {event.subject} if event.outcome == "fatal" else set()
    found += [_death(each) for each in fresh if isinstance(each, Death) and each.subject not in fatal]
    return tuple(sorted(found, key=lambda each: (each.rank, each.subject)))


def _recorded(trial_data: TrialData) -> Iterator[AdverseEvent | Death | DltAdjudication | GradeChange]:
    """What the data say of events, deaths and verdicts, record by record."""
    yield from trial_data.records(AdverseEvent)
    yield from trial_data.records(Death)
    yield from trial_data.records(DltAdjudication)
    yield from trial_data.records(GradeChange)


def _event(event: AdverseEvent, is_counted: bool, is_dlt: bool) -> Told:
    what = f" ({IS_DLT if is_dlt else WAITS})" if is_counted else ""
    words = f"{event.subject}, event {event.number}: {event_words(event)}{what}"
    name = name_of("adverse_events", event.subject, event.number)
    return Told(0 if is_dlt else 1 if is_counted else 3, words, ("adverse_events", name), event.subject)


def _death(death: Death) -> Told:
    died = recorded_words(death.died) if death.died else "on a day that is not recorded"
    words = f"{death.subject}: died {died}; cause: {death.cause or 'not recorded'}"
    return Told(2, words, ("deaths", name_of("deaths", death.subject)), death.subject)


def _address(request: TrialRequest, told: Told) -> str | None:
    """The record itself for who sees data; for the committee the page of verdicts, where possible DLTs stand."""
    if request.acting.may("see_data"):
        return address_of(*told.record, told.subject)
    return reverse("adjudications") if told.record[0] == "adverse_events" else None
