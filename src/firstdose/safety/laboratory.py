"""The laboratory terms of CTCAE 5.0 and 6.0 as data: for each grade the range of values that it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

Version = Literal["5.0", "6.0"]
VERSIONS: tuple[Version, ...] = ("5.0", "6.0")
UPPER_LIMIT, LOWER_LIMIT, BASELINE, INFARCTION = "ULN", "LLN", "baseline", "infarction level"
REFERENCES = (UPPER_LIMIT, LOWER_LIMIT, BASELINE, INFARCTION)


@dataclass(frozen=True)
class Quantity:
    """A multiple of a limit or of the baseline, or a number with a unit: `3 ULN`, `50 mg/dL`."""

    number: float
    of: str

    @property
    def is_relative(self) -> bool:
        return self.of in REFERENCES


@dataclass(frozen=True)
class Mark:
    """One number in each unit that the criteria state, and what is added to it: `1 ULN + 2 g/dL`."""

    alternatives: tuple[Quantity, ...]
    plus: Quantity | None = None


@dataclass(frozen=True)
class Clause:
    """One range of values: the grades it may stand for, what it holds under, and on what else the grade depends.

    Each end is a list of marks of which all must be passed. Without a grade the range is one that the criteria leave
    undefined; ``why`` then says so.
    """

    grades: tuple[int, ...]
    above: tuple[Mark, ...] = ()
    at_least_mark: tuple[Mark, ...] = ()
    below: tuple[Mark, ...] = ()
    at_most_mark: tuple[Mark, ...] = ()
    conditions: tuple[str, ...] = ()
    depends_on: str | None = None
    why: str | None = None
    at_least: int = 0

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark at either end."""
        return self.above + self.at_least_mark + self.below + self.at_most_mark


@dataclass(frozen=True)
class LaboratoryTerm:
    """A term as one analyte is graded for it, with the published words of each grade.

    The words hold clinical criteria beside the numbers; a clinician may grade higher by them, never this table.
    """

    version: str
    term: str
    system_organ_class: str
    analyte: str
    worse: Literal["higher", "lower"]
    clauses: tuple[Clause, ...]
    published: Mapping[int, str]
    reading: str | None = None

    @cached_property
    def absolute_units(self) -> tuple[tuple[str, ...], ...]:
        """The units in which the criteria state numbers that are no multiples, together where one will do."""
        stated = (
            (*mark.alternatives, *([mark.plus] if mark.plus else []))
            for clause in self.clauses
            for mark in clause.marks
        )
        units = (tuple(amount.of for amount in amounts if not amount.is_relative) for amounts in stated)
        return tuple(dict.fromkeys(filter(None, units)))


@dataclass(frozen=True)
class LaboratoryCriteria:
    """One version of the criteria: its terms, and which laboratory terms no value can grade."""

    version: str
    source: str
    attribution: str
    terms: tuple[LaboratoryTerm, ...]
    not_graded: Mapping[str, str]

    def for_analyte(self, analyte: str) -> tuple[LaboratoryTerm, ...]:
        """The terms that values of an analyte are graded for, often one in each direction."""
        return self._of_analytes.get(analyte, ())

    @cached_property
    def _of_analytes(self) -> dict[str, tuple[LaboratoryTerm, ...]]:
        terms: dict[str, tuple[LaboratoryTerm, ...]] = {}
        for term in self.terms:
            terms[term.analyte] = (*terms.get(term.analyte, ()), term)
        return terms

    def term(self, name: str) -> tuple[LaboratoryTerm, ...]:
        """A term, once for each analyte it is graded by."""
        return tuple(term for term in self.terms if term.term == name)


@cache
def laboratory_criteria(version: Version) -> LaboratoryCriteria:
    """The criteria of a version, from the table that comes with the package."""
    name = f"laboratory_{version.replace('.', '_')}.json"
    read = json.loads(files("firstdose.safety").joinpath("ctcae", name).read_text("utf-8"))
    terms = tuple(_term(version, entry) for entry in read["terms"])
    return LaboratoryCriteria(version, read["source"], read["attribution"], terms, read["not_graded"])


def _term(version: str, entry: Mapping[str, Any]) -> LaboratoryTerm:
    return LaboratoryTerm(
        version=version,
        term=entry["term"],
        system_organ_class=entry["class"],
        analyte=entry["analyte"],
        worse=entry["worse"],
        clauses=tuple(map(_clause, entry["clauses"])),
        published={int(grade): words for grade, words in entry["published"].items()},
        reading=entry.get("reading"),
    )


def _clause(entry: Mapping[str, Any]) -> Clause:
    return Clause(
        grades=tuple(entry["grades"]),
        above=_marks(entry.get("above")),
        at_least_mark=_marks(entry.get("from")),
        below=_marks(entry.get("below")),
        at_most_mark=_marks(entry.get("to")),
        conditions=tuple(entry.get("if", ())),
        depends_on=entry.get("depends_on"),
        why=entry.get("why"),
        at_least=entry.get("at_least", 0),
    )


def _marks(text: str | None) -> tuple[Mark, ...]:
    """Read `1 ULN & 1 baseline`, `10 g/dL | 6.2 mmol/L` or `1 ULN + 2 g/dL`."""
    return () if text is None else tuple(map(_mark, text.split(" & ")))


def _mark(text: str) -> Mark:
    stated, _, added = text.partition(" + ")
    return Mark(tuple(map(quantity, stated.split(" | "))), quantity(added) if added else None)


@cache
def quantity(text: str) -> Quantity:
    """Read `3 ULN` or `50 mg/dL`; kept, since the same few texts of the criteria are read for every value."""
    number, _, of = text.partition(" ")
    return Quantity(float(number), of)
