"""The participants: who they are, how far each has come, and what was entered about one."""

from __future__ import annotations

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.confirmed_without import confirmed_without_all
from firstdose.conduct.held import halting_words
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.standing import participation_of
from firstdose.web.acting import TrialRequest
from firstdose.web.held_words import shown_held
from firstdose.web.pages.versions import approved_versions
from firstdose.web.person import person_schedule
from firstdose.web.queries_shown import shown_queries
from firstdose.web.subject_records import FORMS, is_repeating, records_of_kind
from firstdose.web.trial import now
from firstdose.web.value_words import in_order, moment_words

FROM_THE_DAY = ("unknown", "after_dosing")
"""What is said of visits while the day of dosing is not known; one sentence above them says it."""
PRESSING = ("overdue", "due")
"""Visits that somebody should see to now."""


@dataclass(frozen=True)
class Form:
    """One form of a participant, with what was entered in it."""

    record_type: str
    title: str
    records: tuple[StoredRecord, ...]
    is_repeating: bool
    odd: int


@dataclass(frozen=True)
class Listed:
    """Somebody in the list of participants, with the slot; the moments are in words."""

    record: StoredRecord
    state: str
    slot: StoredRecord | None
    dosed: str
    consent: str
    is_without: bool
    """Whether eligibility was confirmed without all that is asked for before a dosing."""


def listing(request: TrialRequest) -> HttpResponseBase:
    """Everybody whom this role may see."""
    ledger = request.trial.ledger
    slots = {each.fields.get("subject"): each for each in ledger.records("slots") if _is_held(each)}
    dosed: dict[str | None, StoredRecord] = {}
    for each in ledger.records("dosings"):
        if not each.is_removed and _start(each):
            dosed.setdefault(each.fields.get("subject"), each)
    courses, without = request.trial.courses(now()), confirmed_without_all(ledger)
    people = [
        Listed(
            each,
            participation_of(courses, each.fields["subject"].strip()),
            slots.get(each.fields["subject"]),
            moment_words(_start(dosed.get(each.fields["subject"]))),
            moment_words(each.fields.get("consent", "")),
            each.fields["subject"] in without,
        )
        for each in sorted(ledger.records("subjects"), key=lambda each: in_order(each.record))
        if not each.is_removed and request.acting.sees_site(each.fields.get("centre"))
    ]
    return render(request, "firstdose/participants.html", {"people": people})


def _is_held(slot: StoredRecord) -> bool:
    """Whether somebody has a slot, or had it until being replaced after the dosing."""
    return not slot.is_removed and slot.fields.get("state") != "released"


def _start(dosing: StoredRecord | None) -> str:
    """When cells were given, or the procedure began; empty for a dosing that is only prepared."""
    fields = dosing.fields if dosing else {}
    return fields.get("product_start") or fields.get("procedure_start") or ""


def one(request: TrialRequest, subject: str) -> HttpResponseBase:
    """One participant: the schedule, the timeline, and every form with what stands in it."""
    found = {name: tuple(records_of_kind(request.trial.ledger, subject, name)) for name in FORMS}
    present = {name: tuple(each for each in records if not each.is_removed) for name, records in found.items()}
    odd = {name: request.trial.remembered.odd(name, records) for name, records in present.items()}
    forms = [Form(name, title, present[name], is_repeating(name), odd[name]) for name, title in FORMS.items()]
    _, schedule = person_schedule(request.trial, subject, now())
    context = {
        "subject": subject,
        "held": [halting_words(each) for each in shown_held(request, subject)],
        "person": found["subjects"][0],
        "forms": forms,
        "state": participation_of(request.trial.courses(now(), at_once=True), subject),
        "schedule": schedule,
        "waiting": sum(each.waits and each.subject == subject for each in shown_queries(request)),
        "versions": approved_versions(request),
        "without_day": all(each.visit.planned.is_missing for each in schedule),
        "follows": FROM_THE_DAY,
        "pressing": [each for each in schedule if each.visit.standing in PRESSING],
        "has_timeline": any(not each.is_removed for each in found["dosings"]),
    }
    return render(request, "firstdose/participant.html", context)
