"""Forms of records that are nobody's in particular: batches of cells and their release tests."""

from __future__ import annotations

import uuid

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.entering import check_fields, draft_of
from firstdose.conduct.ledger import Conflict, Refused, StoredRecord
from firstdose.records import keys_of
from firstdose.records.catalogue import RECORDS
from firstdose.web.acting import TrialRequest
from firstdose.web.batches_now import batches_now
from firstdose.web.form_checking import findings_page
from firstdose.web.form_drafts import DISCARD, drop_draft, keep_typed, kept_draft
from firstdose.web.form_fields import fields_of_form
from firstdose.web.form_saving import save_draft, seen_in, typed_in
from firstdose.web.offered import not_offered, offered_in
from firstdose.web.queries_shown import queries_beside
from firstdose.web.record_words import RecordWords
from firstdose.web.sight import TRIAL_FORMS
from firstdose.web.trial import now
from firstdose.web.value_words import in_order

BATCHES, TEST = "batches", "test"
NEW = "/new"
"""What names the form of a record that is not there yet; the name of none begins so."""


def listing(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """All records of a kind."""
    _check(record_type)
    found = sorted(request.trial.ledger.records(record_type), key=lambda each: in_order(each.record))
    listed = batches_now(request.trial, found, now()) if record_type == BATCHES else [(each, ()) for each in found]
    told_as = RecordWords.of(request, record_type)
    records = [(each, told_as.text(each, TEST), against) for each, against in listed]
    context = {"record_type": record_type, "title": TRIAL_FORMS[record_type], "records": records}
    return render(request, "firstdose/trial_records.html", context)


def new(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """Enter a record."""
    _check(record_type)
    return _form(request, record_type, None)


def one(request: TrialRequest, record_type: str, record: str) -> HttpResponseBase:
    """Look at a record and change it."""
    _check(record_type)
    stored = request.trial.ledger.record(record_type, record)
    if not stored.exists:
        raise Http404
    return _form(request, record_type, stored)


def check(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """What is odd in a form as it is typed; what was typed is kept until it is saved."""
    _check(record_type)
    texts, key = typed_in(request, record_type), request.POST.get("draft", "").replace("\x00", "")
    if request.method == "POST":
        keep_typed(request, record_type, key, texts, seen_in(request, record_type))
    named = request.trial.ledger.record(record_type, key).fields
    keys = {name: named[name] for name in keys_of(RECORDS[record_type]) if name in named}
    odd = not_offered(offered_in(request.trial, record_type), record_type, texts)
    return findings_page(request, record_type, [*check_fields(record_type, {**texts, **keys}), *odd], texts)


def _form(request: TrialRequest, record_type: str, stored: StoredRecord | None) -> HttpResponseBase:
    """The form, or what becomes of one that was sent."""
    texts = dict(stored.fields) if stored else {}
    seen, words, conflicts = dict(texts), "", {}
    account, key = request.acting.author.account, stored.record if stored else NEW
    typed = kept_draft(account, record_type, key) if request.method != "POST" else None
    if typed:
        texts, seen = {**texts, **typed[0]}, typed[1]
    if DISCARD in request.POST:
        drop_draft(account, record_type, key)
        return redirect(request.get_full_path())
    if request.method == "POST":
        texts, seen = typed_in(request, record_type), seen_in(request, record_type)
        try:
            draft = draft_of(record_type, texts, seen, stored=stored, reason=request.POST.get("reason", ""))
            save_draft(request, draft, TRIAL_FORMS[record_type])
            drop_draft(account, record_type, key)
            return redirect("trial_records", record_type=record_type)
        except Conflict as conflict:
            words, conflicts = str(conflict), {each.field: each.stored or "" for each in conflict.fields}
            seen |= conflicts
        except Refused as refusal:
            words = str(refusal)
    fixed = keys_of(RECORDS[record_type]) if stored else ()
    offered = offered_in(request.trial, record_type)
    findings = [*check_fields(record_type, texts), *not_offered(offered, record_type, texts)] if stored or words else []
    context = {
        "title": TRIAL_FORMS[record_type],
        "record_type": record_type,
        "stored": stored,
        "words": words,
        "reason": request.POST.get("reason", ""),
        "request_key": str(uuid.uuid4()),
        "draft": key,
        "has_draft": typed is not None,
        "fields": fields_of_form(
            record_type, texts, seen, findings=findings, fixed=fixed, conflicts=conflicts, offered=offered
        ),
        "queries": queries_beside(request, stored),
        "entries": request.trial.ledger.history(record_type, stored.record) if stored else (),
    }
    return render(request, "firstdose/trial_record.html", context, status=409 if words else 200)


def _check(record_type: str) -> None:
    if record_type not in TRIAL_FORMS:
        raise Http404
