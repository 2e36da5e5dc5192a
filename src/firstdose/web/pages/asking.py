"""Asking queries: about one record, or the same about several."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.conduct.queries import Asked, ask
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.record_words import RecordWords
from firstdose.web.sent_once import written_once
from firstdose.web.sight import TITLES, check_seen, sight_of
from firstdose.web.subject_records import place_of
from firstdose.web.value_words import in_order

MOST_LISTED = 300
FIELDS_LISTED = 4


@dataclass(frozen=True)
class Choosable:
    """A record that can be asked about, with what stands in its first fields."""

    stored: StoredRecord
    texts: list[tuple[str, str]]
    is_chosen: bool


def ask_queries(request: TrialRequest) -> HttpResponseBase:
    """Choose a kind of record and the records of it, and ask."""
    sent = request.POST if request.method == "POST" else request.GET
    record_type = sent.get("type", "") or next(iter(TITLES))
    if record_type not in TITLES:
        raise Http404
    if request.method == "POST":
        return _asked(request, record_type)
    sight, subject, chosen = sight_of(request), sent.get("subject", ""), sent.getlist("record")
    told_as = RecordWords.of(request, record_type)
    records = [
        each
        for each in sorted(request.trial.ledger.records(record_type), key=_place)
        if not each.is_removed
        and sight.shows_stored(each)
        and (not subject or each.fields.get("subject") == subject)
        and (not chosen or each.record in chosen)
    ]
    context = {
        "record_type": record_type,
        "kinds": list(TITLES.items()),
        "subject": subject,
        "subjects": sorted(sight.visible),
        "fields": [(name, each.question.words) for name, each in told_as.columns.items()],
        "field": sent.get("field", ""),
        "records": [
            Choosable(each, told_as.in_short(each, FIELDS_LISTED), bool(chosen)) for each in records[:MOST_LISTED]
        ],
        "more": len(records) - MOST_LISTED,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/ask.html", context)


def _place(stored: StoredRecord) -> tuple[object, ...]:
    """Participants one after the other, the records of each as they follow each other."""
    return in_order(stored.fields.get("subject", "")), place_of(stored)


def _asked(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """Ask the same about each record that was chosen."""
    names = list(dict.fromkeys(request.POST.getlist("record")))
    if not names:
        raise Refused("choose the records that are asked about")
    check_seen(sight_of(request), [(record_type, name) for name in names])
    words, field = request.POST.get("words", ""), request.POST.get("field", "") or None
    with written_once(request) as work:
        if not work.is_repeated:
            ask(work, *(Asked(record_type, name, words, field) for name in names))
    told(request, f"asked about {len(names)} record{'s' if len(names) != 1 else ''}")
    return redirect("queries")
