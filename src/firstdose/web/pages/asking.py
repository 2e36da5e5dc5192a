"""Asking queries: about one record, or the same about several."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.conduct.queries import Asked, ask
from firstdose.records import columns_of, keys_of
from firstdose.records.question import Column
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.sight import TITLES, check_seen, sight_of
from firstdose.web.value_words import value_words

MOST_LISTED = 300
FIELDS_LISTED = 4


@dataclass(frozen=True)
class Choosable:
    """A record that can be asked about, with what stands in its first fields."""

    stored: StoredRecord
    words: str
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
    columns = {name: each for name, each in columns_of(LEDGER_RECORDS[record_type]).items() if _shows(request, each)}
    records = [
        each
        for each in request.trial.ledger.records(record_type)
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
        "fields": [(name, each.question.words) for name, each in columns.items()],
        "field": sent.get("field", ""),
        "records": [Choosable(each, _words(each, columns), bool(chosen)) for each in records[:MOST_LISTED]],
        "more": len(records) - MOST_LISTED,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/ask.html", context)


def _shows(request: TrialRequest, column: Column) -> bool:
    """Whether the role may see a field."""
    return request.acting.may("see_names") or column.question.identifying != "directly"


def _words(stored: StoredRecord, columns: dict[str, Column]) -> str:
    """What stands in the first fields of a record that do not name it."""
    keys = keys_of(LEDGER_RECORDS[stored.record_type])
    filled = [
        value_words(stored.record_type, name, text)
        for name, text in stored.fields.items()
        if name in columns and name not in keys
    ]
    return ", ".join(filled[:FIELDS_LISTED])


def _asked(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """Ask the same about each record that was chosen."""
    names = list(dict.fromkeys(request.POST.getlist("record")))
    if not names:
        raise Refused("choose the records that are asked about")
    check_seen(sight_of(request), [(record_type, name) for name in names])
    words, field = request.POST.get("words", ""), request.POST.get("field", "") or None
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        if not work.is_repeated:
            ask(work, *(Asked(record_type, name, words, field) for name in names))
    told(request, f"asked about {len(names)} record{'s' if len(names) != 1 else ''}")
    return redirect("queries")
