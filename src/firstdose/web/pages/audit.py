"""The ledger itself, newest first: who did what, when and why."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.web.acting import TrialRequest
from firstdose.web.numbers import whole_number
from firstdose.web.seeing import visible_entries

ON_A_PAGE = 100


def audit(request: TrialRequest) -> HttpResponseBase:
    """The entries before a number, or the last ones."""
    head = request.trial.ledger.head()
    last = min(whole_number(request.GET.get("before")) or head.sequence + 1, head.sequence + 1) - 1
    first = max(0, last - ON_A_PAGE)
    with request.trial.ledger.entries(after=first, up_to=last) as entries:
        listed = sorted(entries, key=lambda entry: -entry.sequence)
    found = list(visible_entries(listed, request.trial, request.acting))
    context = {"entries": found, "head": head, "first": first, "older": first + 1 if first else None}
    return render(request, "firstdose/audit.html", context)
