"""Cohorts, slots and the gate: who may be dosed now, and if not, every reason why not."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from firstdose.conduct.administering import cancel_dosing, prepare_dosing, record_dosing
from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.cohorts import close_cohort, open_cohort
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import check_fields
from firstdose.conduct.gating import gate, may_not_be_dosed, situation_of
from firstdose.conduct.identity import name_of
from firstdose.conduct.in_short import reasons_in_short
from firstdose.conduct.ledger import Refused
from firstdose.conduct.roles import Deed
from firstdose.conduct.slots import assign_slot, release_slot, replace_participant, reserve_slot
from firstdose.conduct.standing import standing_of
from firstdose.conduct.waiting import join_waiting_list, leave_waiting_list, waiting_list
from firstdose.dosing import Gate
from firstdose.records.dosing import CohortKind
from firstdose.web.acting import TrialRequest
from firstdose.web.batches_now import batches_now
from firstdose.web.by_calendar import by_calendar_alone
from firstdose.web.cohort_decided import decided_on_dose, dose_of_level
from firstdose.web.cohorts_shown import shown_cohorts
from firstdose.web.dose_notes import beside_others, is_of_what_lacks, notes_beside
from firstdose.web.form_drafts import DISCARD, drop_draft, kept_draft
from firstdose.web.form_fields import fields_of_form
from firstdose.web.form_saving import findings_words, odd_in, opened_in, told_of
from firstdose.web.guarding import told
from firstdose.web.halting import halts_of, set_aside, without_advice
from firstdose.web.last_decision import last_decision
from firstdose.web.numbers import whole_number
from firstdose.web.openings import openings
from firstdose.web.seeing import visible_subjects
from firstdose.web.sent_once import written_once
from firstdose.web.sight import sight_of
from firstdose.web.site_zone import zone_of_person
from firstdose.web.subject_records import FORMS
from firstdose.web.trial import now

DOSINGS, RECORD = "dosings", "record"
GIVEN_FIELDS = (
    "procedure_start",
    "product_start",
    "product_end",
    "dose_given",
    "dose_unit",
    "given",
    "batch",
    "viability_percent",
    "volume_ml",
    "interrupted",
    "interruption_reason",
)
"""What is recorded of a dosing, in the order in which it happens."""


def doses(request: TrialRequest) -> HttpResponseBase:
    """The cohorts with their slots, the batches, and who waits; cohorts are opened and closed here."""
    if request.method == "POST":
        return _cohort(request)
    moment = now()
    visible = visible_subjects(request.trial, request.acting)
    standing = standing_of(request.trial.courses(moment, at_once=True))
    context = {
        "standing": standing,
        "cohorts": shown_cohorts(request, standing, moment),
        "last_decision": last_decision(request.trial.protocol, request.trial.dosing_data(), standing.advice),
        "visible": visible,
        "by_calendar": by_calendar_alone(request.trial, moment, visible),
        "halts": halts_of(request, moment),
        "without_advice": without_advice(request),
        "set_aside": set_aside(request),
        "waiting": waiting_list(request.trial.ledger),
        "batches": batches_now(
            request.trial, [each for each in request.trial.ledger.records("batches") if not each.is_removed], moment
        ),
        "openings": openings(request, moment) if request.acting.may("prepare_decisions") else None,
        "backfills": request.trial.protocol.escalation.backfill is not None,
    }
    return render(request, "firstdose/doses.html", context)


def one(request: TrialRequest, subject: str) -> HttpResponseBase:
    """One participant's way to a dose: slot, gate, batch, what was given."""
    if request.method != "POST":
        return _shown(request, subject)
    if DISCARD in request.POST:
        drop_draft(request.acting.author.account, DOSINGS, _draft_key(subject))
        return redirect("dose", subject=subject)
    try:
        return _step(request, subject)
    except Refused as refusal:
        return _shown(request, subject, str(refusal))


def _shown(request: TrialRequest, subject: str, refused: str = "") -> HttpResponseBase:
    """The page of a dose; after a refusal with its words, and with what was typed."""
    moment = now()
    visible, seen = visible_subjects(request.trial, request.acting), sight_of(request).without_others
    situation = situation_of(request.trial.ledger, request.trial.dosing_data(), request.trial.protocol, moment)
    found: Gate = gate(situation, subject, zone=request.trial.zone, batch=request.GET.get("batch") or None)
    decided = decided_on_dose(request.trial.courses(moment, at_once=True), found.cohort, seen)
    planned = [
        each
        for each in request.trial.ledger.records_under(DOSINGS, name_of("subjects", subject))
        if not each.is_removed and not each.fields.get("given")
    ]
    stored = dict(planned[0].fields) if planned else {}
    draft = None if refused else kept_draft(request.acting.author.account, DOSINGS, _draft_key(subject))
    typed = draft[0] if draft else request.POST
    texts = stored | {name: typed[name] for name in GIVEN_FIELDS if name in typed}
    findings = check_fields(DOSINGS, {**texts, "subject": subject, "number": "1"}) if refused or draft else ()
    zone = zone_of_person(request.trial, subject)
    every = {each.name: each for each in fields_of_form(DOSINGS, texts, stored, findings=findings, zone=zone)}
    slots = [each for each in request.trial.ledger.records("slots") if each.fields.get("subject") == subject]
    context = {
        "subject": subject,
        "gate": found,
        "not_now": may_not_be_dosed(subject),
        "dose": dose_of_level(request.trial.protocol, found.level),
        "decided": decided.for_cohort,
        "last_decision": decided.last,
        "notes": [
            (note, is_of_what_lacks(note))
            for note in notes_beside(request, found, is_departed_from=decided.is_not_the_advice)
        ],
        "reasons": [replace(each, words=seen(each.words)) for each in reasons_in_short(found.reasons)],
        "keys": [(each.rule, seen(each.words)) for each in found.reasons],
        "by_calendar": by_calendar_alone(request.trial, moment, visible),
        "moment": moment,
        "planned": planned[0] if planned else None,
        "beside": seen(beside_others(request, subject, moment)),
        "slots": slots,
        "states": {each.fields.get("state") for each in slots} - GIVEN_UP,
        "cohorts": [each for each in request.trial.ledger.records("cohorts") if not each.fields.get("closed")],
        "fields": [every[name] for name in GIVEN_FIELDS],
        "request_key": str(uuid.uuid4()),
        "draft": _draft_key(subject),
        "has_draft": draft is not None,
        "is_waiting": subject in waiting_list(request.trial.ledger),
        "refused": seen(refused),
        "step": request.POST.get("step", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "firstdose/dose.html", context, status=409 if refused else 200)


def _draft_key(subject: str) -> str:
    """What names the form about what was given."""
    return f"{subject}/given"


def _cohort(request: TrialRequest) -> HttpResponseBase:
    """Open or close a cohort."""
    step, cohort = request.POST.get("step", ""), request.POST.get("cohort", "").strip()
    with written_once(request) as work:
        if step == "open":
            chosen = request.POST.get("decision", "")
            kind: CohortKind = "backfill" if chosen == "backfill" else "escalation"
            said = request.POST.get("without_dlt", "")
            open_cohort(work, decision=whole_number(chosen), cohort=cohort or None, kind=kind, without_dlt=said)
            words = "the cohort is open"
        elif step == "close":
            close_cohort(work, cohort, request.POST.get("reason", ""))
            words = f"cohort {cohort} is closed"
        else:
            raise Refused("choose what is to be done")
    told(request, words)
    return redirect("doses")


def _step(request: TrialRequest, subject: str) -> HttpResponseBase:
    """One step of a participant on the way to a dose."""
    step = request.POST.get("step", "")
    if step not in STEPS:
        raise Http404
    with written_once(request) as work:
        words = "done already" if work.is_repeated else _carry_out(work, request, subject, step)
        odd = _checked(work, "record_dosing" if step in OF_DOSING else "hold_slots")
        opened = opened_in(work)
    if step == RECORD:
        drop_draft(request.acting.author.account, DOSINGS, _draft_key(subject))
    told_of(request, f"{subject}: {words}", odd, opened)
    return redirect("dose", subject=subject)


def _checked(work: Work, by: Deed) -> list[SafeString]:
    """Let the rules ask about what a step wrote, as they do of what a form writes; what is odd in it."""
    written = {(each.record_type, each.record) for each in work.entries if each.record_type in FORMS}
    for record_type, record in sorted(written) if not work.is_repeated else ():
        check_record(work, record_type, record, by)
    return [words for each in sorted(written) for words in findings_words(each[0], odd_in(work, *each))]


def _carry_out(work: Work, request: TrialRequest, subject: str, step: str) -> str:
    """Carry out a step; what was done in words."""
    sent, reason = request.POST, request.POST.get("reason", "")
    if step == "reserve":
        reserve_slot(work, sent.get("cohort", ""), subject, reason)
    elif step == "assign":
        assign_slot(work, subject)
    elif step == "release":
        release_slot(work, subject, reason)
    elif step == "replace":
        replace_participant(work, subject, reason)
    elif step == "wait":
        join_waiting_list(work, subject)
    elif step == "leave":
        leave_waiting_list(work, subject, reason)
    elif step == "prepare":
        prepare_dosing(work, subject, sent.get("batch", "").strip())
    elif step == "cancel":
        cancel_dosing(work, subject, reason)
    elif step == RECORD:
        fields: dict[str, str | None] = {name: sent[name] for name in GIVEN_FIELDS if sent.get(name, "").strip()}
        departed = record_dosing(work, subject, fields, reason)
        if departed:
            return f"the dosing is recorded; it departs from what was allowed ({'; '.join(departed)}), and dosing halts"
    return STEPS[step]


GIVEN_UP = {"released", "replaced"}
OF_DOSING = ("prepare", "cancel", RECORD)
STEPS = {
    "reserve": "a slot is reserved",
    "assign": "the slot is assigned",
    "release": "the slot is released",
    "replace": "a slot is open for somebody in this person's place",
    "wait": "on the waiting list",
    "leave": "off the waiting list",
    "prepare": "the dosing is prepared",
    "cancel": "the dosing is cancelled",
    RECORD: "the dosing is recorded",
}
