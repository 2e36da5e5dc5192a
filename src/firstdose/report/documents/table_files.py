"""The numbers behind each table as CSV: a row for each row of the results that a cell shows, as raw as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.records.spreadsheets import safe_frame
from firstdose.report.documents.blocks import Document, Table
from firstdose.report.documents.tracing import BETWEEN_RECORDS, FIRST_ROW, Origins, rows_of_table, traced

CONTENTS = "contents.csv"
PLACES = {
    "heading": pl.String(),
    "line": pl.String(),
    "line_number": pl.Int64(),
    "column": pl.String(),
    "shown": pl.String(),
    "row": pl.Int64(),
}
"""Where a figure stands in its table, and the number of its row of the results, which precede its own columns."""


def write_table_files(document: Document, folder: Path) -> Iterator[Path]:
    """Write the CSV of each table of a document into a folder, named by its number, and a list of the tables.

    The records behind a figure stand in the results, under the number of its row. A table that is made of records and
    not of results, such as a listing, is written as it is shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = [block for chapter in traced(document).chapters for block in chapter.blocks if isinstance(block, Table)]
    names = [f"{table.label.lower().replace(' ', '-')}.csv" for table in tables]
    for name, table in zip(names, tables, strict=True):
        safe_frame(numbers_behind(table, document.origins)).write_csv(folder / name)
        yield folder / name
    listed = {"file": names, "table": [table.label for table in tables], "caption": [table.caption for table in tables]}
    pl.DataFrame(listed, schema=dict.fromkeys(listed, pl.String())).write_csv(folder / CONTENTS)
    yield folder / CONTENTS


def numbers_behind(table: Table, origins: Origins | None) -> pl.DataFrame:
    """The figures of a table with where they stand and their columns of the results; or its cells as they are shown."""
    if origins is None or not rows_of_table(table):
        return _as_shown(table)
    places = list(_places(table))
    behind = origins.results.frame.drop("records").with_row_index("row", offset=FIRST_ROW).cast({"row": pl.Int64()})
    found = pl.DataFrame(places, schema=PLACES, orient="row")
    return found.join(behind, on="row", how="left", maintain_order="left")


def _places(table: Table) -> Iterator[tuple[Any, ...]]:
    """Where each figure stands. A line without a label belongs to the label above."""
    heading = label = ""
    body = 0
    for line in table.rows:
        if line.group:
            heading = line.group
            continue
        body += 1
        label = line.cells[0].text.strip() or label
        for column, cell in zip(table.columns, line.cells, strict=True):
            for row in cell.rows:
                yield heading, label, body, column, cell.text.replace("\n", "; "), row


def _as_shown(table: Table) -> pl.DataFrame:
    """The cells as they are shown, each under the number and words of its column, after the heading above.

    The records that the cells of a line name stand at its end.
    """
    lines = []
    heading = ""
    for line in table.rows:
        if line.group:
            heading = line.group
        else:
            behind = dict.fromkeys(record for cell in line.cells for record in cell.records)
            lines.append((heading, *(cell.text for cell in line.cells), BETWEEN_RECORDS.join(behind)))
    columns = (f"{number} {words}".strip() for number, words in enumerate(table.columns, start=1))
    names = ("heading", *columns, "records")
    if not any(line[-1] for line in lines):
        names, lines = names[:-1], [line[:-1] for line in lines]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String()), orient="row")
