"""Frames of records built column by column: texts are picked from tables of words, never written row by row.

Parts of a trial are drafted as arrays; the frames of several trials are then made together, since a long column takes
hardly more time than a short one, and each trial gets its own rows of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.records.frames import schema_of

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MOST_TABLES = 500
NOTHING = -1
"""The code of an empty cell."""
ANSWERS = pl.Series([False, True, None], dtype=pl.Boolean)


@dataclass(frozen=True, eq=False)
class Table:
    """Words to pick from by their codes; the last is an empty cell, so that the code NOTHING picks it."""

    words: tuple[str | None, ...]
    series: pl.Series

    @classmethod
    def of(cls, words: Iterable[str | None]) -> Table:
        """A table of words."""
        every = (*words, None)
        return cls(every, pl.Series("words", every, dtype=pl.String))

    def __getitem__(self, code: int) -> str | None:
        return self.words[code]


@dataclass(frozen=True, eq=False)
class Picked:
    """Words of a table by their codes."""

    table: Table
    codes: NDArray[np.integer]

    def texts(self) -> list[str | None]:
        """The words one by one."""
        return [self.table.words[code] for code in self.codes.tolist()]


@dataclass(frozen=True, eq=False)
class Paired:
    """Texts of two words each, one straight after the other; empty cells where the first is one."""

    first: Picked
    second: Picked


Column = Picked | Paired | NDArray[Any] | list[Any] | str | int | float | bool | None
"""Words, an array, values one by one, or one value for every row.

In an array NaN is an empty cell; in one that answers yes or no, 1 is yes, 0 no and NOTHING an empty cell.
"""
Layout = Mapping[str, pl.DataType]
"""The columns of a frame in their order."""


@dataclass(frozen=True, eq=False)
class Draft:
    """What a frame is to hold; columns that are not given hold nothing."""

    layout: Layout
    height: int
    columns: Mapping[str, Column]


def table_of(words: Iterable[str | None]) -> Table:
    """A table of words; the same words make it once only, since most are the same in every trial."""
    return _table_of(tuple(words))


@lru_cache(maxsize=MOST_TABLES)
def _table_of(words: tuple[str | None, ...]) -> Table:
    return Table.of(words)


def pick(table: Table, codes: NDArray[np.integer]) -> Picked:
    """The word of each code."""
    return Picked(table, codes)


def whole(values: NDArray[Any], known: Booleans) -> Floats:
    """Whole numbers as an array in which those that are not known are empty cells."""
    return np.where(known, values, np.nan)


def frame(record_type: type, height: int, columns: Mapping[str, Column]) -> Draft:
    """The draft of a frame with the schema of a record type.

    Raises ValueError for a column that the record type does not have.
    """
    layout = schema_of(record_type)
    if not columns.keys() <= layout.keys():
        raise ValueError(f"{record_type.__name__} has no field {', '.join(columns.keys() - layout.keys())}")
    return Draft(layout, height, columns)


def from_rows(record_type: type, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Draft:
    """The draft of a frame of the few records that come one at a time, such as cohorts."""
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    return frame(record_type, len(rows), columns)


def numbered(groups: Integers) -> Integers:
    """The number of each row within its group, from 1; rows of a group stand together."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    lengths = np.diff(np.append(starts, len(groups)))
    return np.arange(len(groups)) - np.repeat(starts, lengths) + 1


def frames_of(drafts: Sequence[Draft]) -> list[pl.DataFrame]:
    """The frames of drafts of one kind, made together; each column is given in the same way in all of them."""
    filled = [each for each in drafts if each.height]
    heights = [each.height for each in filled]
    layout = drafts[0].layout
    parts = {name: [each.columns.get(name) for each in filled] for name in layout}
    made = _numbers(layout, parts)
    columns = [
        (made[name] if name in made else _column(kind, parts[name], heights)).alias(name)
        for name, kind in layout.items()
    ]
    together, starts = pl.DataFrame(columns), accumulate((each.height for each in drafts), initial=0)
    return [together.slice(start, each.height) for start, each in zip(starts, drafts, strict=False)]


def _numbers(layout: Layout, parts: Mapping[str, Sequence[Column]]) -> dict[str, pl.Series]:
    """Columns of numbers that are given as arrays, such as hundreds of metabolites: made as one column, then cut."""
    arrays = {
        name: [part for part in own if isinstance(part, np.ndarray)]
        for name, own in parts.items()
        if layout[name] == pl.Float64 and own and all(isinstance(part, np.ndarray) for part in own)
    }
    if not arrays:
        return {}
    together = _array(pl.Float64(), np.concatenate([*chain.from_iterable(arrays.values())]))
    height = len(together) // len(arrays)
    return {name: together.slice(place * height, height) for place, name in enumerate(arrays)}


def _column(kind: pl.DataType, parts: Sequence[Column], heights: Sequence[int]) -> pl.Series:
    """One column of several drafts."""
    if len({*map(type, parts)}) > 1:
        raise TypeError("a column is given in different ways")
    match parts:
        case []:
            return pl.Series(dtype=kind)
        case [Picked(), *_]:
            return _words([each for each in parts if isinstance(each, Picked)])
        case [Paired(), *_]:
            pairs = [each for each in parts if isinstance(each, Paired)]
            return _words([each.first for each in pairs]) + _words([each.second for each in pairs])
        case [np.ndarray(), *_]:
            return _array(kind, np.concatenate([each for each in parts if isinstance(each, np.ndarray)]))
        case [list(), *_]:
            values = chain.from_iterable(each for each in parts if isinstance(each, list))
            return pl.Series(values=[*values], dtype=kind)
        case _ if len({*parts}) == 1:
            return pl.Series(values=[parts[0]], dtype=kind).new_from_index(0, sum(heights))
        case _:
            raise ValueError("one value for every row is not the same in all drafts")


def _words(parts: Sequence[Picked]) -> pl.Series:
    """The words of several drafts, which mostly come from one table."""
    if len({each.table for each in parts}) > 1:
        return pl.concat([_words([each]) for each in parts])
    series, codes = parts[0].table.series, np.concatenate([each.codes for each in parts])
    return series[np.where(codes == NOTHING, len(series) - 1, codes).astype(np.uint32)]


def _array(kind: pl.DataType, values: NDArray[Any]) -> pl.Series:
    """An array as a column of a kind."""
    if kind == pl.Boolean and values.dtype != np.bool_:
        return ANSWERS[values]
    return pl.Series(values=values, nan_to_null=values.dtype.kind == "f").cast(kind)
