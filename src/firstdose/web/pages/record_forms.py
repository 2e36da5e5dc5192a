"""Forms: what is entered about a participant, checked as it is typed, with its whole history."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from firstdose.conduct.by_hand import FIELDS_BY_COMMAND, ON_CRITERIA, ON_DOSE
from firstdose.conduct.catalogue import LEDGER_RECORDS, HeldEvent
from firstdose.conduct.entering import Finding, check_fields
from firstdose.conduct.held import HELD_KINDS, ended_words
from firstdose.conduct.ledger import Conflict, Entry, Refused, StoredRecord
from firstdose.records import columns_of, keys_of
from firstdose.web.acting import TrialRequest
from firstdose.web.form_checking import findings_page
from firstdose.web.form_drafts import DISCARD, drop_draft, keep_typed, kept_draft
from firstdose.web.form_fields import fields_of_form
from firstdose.web.form_groups import groups_of
from firstdose.web.form_saving import seen_in, typed_in
from firstdose.web.guarding import told
from firstdose.web.offered import not_offered, offered_in
from firstdose.web.pages.record_saving import correct, save
from firstdose.web.queries_shown import queries_beside
from firstdose.web.seeing import visible_entries
from firstdose.web.site_zone import zone_of_person
from firstdose.web.sources_shown import check_beside, signatures_beside
from firstdose.web.subject_records import FORMS, is_repeating, next_number, records_of, title_of
from firstdose.web.trial import now
from firstdose.web.under_lock import IN_ADDRESS, head_of_held, held_in, locked_to, seen_under_lock, typed_under_lock

DOSINGS = "dosings"
"""Doses are prepared and recorded behind the gate, on a page of their own; here they are looked at and corrected."""
RECORDED = "recorded"
"""When something was written down: now, unless the form says otherwise."""
FROM_VISIT, NAME_OF_VISIT = "at", re.compile("[A-Za-z0-9_.-]{1,60}")
"""The visit that one came from, as the address of a form names it."""


def new(request: TrialRequest, subject: str, record_type: str) -> HttpResponseBase:
    """Enter a record."""
    check_form(record_type)
    if record_type == DOSINGS:
        return redirect("dose", subject=subject)
    others = records_of(request.trial.ledger, subject, [record_type])[record_type]
    start = {"subject": subject, keys_of(LEDGER_RECORDS[record_type])[-1]: next_number(record_type, others)}
    if RECORDED in columns_of(LEDGER_RECORDS[record_type]):
        start[RECORDED] = now().astimezone(request.trial.zone).isoformat(timespec="minutes")
    start |= {name: request.GET[name] for name in columns_of(LEDGER_RECORDS[record_type]) if name in request.GET}
    start = {name: text for name, text in start.items() if text}
    held = held_in(request, subject, record_type, None)
    return _form(request, subject, record_type, None, start, held)


def one(request: TrialRequest, subject: str, record_type: str, record: str) -> HttpResponseBase:
    """Look at a record and change it."""
    check_form(record_type)
    stored = request.trial.ledger.record(record_type, record)
    if not stored.exists or stored.fields.get("subject", "").strip() != subject:
        raise Http404
    held = held_in(request, subject, record_type, stored.record)
    return _form(request, subject, record_type, stored, {}, held)


def check(request: TrialRequest, subject: str, record_type: str) -> HttpResponseBase:
    """What is odd in a form as it is typed; what was typed is kept until it is saved."""
    check_form(record_type)
    texts, seen = typed_in(request, record_type), seen_in(request, record_type)
    record = request.POST.get("draft", "").replace("\x00", "").partition("?")[0]
    keys = _keys(request.trial.ledger.record(record_type, record), subject)
    keep_typed(request, record_type, request.POST.get("draft", ""), texts, seen)
    by_record = check_fields(record_type, {**texts, **keys, "subject": subject})
    if record_type == DOSINGS:  # the number is given where the dose is recorded
        by_record = tuple(each for each in by_record if each.field not in keys_of(LEDGER_RECORDS[DOSINGS]))
    return findings_page(request, record_type, [*by_record, *_not_offered(request, record_type, texts)], texts)


def history(request: TrialRequest, subject: str, record_type: str, record: str) -> HttpResponseBase:
    """Everything ever entered in a record: who, when, what, why."""
    check_form(record_type)
    stored = request.trial.ledger.record(record_type, record)
    if stored.fields.get("subject", "").strip() != subject:
        raise Http404
    entries = list(_history(request, record_type, stored))
    context = {"entries": entries, "record": record, "field": request.GET.get("field", "")}
    return form_page(request, "firstdose/history.html", subject, record_type, context)


def _form(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    start: Mapping[str, str],
    held: HeldEvent | None = None,
) -> HttpResponseBase:
    """A form, or what becomes of one that was sent; filled with what was typed under a lock, where that is recorded."""
    now = dict(stored.fields) if stored else {}
    if request.method == "POST":
        texts, seen = typed_in(request, record_type), seen_in(request, record_type)
        if DISCARD in request.POST:
            drop_draft(request.acting.author.account, record_type, _draft_key(request, subject, stored))
            return redirect(request.get_full_path())
        try:
            return _saved(request, subject, record_type, stored, texts, seen)
        except Conflict as conflict:
            others = {each.field: each.stored or "" for each in conflict.fields}
            seen |= others
            return _shown(request, subject, record_type, stored, texts, seen, str(conflict), others)
        except Refused as refusal:
            return _shown(request, subject, record_type, stored, texts, seen, str(refusal), {})
    key = _draft_key(request, subject, stored)
    draft = kept_draft(request.acting.author.account, record_type, key)
    if held is not None and held.state != "waiting":
        told(request, f"held event {held.held} is {ended_words(held)}")
        return redirect("held")
    typed, why = (typed_under_lock(request.trial.ledger, held, stored), held.why or "") if held else ({}, "")
    texts, seen = draft if draft else ({**start, **now, **typed}, seen_under_lock(held, now) if held else now)
    return _shown(request, subject, record_type, stored, texts, seen, "", {}, draft is not None, why)


def _saved(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: dict[str, str],
    seen: dict[str, str],
) -> HttpResponseBase:
    """Write what was sent."""
    is_held = False
    if record_type == DOSINGS:
        correct(request, subject, stored, texts, seen)
    else:
        is_held = save(request, subject, record_type, stored, texts, seen)
    drop_draft(request.acting.author.account, record_type, _draft_key(request, subject, stored))
    return redirect("held") if is_held else _back(request, subject, record_type)


def _shown(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    words: str,
    conflicts: Mapping[str, str],
    has_draft: bool = False,
    reason: str = "",
) -> HttpResponseBase:
    """The form with what stands in it."""
    fixed = ("subject",) if stored is None else keys_of(LEDGER_RECORDS[record_type])
    elsewhere = _elsewhere(subject, record_type)
    texts = {**texts, **{name: stored.fields.get(name, "") if stored else "" for name in elsewhere}}
    texts |= _keys(stored, subject) if stored else {}
    by_record = check_fields(record_type, {**texts, "subject": subject}) if stored or words else ()
    findings = [*by_record, *_not_offered(request, record_type, texts)]
    fields = fields_of_form(
        record_type,
        {**texts, "subject": subject},
        seen,
        findings=findings,
        fixed=fixed,
        conflicts=conflicts,
        shows_names=request.acting.may("see_names"),
        elsewhere=elsewhere,
        offered=offered_in(request.trial, record_type),
        zone=zone_of_person(request.trial, subject),
    )
    context = {
        "groups": groups_of(fields, columns_of(LEDGER_RECORDS[record_type])),
        "stored": stored,
        "words": words,
        "has_draft": has_draft,
        "locked_to": locked_to(request, stored),
        "is_held": record_type in HELD_KINDS,
        "held_head": head_of_held(request),
        "differs": request.POST.get("differs", "") if IN_ADDRESS in request.GET else None,
        "draft": _draft_key(request, subject, stored),
        "request_key": str(uuid.uuid4()),
        "reason": request.POST.get("reason", reason),
        "queries": queries_beside(request, stored),
        "source": check_beside(request, stored),
        "signatures": signatures_beside(request, stored),
        "entries": list(_history(request, record_type, stored)) if stored else [],
    }
    return form_page(request, "firstdose/form.html", subject, record_type, context, 409 if words else 200)


def _not_offered(request: TrialRequest, record_type: str, texts: Mapping[str, str]) -> list[Finding]:
    """The answers that are none of those that the protocol names."""
    return not_offered(offered_in(request.trial, record_type), record_type, texts)


def _keys(stored: StoredRecord, subject: str) -> dict[str, str]:
    """What names a record of a participant that is there; a form that shows it as it stands does not send it back."""
    if stored.fields.get("subject", "").strip() != subject:
        return {}
    return {name: stored.fields[name] for name in keys_of(LEDGER_RECORDS[stored.record_type]) if name in stored.fields}


def _elsewhere(subject: str, record_type: str) -> dict[str, tuple[str, str]]:
    """The fields that no form writes, each with the page where that is done."""
    pages = {ON_CRITERIA: "eligibility", ON_DOSE: "dose"}
    kept = FIELDS_BY_COMMAND.get(record_type, {})
    return {name: (reverse(pages[words], args=[subject]), words) for name, words in kept.items()}


def form_page(
    request: TrialRequest, template: str, subject: str, record_type: str, context: dict[str, Any], status: int = 200
) -> HttpResponseBase:
    """A page about records of one kind of a participant."""
    common = {"subject": subject, "record_type": record_type, "title": title_of(record_type)}
    return render(request, template, {**common, **context}, status=status)


def _history(request: TrialRequest, record_type: str, stored: StoredRecord) -> Iterator[Entry]:
    """Every entry about a record, as far as the role may see it."""
    return visible_entries(request.trial.ledger.history(record_type, stored.record), request.trial, request.acting)


def _draft_key(request: TrialRequest, subject: str, stored: StoredRecord | None) -> str:
    """What names the form of a record, or of a new one of a participant, begun in the same way."""
    begun = request.GET.urlencode()
    if stored is not None:
        return f"{stored.record}?{begun}" if IN_ADDRESS in request.GET else stored.record
    return f"{subject}/new?{begun}" if begun else f"{subject}/new"


def _back(request: TrialRequest, subject: str, record_type: str) -> HttpResponseBase:
    """Where one goes on after a form: to the visit that one came from, else to the records of its kind."""
    visit = request.GET.get(FROM_VISIT, "")
    if NAME_OF_VISIT.fullmatch(visit):
        return redirect("visit", subject=subject, visit=visit)
    if is_repeating(record_type):
        return redirect("records", subject=subject, record_type=record_type)
    return redirect("participant", subject=subject)


def check_form(record_type: str) -> None:
    """Raise Http404 for what is no form of a participant."""
    if record_type not in FORMS:
        raise Http404
