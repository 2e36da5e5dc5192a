"""The answers to a clinical measure at a visit as one form: each item is a record, and one page holds them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from firstdose.conduct.entering import Finding
from firstdose.conduct.ledger import StoredRecord
from firstdose.measures import MEASURES, Measure
from firstdose.measures.item import Item
from firstdose.records.values import NO_WORD, YES_WORD
from firstdose.web.form_fields import DATE_HELP, Choice, FormField, Widget
from firstdose.web.queries_shown import ShownQuery

ASSESSMENTS = "assessments"
OCCASION = ("assessed", "assessor", "blinded")
"""When and by whom all items of a measure were assessed."""
UNABLE = "unable"
"""What is typed or chosen where a person was asked and could not do it."""
UNABLE_STATE = "unable_to_perform"
ITEM = "item:"


@dataclass(frozen=True)
class Answered:
    """One item with the record that holds its answer, if there is one."""

    item: Item
    stored: StoredRecord | None

    @property
    def text(self) -> str:
        """The answer as it stands in the form."""
        fields = self.stored.fields if self.stored else {}
        if fields.get("performed") == UNABLE_STATE:
            return UNABLE
        text = fields.get("answer") or fields.get("answer_text") or ""
        return next((str(code) for code in self.item.choices if _is_code(code, text)), text)

    @property
    def head(self) -> str:
        """The last entry about the record: what its author saw."""
        return str(self.stored.head) if self.stored else ""

    def wanted(self, text: str, why_unable: str) -> dict[str, str | None]:
        """The fields of the record for an answer as typed; an empty one empties them."""
        typed = text.strip()
        if typed.lower() == UNABLE and self.item.may_be_unable:
            return {"performed": UNABLE_STATE, "reason": why_unable, "answer": None, "answer_text": None}
        is_number = self.item.kind in ("number", "whole number") or any(
            isinstance(code, int) and str(code) == typed for code in self.item.choices
        )
        held = {"answer": text if is_number and typed else None, "answer_text": None if is_number else text or None}
        return {**held, "performed": "done" if typed else None, "reason": None}


def answer_words(stored: StoredRecord) -> str | None:
    """The words of the choice that a record of an answer holds; None where it holds none."""
    measure = MEASURES.get(stored.fields.get("measure", ""))
    item = next((each for each in measure.items if each.name == stored.fields.get("item")), None) if measure else None
    text = stored.fields.get("answer_text", "")
    return next((words for code, words in item.choices.items() if _is_code(code, text)), None) if item else None


def answered(measure: Measure, visit: str, records: Sequence[StoredRecord]) -> list[Answered]:
    """The items of a measure with the records of a visit."""
    held: dict[str, StoredRecord] = {}
    for each in records:
        fields = each.fields
        if not each.is_removed and (fields.get("measure"), fields.get("visit")) == (measure.name, visit):
            held.setdefault(fields.get("item", ""), each)
    return [Answered(item, held.get(item.name)) for item in measure.items]


def fields_of_measure(
    found: Sequence[Answered],
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    problems: Mapping[str, Finding],
    conflicts: Mapping[str, str],
    queries: Mapping[str, Sequence[ShownQuery]],
) -> Iterator[FormField]:
    """The fields of the form, an item a field; what its author saw is the last entry about its record.

    ``queries`` are those that wait, by the record that they are about; all else is by item.
    """
    for each in found:
        item = each.item
        text = texts.get(item.name, each.text)
        yield FormField(
            name=f"{ITEM}{item.name}",
            question=item.question,
            help=_help(item),
            unit=item.unit or "",
            widget=_widget(item),
            text=text,
            seen=seen.get(item.name, each.head),
            choices=tuple(_choices(item, text)),
            is_required=item.required,
            is_fixed=False,
            findings=tuple(filter(None, (problems.get(item.name),))),
            conflict=conflicts.get(item.name),
            queries=tuple(queries.get(each.stored.record, ())) if each.stored else (),
        )


def _help(item: Item) -> str:
    """How an item is answered."""
    if item.kind == "text":
        return ""
    if item.choices or item.kind == "yes or no":
        return ""
    limits = (
        f", from {item.lowest:g} to {item.highest:g}" if item.lowest is not None and item.highest is not None else ""
    )
    unable = f"; {UNABLE} where the person could not do it" if item.may_be_unable else ""
    return (DATE_HELP if item.kind == "date" else item.kind + limits) + unable


def _widget(item: Item) -> Widget:
    if item.choices or item.kind == "yes or no":
        return "choice"
    return "number" if item.kind in ("number", "whole number") else "date" if item.kind == "date" else "text"


def _choices(item: Item, text: str) -> Iterator[Choice]:
    """The answers that can be chosen, and what stands there even if it is none of them."""
    listed = {
        str(code): f"{code}: {words}" if isinstance(code, int) and str(code) != words else words
        for code, words in item.choices.items()
    }
    if item.kind == "yes or no":
        listed = {YES_WORD: "yes", NO_WORD: "no"}
    if item.may_be_unable:
        listed[UNABLE] = "unable to perform"
    if text and text not in listed:
        listed[text] = f"{text} (as typed)"
    yield Choice("", "", not text)
    for value, words in listed.items():
        yield Choice(value, words, value == text)


def _is_code(code: int | str, text: str) -> bool:
    """Whether a text is a code of an item, a number being one however it is written."""
    try:
        return str(code) == text or (isinstance(code, int) and float(text) == code)
    except ValueError:
        return False
