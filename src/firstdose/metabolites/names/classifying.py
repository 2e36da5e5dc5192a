"""A list of names: the class of each, what is ambiguous, what is not known, and the convention of the list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from firstdose.metabolites.names.identifying import identify
from firstdose.metabolites.names.metabolite_class import Convention, Identification
from firstdose.metabolites.names.spelling import plain
from firstdose.metabolites.names.suggesting import nearest

CLASS_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "name": pl.String,
    "main_class": pl.String,
    "subclass": pl.String,
    "normal_name": pl.String,
    "carbons": pl.Int64,
    "double_bonds": pl.Int64,
    "spelling": pl.String,
    "alternatives": pl.String,
    "assumed": pl.String,
}
OPEN_SCHEMA = {"name": pl.String, "state": pl.String, "reason": pl.String, "may_be": pl.String}
# What only lists of Biocrates' targets write; two such names settle the convention of a list
_BIOCRATES = re.compile(
    r"pc (?:aa|ae) c\d+:\d+|pc\.(?:aa|ae)\.c\d+\.\d+|lysopc a c\d+:\d+|lysopc\.a\.c\d+\.\d+|"
    r"sm \(oh\) c\d+:\d+|sm\.\.oh\.\.c.*|sm c\d+:\d+|c\d+(?::\d)?-(?:oh|dc|m-dc)(?: \(c\d.*\))?|"
    r"c0|h1|xleu|t4-oh-pro|c4-oh-pro|met-so|total dma|ac-orn|alpha-aaa"
)
NAMES_THAT_SETTLE = 2


@dataclass(frozen=True)
class Classification:
    """What is known of each name of a list, in its order, and the convention in which ambiguous names were read."""

    identifications: tuple[Identification, ...]
    convention: Convention | None
    notes: tuple[str, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """One row for each name; without a class its columns are empty."""
        return pl.DataFrame([_row(each) for each in self.identifications], schema=CLASS_SCHEMA, orient="row")

    @property
    def unmapped(self) -> pl.DataFrame:
        """The names without a class: ambiguous or unknown, why, and what they may be."""
        rows = [_open_row(each) for each in self.identifications if each.found is None]
        return pl.DataFrame(rows, schema=OPEN_SCHEMA, orient="row")

    @property
    def share_mapped(self) -> float:
        """The share of names with a class; NaN without names."""
        count = len(self.identifications)
        return sum(each.found is not None for each in self.identifications) / count if count else float("nan")


def classify(names: Iterable[str], convention: Convention | None = None) -> Classification:
    """The classes of names. Without a convention, that of the list is taken where the list shows it, with a note.

    Raises ValueError for an unknown convention, and never for a name.
    """
    each_name = list(names)
    notes = []
    if convention is None and (telling := _telling(each_name)):
        convention = "biocrates"
        shown = ", ".join(telling[:3])
        notes.append(f"names such as C16 were read as Biocrates means them, since the list has {shown}")
    return Classification(tuple(identify(name, convention) for name in each_name), convention, tuple(notes))


def _telling(names: Sequence[str]) -> list[str]:
    """The names that only a list of Biocrates' targets has, if there are enough of them."""
    telling = [name for name in names if _BIOCRATES.fullmatch(plain(name))]
    return telling if len(telling) >= NAMES_THAT_SETTLE else []


def _row(each: Identification) -> tuple[object, ...]:
    """A name and its class as a row of `CLASS_SCHEMA`."""
    found = each.found
    if found is None:
        return (each.name, *[None] * (len(CLASS_SCHEMA) - 1))
    numbers = (found.carbons, found.double_bonds)
    others = "; ".join(found.alternatives) or None
    return (
        each.name, found.main_class, found.subclass, found.name, *numbers, found.spelling, others, found.assumed
    )  # fmt: skip


def _open_row(each: Identification) -> tuple[str | None, ...]:
    """A name without a class as a row of `OPEN_SCHEMA`."""
    if each.is_ambiguous:
        return (each.name, "ambiguous", each.reason, "; ".join(reading.name for reading in each.readings))
    return (each.name, "unknown", each.reason, "; ".join(nearest(each.name)) or None)
