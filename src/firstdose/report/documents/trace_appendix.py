"""The appendix of a PDF that tells where each figure comes from: rows of the results, methods and records, by table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from firstdose.analysis.named_methods import METHODS
from firstdose.report.documents.blocks import Block, Cell, Chapter, Document, Facts, Paragraph, Table, row
from firstdose.report.documents.method_names import method_name
from firstdose.report.documents.record_lists import fold, in_words, shortened
from firstdose.report.documents.tracing import FIRST_ROW, Origins, records_of_table, rows_of_table
from firstdose.report.documents.wording import run_together, sentence
from firstdose.report.results.wording import NOTHING

MOST_LINES = 20
"""Tables with more rows are told by their headings, where they have any, and otherwise as a whole."""

MOST_ENTRIES = 4
"""Entries of a list of records, which are people or less, that a line holds."""

OPENING = (
    "Each figure of the tables is a row of the results, which are written beside this report as results.csv and "
    "results.parquet; rows are counted from one. By table and row of the table, this appendix tells the rows of the "
    "results, the methods by which they were made, and the records: kind, person and numbers. Long lists are cut off "
    "and say how many records more there are; the results hold them all. Figures of models, trends and means are made "
    "of other rows, which are told; where nothing is named, a figure is made of derived data."
)
COLUMNS = ("row of the table", "rows of the results", "method", "records")


@dataclass
class _Line:
    """Rows of a table that are told together."""

    label: str
    rows: set[int] = field(default_factory=set)
    records: dict[str, None] = field(default_factory=dict)

    def add(self, cells: Sequence[Cell]) -> None:
        self.rows |= {number for cell in cells for number in cell.rows}
        self.records |= dict.fromkeys(record for cell in cells for record in cell.records)


def with_appendix(document: Document) -> Document:
    """A document whose tables are numbered, with the appendix as its last chapter where it has origins."""
    origins = document.origins
    if origins is None:
        return document
    blocks = tuple(_blocks(document, origins))
    appendix = Chapter("origins", "Where each figure comes from", (Paragraph(OPENING), *blocks))
    return replace(document, chapters=(*document.chapters, appendix)) if blocks else document


def _blocks(document: Document, origins: Origins) -> Iterator[Block]:
    blocks = [block for chapter in document.chapters for block in chapter.blocks]
    for facts in blocks:
        if isinstance(facts, Facts) and any(facts.rows):
            lines = [_Line(name, set(rows)) for (name, _), rows in zip(facts.items, facts.rows, strict=True) if rows]
            yield _table("Key figures", "At a glance", lines, origins)
    tables = [
        block for block in blocks if isinstance(block, Table) and (rows_of_table(block) or records_of_table(block))
    ]
    for table in tables:
        yield _table(table.label, table.caption.partition(". ")[0], _lines(table), origins)
    used = _methods(origins, set(chain.from_iterable(map(rows_of_table, tables))))
    known = [
        (_capital(method_name(name)), f"{sentence(METHODS[name].sentence)} {METHODS[name].source}.")
        for name in used & {*METHODS}
    ]
    if known:
        yield Facts(tuple(sorted(known)))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _table(label: str, caption: str, lines: Sequence[_Line], origins: Origins) -> Table:
    body = tuple(row(*_cells(line, origins)) for line in lines if line.rows or line.records)
    return Table(caption, COLUMNS, body, words=(0, 1, 2, 3), label=label)


def _cells(line: _Line, origins: Origins) -> tuple[str, ...]:
    methods = ", ".join(sorted(map(method_name, _methods(origins, line.rows))))
    return line.label, run_together(sorted(line.rows)), methods or NOTHING, _records(line, origins)


def _methods(origins: Origins, rows: set[int]) -> set[str]:
    return {method for number in rows if (method := origins.methods[number - FIRST_ROW])}


def _records(line: _Line, origins: Origins) -> str:
    """The records behind a line, each once."""
    found = dict.fromkeys(chain.from_iterable(origins.records[number - FIRST_ROW] for number in sorted(line.rows)))
    kept, more = shortened(fold(found | line.records), MOST_ENTRIES)
    if not kept:
        behind = origins.made_from(line.rows)
        return f"made of the {len(behind):,} rows {behind[0]} to {behind[-1]} that name records" if behind else NOTHING
    return in_words(kept) + (f"; and {more} more" if more else "")


def _lines(table: Table) -> list[_Line]:
    """The rows of a table that are told together: one by one, by heading, or all of them."""
    body = [line for line in table.rows if not line.group]
    if len(body) <= MOST_LINES:
        return _one_by_one(table)
    if any(line.group for line in table.rows):
        return _by_heading(table)
    return [_Line("all rows", set(rows_of_table(table)), dict.fromkeys(records_of_table(table)))]


def _one_by_one(table: Table) -> list[_Line]:
    """A line for each row with a label; rows without one belong to the row above, and a heading goes before."""
    lines: list[_Line] = []
    heading = ""
    for each in table.rows:
        if each.group:
            heading = each.group
            continue
        label = each.cells[0].text.strip()
        if label or not lines:
            lines.append(_Line(": ".join(filter(None, (heading, label)))))
        lines[-1].add(each.cells)
    return lines


def _by_heading(table: Table) -> list[_Line]:
    lines = [_Line("before the first heading")]
    for each in table.rows:
        if each.group:
            lines.append(_Line(each.group))
        lines[-1].add(each.cells)
    return lines
