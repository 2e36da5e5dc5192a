"""What a Define-XML document says, as plain values: datasets, variables, values by test, terms, methods and comments.

The words are those of Define-XML 2.1: a group is a dataset, an item a variable, or the values of a variable for one
test. Everything has an identifier (OID) by which the others refer to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Standard:
    """A standard that datasets or terms conform to: an implementation guide (IG) or controlled terminology (CT)."""

    oid: str
    name: str
    kind: str
    version: str
    publishing_set: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where values come from; in words what they were copied from, if they were; and the document that shows it.

    `pages` are the places in the document, by the names that it gives them.
    """

    kind: str
    source: str = ""
    words: str = ""
    document: str = ""
    pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueType:
    """The type of values; texts and numbers have a length in characters, decimals the most digits after the point."""

    name: str
    length: int | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Condition:
    """The rows that values stand in: those where a variable has a value."""

    oid: str
    variable_oid: str
    variable: str
    value: str


@dataclass(frozen=True)
class Item:
    """A variable of a dataset, or with a condition the values of it that one test has."""

    oid: str
    name: str
    label: str
    value_type: ValueType
    provenance: Provenance
    is_mandatory: bool = False
    is_empty: bool = False
    key: int | None = None
    display_format: str = ""
    term_list: str = ""
    method: str = ""
    comment: str = ""
    condition: Condition | None = None
    values: tuple[Item, ...] = ()

    @property
    def value_list(self) -> str:
        """The identifier of the list of values by test."""
        return f"VL.{self.oid.removeprefix('IT.')}" if self.values else ""


@dataclass(frozen=True)
class Group:
    """A dataset: its variables, its file, and what one of its rows is."""

    oid: str
    name: str
    domain: str
    label: str
    observation_class: str
    subclass: str
    structure: str
    purpose: str
    is_repeating: bool
    is_reference: bool
    file: str
    items: tuple[Item, ...]
    comment: str = ""


@dataclass(frozen=True)
class Term:
    """A value of a list, what it means where that is said, and its code in the NCI's terminology."""

    value: str
    meaning: str = ""
    code: str = ""
    is_extension: bool = False


@dataclass(frozen=True)
class TermList:
    """The terms of a variable that are used; a list of a dictionary kept elsewhere has none."""

    oid: str
    name: str
    terms: tuple[Term, ...] = ()
    kind: str = "text"
    code: str = ""
    standard: str = ""
    dictionary: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Method:
    """How derived values are made."""

    oid: str
    name: str
    text: str


@dataclass(frozen=True)
class Comment:
    """What else a reader must know."""

    oid: str
    text: str


@dataclass(frozen=True)
class Document:
    """A file beside the datasets that the definition refers to."""

    oid: str
    title: str
    file: str


@dataclass(frozen=True)
class Definition:
    """All that is said of a trial's datasets."""

    study: str
    title: str
    created: datetime
    standards: tuple[Standard, ...]
    groups: tuple[Group, ...]
    term_lists: tuple[TermList, ...]
    methods: tuple[Method, ...]
    comments: tuple[Comment, ...]
    forms: Document | None = None

    def items(self) -> Iterator[Item]:
        """Every variable, each followed by its values by test."""
        for group in self.groups:
            for item in group.items:
                yield item
                yield from item.values
