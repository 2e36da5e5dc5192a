"""All records of one kind of a participant, in words and in the order of their numbers."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from firstdose.records.question import Column
from firstdose.web.acting import TrialRequest
from firstdose.web.pages.record_forms import check_form, form_page
from firstdose.web.record_words import RecordWords
from firstdose.web.subject_records import is_repeating, records_of

MOST_COLUMNS = 9


def records_of_subject(request: TrialRequest, subject: str, record_type: str) -> HttpResponseBase:
    """All records of one kind of a participant."""
    check_form(record_type)
    found = records_of(request.trial.ledger, subject, [record_type])[record_type]
    if not is_repeating(record_type):
        if found:
            return redirect("record", subject=subject, record_type=record_type, record=found[0].record)
        return redirect("new_record", subject=subject, record_type=record_type)
    words = RecordWords.of(request, record_type)
    columns = [words.columns[name] for name in words.telling(found)[:MOST_COLUMNS]]
    rows = [(each, [(words.text(each, column.name), _manner(column)) for column in columns]) for each in found]
    context = {"columns": [(each, _manner(each)) for each in columns], "rows": rows}
    return form_page(request, "firstdose/records.html", subject, record_type, context)


def _manner(column: Column) -> str:
    """How a column is set: numbers one below the other, dates and visits unbroken."""
    if column.is_date or column.name == "visit":
        return "date"
    return "number" if column.kind in (int, float) and not column.codes else ""
