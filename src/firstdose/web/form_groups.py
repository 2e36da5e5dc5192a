"""The fields of a form in groups, found from their names and kinds alone: no form is laid out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from firstdose.records.question import Column
from firstdose.records.values import YES_WORD
from firstdose.web.form_fields import FormField

FEWEST = 3
"""So many fields of one family make a group."""
ARTICLES = ("the", "a", "an")


@dataclass(frozen=True)
class FieldGroup:
    """Fields that belong together. One that can be folded is about details; it is open where anything stands in it."""

    title: str
    fields: tuple[FormField, ...]
    can_fold: bool = False
    is_asked_for: bool = False
    details_of: str = ""
    """The yes or no question that it details; empty for another group."""

    @property
    def filled(self) -> int:
        return sum(bool(each.text.strip()) for each in self.fields)

    @property
    def is_open(self) -> bool:
        """Whether it shows its fields: where something stands in it, is odd, or is asked for by an answer before."""
        return self.is_asked_for or any(
            each.text.strip() or each.findings or each.conflict is not None for each in self.fields
        )


def groups_of(fields: Sequence[FormField], columns: Mapping[str, Column]) -> list[FieldGroup]:
    """The fields in their order, those of one family together where the first of them stands."""
    families = _families(columns)
    placed: dict[str, list[FormField]] = {}
    order: list[tuple[str, FormField]] = []
    for field in fields:
        family = families.get(field.name, "")
        if family and family in placed:
            placed[family].append(field)
            continue
        if family:
            placed[family] = [field]
        order.append((family, field))
    groups = []
    for family, run in groupby(order, key=lambda each: each[0]):
        members = placed[family] if family else [field for _, field in run]
        groups.append(_group(family, members, fields, columns))
    return groups


def _group(
    family: str, members: Sequence[FormField], fields: Iterable[FormField], columns: Mapping[str, Column]
) -> FieldGroup:
    """A group; the details of a yes or no question, and those that repeat others in another way, can be folded."""
    if not family:
        return FieldGroup("", tuple(members))
    parent = columns.get(family)
    if parent is not None:
        answer = next((each.text for each in fields if each.name == family), "")
        return FieldGroup(
            f"{parent.question.words.rstrip('?')}: details", tuple(members), True, answer == YES_WORD, family
        )
    repeats = sum(each.name.removeprefix(f"{family}_") in columns for each in members)
    return FieldGroup(_title(family, members), tuple(members), can_fold=2 * repeats > len(members))


def _families(columns: Mapping[str, Column]) -> dict[str, str]:
    """The family of each field that has one: the yes or no question that it details, or a first word of many."""
    first_words = Counter(name.split("_")[0] for name in columns)
    found = {}
    for name in columns:
        word = name.split("_")[0]
        if word == name or (word in columns and columns[word].kind is not bool):
            continue
        if word in columns or first_words[word] >= FEWEST:
            found[name] = word
    return found


def _title(family: str, members: Sequence[FormField]) -> str:
    """What the questions of a family have in common at their beginning; else the family's own name."""
    beginnings = zip(*(each.question.split() for each in members), strict=False)
    shared = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, beginnings)]
    while shared and shared[-1].lower() in ARTICLES:
        shared = shared[:-1]
    return " ".join(shared) if shared else family.replace("_", " ").capitalize()
