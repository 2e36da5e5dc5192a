"""Reads CSV in parts, as text; a row that cannot be separated into cells is kept as it stands among the rejected."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from firstdose.records.decoding import BREAKS, lines_of, open_bytes
from firstdose.records.frames import ROWS_AT_ONCE
from firstdose.records.problems import Collector, row_as_text

ROW = "firstdose row"
LONGEST_CELL = 1_000_000
MOST_RESUMPTIONS = 1_000
DELIMITERS = (",", ";", "\t", "|")
TOLD_BY_PYTHON = {
    "new-line character": "a carriage return stands inside a cell without quotation marks",
    "expected after": "text follows a closing quotation mark",
    "unexpected end of data": "a quotation mark is not closed",
    "field larger": f"a cell has more than {LONGEST_CELL:,} characters",
}
"""By a part of what Python says."""


class Lines:
    """Lines that remembers what was taken for the present row, so that it can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.returned: list[str] = []
        self.taken: list[str] = []
        self.resumptions = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.returned.pop() if self.returned else next(self.lines)
        self.taken.append(line)
        return line

    def set_aside(self) -> str:
        """The text that could not be separated: the first line of the row; the others will be read again."""
        self.resumptions += 1
        if self.resumptions > MOST_RESUMPTIONS:
            aside, self.taken = "".join(self.taken), []
            return aside
        self.returned.extend(reversed(self.taken[1:]))
        return "".join(self.taken[:1])


def read_delimited(path: Path, file: str, collector: Collector, encoding: str | None = None) -> Iterator[pl.DataFrame]:
    """The rows of a CSV file in parts, as text; an empty cell is nothing. `ROW` counts from 1, the header."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    try:
        stream = open_bytes(path)
    except OSError as error:
        _list_break(error, file, collector)
        return
    with stream:
        yield from _parts(_until_a_break(lines_of(stream, file, collector, encoding), file, collector), file, collector)


def read_cells(
    path: Path, file: str, collector: Collector, encoding: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """The cells of every row of a CSV file with its number, the header first, however many cells a row has."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    try:
        stream = open_bytes(path)
    except OSError as error:
        _list_break(error, file, collector)
        return
    with stream:
        lines = _until_a_break(lines_of(stream, file, collector, encoding), file, collector)
        first = next(lines, "")
        yield from _rows(Lines(_with_first(first, lines)), max(DELIMITERS, key=first.count), file, collector)


def _until_a_break(lines: Iterator[str], file: str, collector: Collector) -> Iterator[str]:
    """The lines of a file that may break off; those before the break are used, and a line cut by it is rejected."""
    unended = ""
    try:
        for line in lines:
            if unended:
                yield unended
            unended = "" if line.endswith("\n") else line
            if not unended:
                yield line
    except BREAKS as error:
        _list_break(error, file, collector)
        if unended:
            rule = "must be whole: the file breaks off in this row"
            collector.reject(file, None, unended, rule, "copy the file again from its source")
        return
    if unended:
        yield unended


def _list_break(error: Exception, file: str, collector: Collector) -> None:
    """Say that a file cannot be read, or not to its end."""
    collector.add(f"the file must be readable: {error}", "copy it again from its source", "not read", file=file)


def _parts(lines: Iterator[str], file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """Header, then rows."""
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    source = Lines(_with_first(first, lines))
    rows = _rows(source, delimiter, file, collector)
    _, header = next(rows, (1, []))
    columns = _column_names(header, file, collector)
    if not columns:
        collector.add("must begin with the names of its columns", "add a header", "not read", file=file)
        return
    width = len(header)
    numbers: list[int] = []
    cells_in_turn: list[str] = []  # of all rows: a list for each row would take longer
    for number, cells in rows:
        if len(cells) != width:
            rule = f"must have {width} cells, as the header has; this row has {len(cells)}"
            collector.reject(file, number, row_as_text(cells), rule, "put text with commas or quotes in quotes")
            continue
        numbers.append(number)
        cells_in_turn += cells
        if len(numbers) == ROWS_AT_ONCE:
            yield _frame(numbers, cells_in_turn, columns, width)
            numbers, cells_in_turn = [], []
    yield _frame(numbers, cells_in_turn, columns, width)


def _with_first(first: str, lines: Iterator[str]) -> Iterator[str]:
    """The first line, then the others."""
    if first:
        yield first
    yield from lines


def _rows(source: Lines, delimiter: str, file: str, collector: Collector) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row with its number; empty lines count but are passed over."""
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    number = 0
    while True:
        source.taken = []
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rule = f"must be separable into cells: {_in_words(error)}"
            fix = "close every quotation mark, double those inside quoted text, and make sure that it is a CSV table"
            collector.reject(file, number, source.set_aside(), rule, fix)
            reader = csv.reader(source, delimiter=delimiter, strict=True)
            continue
        if cells:
            yield number, cells


def _in_words(error: csv.Error) -> str:
    """What Python says of a row that it cannot separate, in words that need no Python."""
    return next((words for part, words in TOLD_BY_PYTHON.items() if part in str(error)), str(error))


def _column_names(header: list[str], file: str, collector: Collector) -> dict[str, int]:
    """The columns by name; the second of two with one name is not read."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = cell.strip()
        if name in columns or name in ("", ROW):
            rule = "must differ from the names of the other columns" if name else "must have a name"
            collector.add(rule, "rename the column", "not read", file=file, row=1, field=name or None)
        else:
            columns[name] = place
    return columns


def _frame(numbers: list[int], cells: list[str], columns: dict[str, int], width: int) -> pl.DataFrame:
    """Rows as a frame of text."""
    data = {name: pl.Series(cells[place::width], dtype=pl.String) for name, place in columns.items()}
    texts = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
    texts = texts.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return texts.insert_column(0, pl.Series(ROW, numbers, dtype=pl.Int64))
