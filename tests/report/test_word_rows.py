"""Rows of a table in the Word document: headings in bold on every page, groups across all columns, text as text."""

import io
from datetime import date
from typing import Any

import docx
import pytest

from firstdose.report.documents.blocks import Cell, Chapter, Document, Row, Table
from firstdose.report.documents.docx_file import MOST_IN_FULL_SIZE, render_docx

HOSTILE = "a < b & \x00c"
SHOWN = "a < b & \ufffdc"


def word_table(columns: int, spanner: str = "") -> Any:
    """The table as python-docx reads it: headings, a group, and a row with a hostile text of two lines."""
    cells = (Cell(f"{HOSTILE}\nbelow"), *(Cell(str(number)) for number in range(1, columns)))
    names = (HOSTILE, *(f"column {number}" for number in range(1, columns)))
    table = Table("Caption", names, (Row(group=HOSTILE), Row(cells)), spanner=spanner)
    made = Document("Title", "Heading", "Subtitle", (), (Chapter("one", "One", (table,)),), "Footer").numbered()
    return docx.Document(io.BytesIO(render_docx(made, date(2026, 3, 14)))).tables[0]


def is_repeated(row: Any) -> bool:
    return bool(row._tr.xpath("./w:trPr/w:tblHeader"))


def runs(row: Any) -> list[Any]:
    return [run for cell in row.cells for paragraph in cell.paragraphs for run in paragraph.runs if run.text]


@pytest.mark.parametrize("columns", [1, 3, MOST_IN_FULL_SIZE + 1])
def test_headings_groups_and_figures(columns: int) -> None:
    head, group, figures = word_table(columns).rows
    assert [is_repeated(row) for row in (head, group, figures)] == [True, False, False]
    assert all(run.bold for row in (head, group) for run in runs(row))
    assert not any(run.bold for run in runs(figures))
    assert (runs(head)[0].text, runs(group)[0].text) == (SHOWN, SHOWN)
    assert [cell.text for cell in figures.cells] == [f"{SHOWN}\nbelow", *map(str, range(1, columns))]
    assert len(group._tr.tc_lst) == 1
    assert group._tr.tc_lst[0].grid_span == columns
    is_small = columns > MOST_IN_FULL_SIZE
    assert {run.font.size.pt if run.font.size else None for run in runs(figures)} == {6.0 if is_small else None}


def test_words_over_all_columns_but_the_first() -> None:
    over, head, *_ = word_table(4, spanner=HOSTILE).rows
    assert is_repeated(over)
    assert is_repeated(head)
    assert [tc.grid_span for tc in over._tr.tc_lst] == [1, 3]
    assert {(run.text, run.bold) for run in runs(over)} == {(SHOWN, True)}
