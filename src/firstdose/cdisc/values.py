"""Values of typed formats as the text that a CSV file would hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from firstdose.records.delimited import ROW


def as_text(value: Any) -> str | None:
    """A value as text; nothing stays nothing, and a whole number has no point."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return _encodable(str(value)).rstrip(" ") or None


def rows_as_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], first: int) -> pl.DataFrame:
    """Rows as a frame of text, numbered from the first."""
    texts = [[as_text(value) for value in row] for row in rows]
    schema = dict.fromkeys(columns, pl.String)
    frame = pl.DataFrame(texts, schema=schema, orient="row") if texts else pl.DataFrame(schema=schema)
    numbers = pl.Series(ROW, range(first, first + len(texts)), dtype=pl.Int64)
    return frame.insert_column(0, numbers)


def _encodable(text: str) -> str:
    """Text without halves of surrogate pairs, which no encoding holds; they are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
