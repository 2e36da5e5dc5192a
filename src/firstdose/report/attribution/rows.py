"""The figures of the chapter on attribution, found by what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from firstdose.records.results import Result
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.documents.wording import listed
from firstdose.report.results.names import words

CHAPTER = "attribution"


@dataclass(frozen=True)
class Statement:
    """One sentence or more of the generated text; ``key`` names what was found, ``rows`` the results behind it.

    ``outcomes`` are those whose figures the text leaves to a table.
    """

    key: str
    text: str
    rows: tuple[int, ...] = ()
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class AttributionRows:
    """The figures of the chapter."""

    found: Sequence[Result]

    @cached_property
    def _of_tables(self) -> dict[str, list[Result]]:
        """The figures of each table, so that a question about one does not look through all."""
        tables: dict[str, list[Result]] = {}
        for each in self.found:
            tables.setdefault(each.table, []).append(each)
        return tables

    def where(self, **columns: str) -> list[Result]:
        """The figures with these values of columns, in their order."""
        found = self._of_tables.get(columns.pop("table"), []) if "table" in columns else self.found
        for name, value in columns.items():
            found = [each for each in found if getattr(each, name) == value]
        return list(found)

    def first(self, **columns: str) -> Result | None:
        """The first of them, if there is any."""
        return next(iter(self.where(**columns)), None)

    def value(self, **columns: str) -> float | None:
        """The value of the first of them."""
        found = self.first(**columns)
        return found.value if found else None

    def text(self, **columns: str) -> str:
        """The text of the first of them."""
        found = self.first(**columns)
        return found.text if found else ""

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that have a design, in their order."""
        return list(dict.fromkeys(each.what for each in self.where(table="design")))

    @property
    def drug(self) -> str:
        """The drug in question; empty without one."""
        found = self.first(table="drug")
        return "" if found is None or found.what == "none" else found.what


def statement(key: str, text: str, *behind: Result | None) -> Statement:
    """A statement with the figures behind it."""
    return Statement(key, text, rows_behind(each for each in behind if each is not None))


def excludes_zero(found: Result | None) -> bool:
    """Whether a figure has an interval that leaves 0 out."""
    return found is not None and found.lower is not None and found.upper is not None and found.lower * found.upper > 0


def outcomes_in_words(names: Iterable[str]) -> str:
    """Outcomes as the beginning of a sentence."""
    text = listed(words(name) for name in names)
    return text[:1].upper() + text[1:]
