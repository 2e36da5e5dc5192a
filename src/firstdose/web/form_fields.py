"""The fields of a form, made from the questions of a kind of record; nothing about a field is said twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.entering import Finding
from firstdose.records import PartialDate, columns_of
from firstdose.records.question import Column
from firstdose.records.values import NO_WORD, YES_WORD
from firstdose.web.queries_shown import ShownQuery

Widget = Literal["text", "long", "choice", "number", "date"]
LONG = ("description", "reason", "note", "words", "answer", "term_as_reported")
DATE_HELP = "as 2026-03-14; leave out what is not known: 2026-03 or 2026"
TIME_HELP = "as 2026-03-14T10:30; leave out what is not known: 2026-03-14 or 2026-03"


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class FormField:
    """One field: what it asks, how it is answered, what stands in it, and what is odd about that."""

    name: str
    question: str
    help: str
    unit: str
    widget: Widget
    text: str
    seen: str
    choices: tuple[Choice, ...]
    is_required: bool
    is_fixed: bool
    findings: tuple[Finding, ...]
    conflict: str | None = None
    queries: tuple[ShownQuery, ...] = ()
    """Queries that wait and that stand beside it though the form's record is not theirs."""
    link: str = ""
    """The page on which a field that cannot be changed here is written."""
    place: str = ""


def fields_of_form(
    record_type: str,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    *,
    findings: Collection[Finding] = (),
    fixed: Collection[str] = (),
    conflicts: Mapping[str, str] | None = None,
    shows_names: bool = True,
    elsewhere: Mapping[str, tuple[str, str]] | None = None,
) -> list[FormField]:
    """The fields of a form about a record; ``fixed`` ones cannot be changed; those that identify may be left out.

    Neither can those that are written ``elsewhere``, each with the address of the page and what is done there.
    """
    links = elsewhere or {}
    return [
        FormField(
            name=column.name,
            question=column.question.words,
            help=_help(column),
            unit=column.question.unit,
            widget=_widget(column),
            text=texts.get(column.name, ""),
            seen=seen.get(column.name, ""),
            choices=_choices(column, texts.get(column.name, "")),
            is_required=column.is_required,
            is_fixed=column.name in fixed or column.name in links,
            findings=tuple(each for each in findings if each.field == column.name),
            conflict=(conflicts or {}).get(column.name),
            link=links.get(column.name, ("", ""))[0],
            place=links.get(column.name, ("", ""))[1],
        )
        for column in columns_of(LEDGER_RECORDS[record_type]).values()
        if shows_names or column.question.identifying != "directly"
    ]


def _help(column: Column) -> str:
    """How a field is to be filled in; nothing where its choices or its unit say so."""
    if column.is_date:
        return DATE_HELP if column.kind is PartialDate else TIME_HELP
    if column.codes or column.kind in (bool, str):
        return ""
    return ", ".join(filter(None, ("whole number" if column.kind is int else "number", column.limits_in_words)))


def _widget(column: Column) -> Widget:
    """How a field is answered."""
    if column.codes or column.kind is bool:
        return "choice"
    if column.is_date:
        return "date"
    if column.kind in (int, float):
        return "number"
    return "long" if column.name in LONG else "text"


def _choices(column: Column, text: str) -> tuple[Choice, ...]:
    """The answers that can be chosen, and what stands there even if it is none of them."""
    words = dict(column.codes) if column.codes else {YES_WORD: "yes", NO_WORD: "no"} if column.kind is bool else {}
    if not words:
        return ()
    listed = {"": "", **words}
    if text and text not in listed:
        listed[text] = f"{text} (as typed)"
    return tuple(Choice(value, said, value == text) for value, said in listed.items())
