"""Blank forms to print, made from the same questions as the forms on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.measures import MEASURES
from firstdose.records import RECORDS, columns_of
from firstdose.web.acting import TrialRequest
from firstdose.web.form_fields import FormField, fields_of_form
from firstdose.web.form_groups import FieldGroup, groups_of
from firstdose.web.sight import TITLES

ASSESSMENTS = "assessments"
OF_ITEM = ("number", "measure", "item", "question", "answer", "answer_text", "unit", "standard_answer")
"""What the items of a measure say of themselves."""


@dataclass(frozen=True)
class Asked:
    """One item of a clinical measure, on paper."""

    question: str
    help: str
    choices: tuple[tuple[str, str], ...]


def listing(request: TrialRequest) -> HttpResponseBase:
    """Every blank form."""
    schedule = request.trial.protocol.schedule
    used = dict.fromkeys(each.measure for each in schedule.activities if each.measure) if schedule else {}
    measures = [MEASURES[name] for name in used if name in MEASURES]
    return render(request, "firstdose/blank_forms.html", {"forms": list(TITLES.items()), "measures": measures})


def one(request: TrialRequest, record_type: str) -> HttpResponseBase:
    """One blank form; with ``?measure=`` that of a clinical measure with its items."""
    if record_type not in TITLES:
        raise Http404
    measure = MEASURES.get(request.GET.get("measure", "")) if record_type == ASSESSMENTS else None
    context = {
        "title": measure.title if measure else TITLES[record_type],
        "groups": _groups(record_type, OF_ITEM if measure else ()),
        "items": _items(measure.name) if measure else [],
        "version": request.trial.version,
    }
    return render(request, "firstdose/blank_form.html", context)


def _groups(record_type: str, without: Iterable[str]) -> list[FieldGroup]:
    """The fields of a form, without some."""
    left_out = frozenset(without)
    fields: list[FormField] = [each for each in fields_of_form(record_type, {}, {}) if each.name not in left_out]
    return groups_of(fields, columns_of(RECORDS[record_type]))


def _items(measure: str) -> list[Asked]:
    """The items of a measure, in order."""
    return [
        Asked(
            item.question,
            ", ".join(filter(None, (item.kind if not item.choices else "", item.unit or ""))),
            tuple((_number(code, words), words) for code, words in item.choices.items()),
        )
        for item in MEASURES[measure].items
    ]


def _number(code: object, words: str) -> str:
    """The number of an answer that says more than its words; empty where the code is the program's own."""
    return str(code) if isinstance(code, int) and str(code) != words else ""
