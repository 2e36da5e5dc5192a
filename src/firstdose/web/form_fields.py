"""The fields of a form, made from the questions of a kind of record; nothing about a field is said twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.entering import Finding
from firstdose.conduct.naming import value_words
from firstdose.records import PartialDateTime, columns_of
from firstdose.records.question import Column
from firstdose.records.values import NO_WORD, YES_WORD
from firstdose.web.queries_shown import ShownQuery
from firstdose.web.site_zone import words_of_zone

Widget = Literal["text", "long", "choice", "number", "date"]
LONG = ("description", "reason", "note", "words", "answer", "term_as_reported")
DATE_HELP = "as 2026-03-14; leave out what is not known: 2026-03 or 2026"
OF_THE_FORM = ("request", "draft", "discard", "reason", "remove", "restore")
"""What a form sends of itself, such as the reason for a change; a question of that name is sent under another one."""
OWN = "own:"
LONGEST_QUESTION = 70
"""Of a longer question, the first part is the label of its field; the rest is the help beneath it."""
TIME_HELP = "as 2026-03-14T10:30 in {zone}, or with the offset from UTC; 2026-03 where no more is known"


FREE_TEXT_HELP = {
    ("adverse_events", "special_interest"): (
        "where it is one: its name, the same for all of its kind; what stands here is free, for the protocol’s file "
        "lists no such events",
        "where it is one: the protocol lists those that there are",
    ),
}
"""How fields are filled in that take any text, where their question does not say it; then where answers are offered."""


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
    offered: tuple[tuple[str, str], ...] = ()
    """Answers that are known, with their words, for a field that takes any text."""
    zone: str = ""
    """The zone in which a time is read that says none of its own; empty for a field that takes no time of day."""

    @property
    def sent_as(self) -> str:
        """The name under which the form sends it."""
        return sent_as(self.name)


def sent_as(name: str) -> str:
    """The name under which a form sends the answer to a question: its own, unless the form says something by that."""
    return OWN + name if name in OF_THE_FORM else name


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
    offered: Mapping[str, Mapping[str, str]] | None = None,
    zone: tzinfo | None = None,
) -> list[FormField]:
    """The fields of a form about a record; ``fixed`` ones cannot be changed; those that identify may be left out.

    Neither can those that are written ``elsewhere``, each with the address of the page and what is done there.
    ``offered`` are known answers of fields that take any text, with their words; ``zone`` is that of the record's
    centre, where it is another than that of the site.
    """
    links = elsewhere or {}
    return [
        FormField(
            name=column.name,
            question=_asked(column)[0],
            help=_help(record_type, column, _zone(column, texts, zone), bool((offered or {}).get(column.name))),
            unit=column.question.unit,
            widget=_widget(column),
            text=texts.get(column.name, ""),
            seen=seen.get(column.name, ""),
            choices=_choices(column, texts.get(column.name, "")),
            is_required=column.is_required,
            is_fixed=column.name in fixed or column.name in links,
            findings=tuple(each for each in findings if each.field == column.name),
            conflict=_entered(record_type, column, conflicts or {}),
            link=links.get(column.name, ("", ""))[0],
            place=links.get(column.name, ("", ""))[1],
            offered=tuple((offered or {}).get(column.name, {}).items()),
            zone=_zone(column, texts, zone),
        )
        for column in columns_of(LEDGER_RECORDS[record_type]).values()
        if shows_names or column.question.identifying != "directly"
    ]


def _asked(column: Column) -> tuple[str, str]:
    """What a field asks, and the advice on how to answer that a long question ends with."""
    words = column.question.words
    if len(words) <= LONGEST_QUESTION:
        return words, ""
    short = column.label
    return short[:1].upper() + short[1:], words[len(short) :].lstrip("?,; ")


def _entered(record_type: str, column: Column, conflicts: Mapping[str, str]) -> str | None:
    """What somebody else entered meanwhile: a code in words, anything else as one would type it."""
    text = conflicts.get(column.name)
    return None if text is None else value_words(record_type, column.name, text)


def _help(record_type: str, column: Column, zone: str, is_offered: bool) -> str:
    """How a field is to be filled in; nothing where its choices or its unit say so."""
    advice = _asked(column)[1]
    if column.is_date:
        return "; ".join(filter(None, (advice, TIME_HELP.format(zone=zone) if zone else DATE_HELP)))
    if advice:
        return advice
    if column.codes or column.kind in (bool, str):
        return FREE_TEXT_HELP.get((record_type, column.name), ("", ""))[is_offered]
    return ", ".join(filter(None, ("whole number" if column.kind is int else "number", column.limits_in_words)))


def _zone(column: Column, texts: Mapping[str, str], zone: tzinfo | None) -> str:
    """The zone in which what stands in a field is read; some records name their own."""
    return words_of_zone(texts.get("zone", ""), zone) if column.kind is PartialDateTime else ""


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
