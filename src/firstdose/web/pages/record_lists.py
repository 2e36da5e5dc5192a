"""All records of one kind of a participant, in words and in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import StoredRecord
from firstdose.records import columns_of, keys_of, occurrence_of
from firstdose.records.question import Column
from firstdose.web.acting import TrialRequest
from firstdose.web.measure_answers import answer_words
from firstdose.web.pages.record_forms import check_form, form_page
from firstdose.web.subject_records import is_repeating, records_of
from firstdose.web.value_words import value_words, visit_names

MOST_COLUMNS = 9
LEFT_OUT = {"assessments": ("item", "standard_answer"), "lab_results": ("test",)}
"""Codes of what another column says in words."""


def records_of_subject(request: TrialRequest, subject: str, record_type: str) -> HttpResponseBase:
    """All records of one kind of a participant."""
    check_form(record_type)
    found = records_of(request.trial.ledger, subject, [record_type])[record_type]
    if not is_repeating(record_type):
        if found:
            return redirect("record", subject=subject, record_type=record_type, record=found[0].record)
        return redirect("new_record", subject=subject, record_type=record_type)
    columns, visits = list(_columns(record_type, found)), visit_names(request.trial.protocol)
    rows = [(each, list(_cells(each, columns, visits))) for each in found]
    context = {"columns": [(each, _manner(each)) for each in columns], "rows": rows}
    return form_page(request, "firstdose/records.html", subject, record_type, context)


def _columns(record_type: str, found: Sequence[StoredRecord]) -> Iterator[Column]:
    """What tells the records from each other and when each thing occurred, then the first of what is filled in."""
    columns = columns_of(LEDGER_RECORDS[record_type])
    keys = keys_of(LEDGER_RECORDS[record_type])
    first = [name for name in (*keys, "visit", occurrence_of(LEDGER_RECORDS[record_type])) if name in columns]
    left_out = ("subject", *LEFT_OUT.get(record_type, ()))
    filled = [name for name in columns if name not in left_out and any(name in each.fields for each in found)]
    chosen = dict.fromkeys([*(name for name in first if name != "subject"), *(filled or columns)])
    yield from (columns[name] for name in list(chosen)[:MOST_COLUMNS] if name != "subject")


def _cells(stored: StoredRecord, columns: Iterable[Column], visits: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What stands in each column, in words, and how it is set."""
    for column in columns:
        text = stored.fields.get(column.name, "")
        words = answer_words(stored) if column.name == "answer_text" else None
        yield words or value_words(stored.record_type, column.name, text, visits), _manner(column)


def _manner(column: Column) -> str:
    """How a column is set: numbers one below the other, dates and visits unbroken."""
    if column.is_date or column.name == "visit":
        return "date"
    return "number" if column.kind in (int, float) and not column.codes else ""
