"""How a field of a record says everything about itself once, and the one reader of that."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from firstdose.records.partial_dates import PartialDate, PartialDateTime

Value = str | int | float | bool | PartialDate | PartialDateTime
Identifying = Literal["no", "indirectly", "directly"]
LABEL_ENDS = re.compile("[,;] ")
"""Where the part of a question ends that stands in a sentence; what follows is advice on how to answer."""
KINDS = (bool, int, float, str, PartialDate, PartialDateTime)

RecordType = TypeVar("RecordType")


@dataclass(frozen=True)
class Question:
    """What a field asks, its limits and unit, the words of its codes, its SDTM variable, and whether it identifies.

    The fields with `is_key` tell one record from another; the one with `is_occurrence` says when the thing occurred.
    One with `is_beginning` dates what leads to it: where the thing itself has no date, it came no earlier than that.
    What becomes known later than that names, as `known_at`, the field that says when.
    """

    words: str
    _: KW_ONLY
    lowest: float | None = None
    highest: float | None = None
    unit: str = ""
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sdtm: str = ""
    identifying: Identifying = "no"
    is_key: bool = False
    is_occurrence: bool = False
    is_beginning: bool = False
    known_at: str = ""

    def __post_init__(self) -> None:
        """Refuse a question that contradicts itself."""
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError(f"the limits of {self.words!r} leave no value")


@dataclass(frozen=True)
class Column:
    """One field of a record type, as checks, frames, forms and the data dictionary see it."""

    name: str
    kind: type
    question: Question
    codes: Mapping[str, str]
    is_required: bool

    @property
    def label(self) -> str:
        """What it asks, short enough to stand within a sentence: "dose given", "start of the cells"."""
        short = LABEL_ENDS.split(self.question.words, maxsplit=1)[0].rstrip("?")
        return short if short[1:2].isupper() else short[:1].lower() + short[1:]

    @property
    def is_date(self) -> bool:
        """Whether it holds a date or a time, parts of which may be unknown."""
        return self.kind in (PartialDate, PartialDateTime)

    @property
    def kind_in_words(self) -> str:
        """What a value must be: "a whole number, from 1 to 5"."""
        if self.codes:
            return "one of: " + ", ".join(self.codes)
        words = {
            bool: "yes or no",
            int: "a whole number",
            float: "a number",
            str: "text",
            PartialDate: "a date",
            PartialDateTime: "a date and time",
        }[self.kind]
        return ", ".join(filter(None, (words, self.limits_in_words, self.question.unit and f"in {self.question.unit}")))

    @property
    def limits_in_words(self) -> str:
        """The limits: "from 1 to 5", "at least 0"."""
        lowest, highest = self.question.lowest, self.question.highest
        if lowest is not None and highest is not None:
            return f"from {lowest:g} to {highest:g}"
        return f"at least {lowest:g}" if lowest is not None else f"at most {highest:g}" if highest is not None else ""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[RecordType]) -> type[RecordType]:
    """Make a class a record: a frozen dataclass, each field of which is a question."""
    return dataclass(frozen=True, kw_only=True, slots=True)(cls)


def columns_of(record_type: type) -> dict[str, Column]:
    """The fields of a record type, in the order of its definition: the only place where they are read."""
    return _columns_of(record_type)


@cache
def _columns_of(record_type: Any) -> dict[str, Column]:
    """The fields of a record type, read once."""
    hints = get_type_hints(record_type, include_extras=True)
    return {field.name: _column(field, hints[field.name]) for field in dataclasses.fields(record_type)}


def keys_of(record_type: type) -> tuple[str, ...]:
    """The fields that tell one record of a type from another."""
    return tuple(name for name, column in columns_of(record_type).items() if column.question.is_key)


def occurrence_of(record_type: type) -> str | None:
    """The field that says when the thing recorded occurred, if there is one."""
    found = (name for name, column in columns_of(record_type).items() if column.question.is_occurrence)
    return next(found, None)


def beginning_of(record_type: type) -> str | None:
    """The field that dates what leads to the thing recorded, if there is one."""
    return next((name for name, column in columns_of(record_type).items() if column.question.is_beginning), None)


def _column(field: dataclasses.Field[Any], annotation: Any) -> Column:
    """One field of a dataclass as a column."""
    inner, *metadata = get_args(annotation)
    (question,) = (item for item in metadata if isinstance(item, Question))
    bare = _without_nothing(inner)
    terms = get_args(bare) if get_origin(bare) is Literal else ()
    kind = str if terms else bare
    if get_origin(annotation) is not Annotated or kind not in KINDS or question.codes.keys() - set(terms):
        raise TypeError(f"the field {field.name} is not a question about a value that a record can hold")
    codes = {term: question.codes.get(term, term.replace("_", " ")) for term in terms}
    is_required = field.default is dataclasses.MISSING
    return Column(field.name, kind, question, codes, is_required)


def _without_nothing(annotation: Any) -> Any:
    """A type without "or nothing"."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (choice for choice in get_args(annotation) if choice is not type(None))
    return annotation
