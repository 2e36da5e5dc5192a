"""What is odd in a form as it is typed: said in words above its buttons, and beside each field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.shortcuts import render

from firstdose.conduct.entering import Finding
from firstdose.web.acting import TrialRequest
from firstdose.web.value_words import field_words


def findings_page(
    request: TrialRequest, record_type: str, findings: Sequence[Finding], shown: Iterable[str]
) -> HttpResponse:
    """The part of a page that says what is odd, and what is missing; ``shown`` are the fields that the form has."""
    odd = [each for each in findings if each.weight != "missing"]
    context = {
        "findings": [(each, field_words(record_type, each.field)) for each in odd],
        "missing": [field_words(record_type, each.field) for each in findings if each.weight == "missing"],
        "near": [(name, [each for each in odd if each.field == name]) for name in shown],
    }
    return render(request, "firstdose/findings.html", context)
