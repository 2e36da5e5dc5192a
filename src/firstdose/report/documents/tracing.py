"""From a figure that is shown back to its rows of the results, and so to its method and its records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from firstdose.records.results import Result, Results
from firstdose.report.documents.blocks import Block, Chapter, Document, Picture, Table
from firstdose.report.documents.made_from import MadeFrom
from firstdose.report.documents.wording import listed, run_together
from firstdose.report.results.names import words

FIRST_ROW = 1
"""Rows of the results are counted from one, below the heading of `results.csv`."""

BETWEEN_RECORDS = "; "
"""Parts records and rows that are told in one cell of a file, as in `results.csv`."""

MOST_RUNS = 12
"""Runs of rows that are told under a table; the page, its CSV and the appendix of the PDF tell each row."""

NOT_IN_ADDRESSES = re.compile(r"[\t\n\f\r %]")
"""What an address inside a page cannot hold, and the sign that stands for it."""


@dataclass(frozen=True, eq=False)
class Origins:
    """Where the figures of a document come from: the results, and the words for each group in them."""

    results: Results
    levels: Mapping[str, str]

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """The method of each row of the results."""
        return tuple(self.results.frame["method"].to_list())

    @cached_property
    def records(self) -> tuple[tuple[str, ...], ...]:
        """The records behind each row of the results, by their identities."""
        return tuple(map(tuple, self.results.frame["records"].to_list()))

    @cached_property
    def kinds(self) -> tuple[frozenset[str], ...]:
        """The kinds of records behind each row of the results, such as `adverse_events`."""
        return tuple(frozenset(record.partition(":")[0] for record in records) for records in self.records)

    @cached_property
    def _made_from(self) -> MadeFrom:
        return MadeFrom(self.results.frame, FIRST_ROW)

    def made_from(self, rows: Iterable[int]) -> list[int]:
        """The numbers of the rows that figures without records are made from, as far as they are known, in order."""
        return sorted({source for row in rows for source in self._made_from.rows(row)})

    def kinds_of(self, rows: Iterable[int]) -> list[str]:
        """The kinds of records behind some rows, in the order of the alphabet."""
        return sorted(set(chain.from_iterable(self.kinds[row - FIRST_ROW] for row in rows)))


def rows_behind(results: Iterable[Result]) -> tuple[int, ...]:
    """The numbers of the rows of figures, in order, where they know them."""
    rows = [one.row for one in results if one.row is not None]
    return tuple(rows) if len(rows) < 2 else tuple(sorted(rows))


def traced(document: Document) -> Document:
    """The document with its tables numbered, and under each table of figures what these were made from."""
    numbered = document.numbered()
    if document.origins is None:
        return numbered
    return replace(numbered, chapters=tuple(_with_sources(chapter, document.origins) for chapter in numbered.chapters))


def _with_sources(chapter: Chapter, origins: Origins) -> Chapter:
    return replace(chapter, blocks=tuple(_sourced(block, origins) for block in chapter.blocks))


def _sourced(block: Block, origins: Origins) -> Block:
    if isinstance(block, Table) and (rows := rows_of_table(block)):
        return replace(block, sources=(*block.sources, _source(rows, origins)))
    if isinstance(block, Table) and (records := records_of_table(block)):
        return replace(block, sources=(*block.sources, f"Source: {_kinds_told(records)}."))
    if isinstance(block, Picture) and block.name:
        return replace(block, sources=(_behind(block, origins),))
    return block


def rows_of_table(table: Table) -> tuple[int, ...]:
    """The numbers of all rows of the results that a table shows, in order."""
    return tuple(sorted({row for line in table.rows for cell in line.cells for row in cell.rows}))


def records_of_table(table: Table) -> tuple[str, ...]:
    """The records that cells of a table name themselves, each once."""
    return tuple(dict.fromkeys(record for line in table.rows for cell in line.cells for record in cell.records))


def _kinds_told(records: Iterable[str]) -> str:
    return listed(words(kind) for kind in sorted({record.partition(":")[0] for record in records}))


def _behind(picture: Picture, origins: Origins) -> str:
    """What a picture was made from, as its data tell it mark by mark."""
    kinds = sorted({record.partition(":")[0] for record in picture.records} | {*origins.kinds_of(picture.rows)})
    source = f"Source: {listed(map(words, kinds)) if kinds else _other_figures(picture.rows, origins)}."
    return f"{source} Results: {_rows_told(picture.rows)}." if picture.rows else source


def _source(rows: Sequence[int], origins: Origins) -> str:
    """Source datasets, the rows of the results, and the programme that made them."""
    kinds = origins.kinds_of(rows)
    source = listed(map(words, kinds)) if kinds else _other_figures(rows, origins)
    first = origins.results.frame.row(rows[0] - FIRST_ROW, named=True)
    made = f"Firstdose {origins.results.provenance.version}, {first['chapter']}.{first['table']}"
    return f"Source: {source}. Results: {_rows_told(rows)}. Programme: {made}."


def _other_figures(rows: Sequence[int], origins: Origins) -> str:
    """What figures without any record were made from: other figures and the kinds of their records, where known."""
    behind = origins.made_from(rows)
    if not behind:
        return "derived data and other figures; no single record is named"
    return f"{listed(map(words, origins.kinds_of(behind)))}, by way of the results, {_rows_told(behind)}"


def _rows_told(rows: Sequence[int]) -> str:
    """Numbers of rows; where they stand in many runs, how many there are between the first and the last."""
    runs = run_together(rows)
    if len(rows) == 1:
        return f"row {runs}"
    return f"rows {runs}" if runs.count(",") < MOST_RUNS else f"{len(rows):,} of the rows {rows[0]} to {rows[-1]}"


def anchor(record: str) -> str:
    """The address inside a page of a record, such as `adverse_events:P01/3`."""
    return NOT_IN_ADDRESSES.sub(lambda found: f"%{ord(found[0]):02x}", record)


def method_address(method: str) -> str:
    """The address inside a page of the sentence about a method."""
    return anchor(f"method-{method}")
