"""Tables as CSV that a spreadsheet program opens without computing anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from firstdose.records.spreadsheets import RULE, original_cell, safe_cell

__all__ = ["RULE", "csv_lines", "original_cell", "safe_cell"]


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A table in UTF-8, line by line; every cell is safe."""
    yield _line(header)
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow(map(safe_cell, cells))
    return stream.getvalue().encode()
