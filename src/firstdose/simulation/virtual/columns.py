"""Frames of records built column by column: texts are picked from tables of words, never written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.records.frames import empty_frame, schema_of

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Column = pl.Series | NDArray[Any] | str | int | float | bool | None

MOST_TABLES = 500
FEW_CODES = 300  # so few words are picked faster one by one
NOTHING = -1
"""The code of an empty cell."""


@dataclass(frozen=True, eq=False)
class Table:
    """Words to pick from by their codes; the last is an empty cell, so that the code NOTHING picks it."""

    words: tuple[str | None, ...]
    series: pl.Series

    def __getitem__(self, code: int) -> str | None:
        return self.words[code]


def table_of(words: Iterable[str | None]) -> Table:
    """A table of words; the same words make it once only, since most are the same in every trial."""
    return _table((*words, None))


@lru_cache(maxsize=MOST_TABLES)
def _table(words: tuple[str | None, ...]) -> Table:
    return Table(words, pl.Series("words", words, dtype=pl.String))


def pick(table: Table, codes: NDArray[np.integer]) -> pl.Series:
    """The word of each code."""
    if len(codes) > FEW_CODES:
        return table.series[codes]
    words = table.words
    return pl.Series("words", [words[code] for code in codes.tolist()], dtype=pl.String)


ANSWERS = pl.Series("answers", [False, True, None], dtype=pl.Boolean)


def yes_or_no(codes: NDArray[Any]) -> pl.Series:
    """1 is yes, 0 no, NOTHING an empty cell."""
    return ANSWERS[codes.astype(np.int64)]


def whole(values: NDArray[Any], known: Booleans | None = None) -> pl.Series:
    """Whole numbers; those that are not known are empty cells."""
    if known is None:
        return pl.Series("whole", values.astype(np.int64))
    return pl.Series("whole", np.where(known, values, np.nan), nan_to_null=True).cast(pl.Int64)


def frame(record_type: type, height: int, columns: Mapping[str, Column]) -> pl.DataFrame:
    """A frame with the schema of a record type; columns that are not given hold nothing.

    Raises ValueError for a column that the record type does not have.
    """
    if not height:
        return empty_frame(record_type)
    layout = _layout(record_type)
    if not columns.keys() <= layout.keys():
        raise ValueError(f"{record_type.__name__} has no field {', '.join(columns.keys() - layout.keys())}")
    return pl.DataFrame([_series(name, empty, columns.get(name), height) for name, empty in layout.items()])


@cache
def _layout(record_type: Any) -> dict[str, pl.Series]:
    """One empty cell of each column of a record type."""
    return {name: pl.Series(name, [None], dtype=kind) for name, kind in schema_of(record_type).items()}


def _series(name: str, empty: pl.Series, values: Column, height: int) -> pl.Series:
    """One column of a frame."""
    if values is None:
        return empty.new_from_index(0, height)
    kind = empty.dtype
    if isinstance(values, pl.Series):
        return (values if values.dtype == kind else values.cast(kind)).alias(name)
    if isinstance(values, np.ndarray):
        return pl.Series(name, values, dtype=kind, nan_to_null=values.dtype.kind == "f")
    return pl.Series(name, [values], dtype=kind).new_from_index(0, height)


def numbered(groups: Integers) -> Integers:
    """The number of each row within its group, from 1; rows of a group stand together."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    lengths = np.diff(np.append(starts, len(groups)))
    return np.arange(len(groups)) - np.repeat(starts, lengths) + 1


def from_rows(record_type: type, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """A frame of the few records that come one at a time, such as cohorts; the rest of its columns hold nothing."""
    if not rows:
        return empty_frame(record_type)
    schema = schema_of(record_type)
    places = [names.index(name) if name in names else NOTHING for name in schema]
    whole_rows = [(*(None if place == NOTHING else row[place] for place in places),) for row in rows]
    return pl.DataFrame(whole_rows, schema=schema, orient="row")
