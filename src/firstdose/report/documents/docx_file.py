"""Tables as a native Word document on A4: real tables with repeated headings, numbered, with notes and sources."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import sqrt
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from firstdose.report.documents.blocks import Document as Report
from firstdose.report.documents.blocks import Row, Table
from firstdose.report.documents.tracing import traced

if TYPE_CHECKING:
    from docx.document import Document

WIDEST_UPRIGHT = 6  # columns; more are set on a page turned sideways
MOST_IN_FULL_SIZE = 9  # columns; more have smaller letters and narrow margins
SMALL, BOLD = '<w:sz w:val="12"/>', "<w:b/>"  # 6 points
NARROW = 30  # twentieths of a point
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
A4 = (210, 297)  # mm
MARGIN = 18  # mm
FEWEST_LETTERS, LONGEST_WORD, LONGEST_PROSE = 4, 14, 160  # letters that widths of columns are reckoned from
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_docx(document: Report, day: date) -> bytes:
    """A title page and all tables, each on a page of its own; ``day`` is the time stamp, so that bytes are repeatable.

    Text is written as text: neither markup nor fields in it are read. Characters that XML cannot hold are shown as
    U+FFFD.
    """
    import docx

    made = docx.Document()
    _set_styles(made)
    _set_properties(made, document, day)
    printed = traced(document).for_print()
    tables = [block for chapter in printed.chapters for block in chapter.blocks if isinstance(block, Table)]
    _set_page(made.sections[0], A4)
    _title_page(made, printed, tables)
    _footer(made, document.footer)
    caption, grid = (made.styles[name].style_id for name in ("Caption", "Table Grid"))  # each is looked for long
    for table in tables:
        _new_page(made, table)
        _add_table(made, table, caption, grid)
    buffer = io.BytesIO()
    made.save(buffer)
    return _without_times(buffer.getvalue())


def _set_styles(made: Document) -> None:
    from docx.shared import Pt

    for name, size in (("Normal", 9), ("Caption", 10)):
        style: Any = made.styles[name]
        style.font.name, style.font.size = "Liberation Sans", Pt(size)
        style.paragraph_format.space_after = Pt(4)


def _set_properties(made: Document, document: Report, day: date) -> None:
    properties = made.core_properties
    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
    properties.title, properties.author, properties.comments = printable(document.title)[:255], "Firstdose", ""
    properties.created = properties.modified = stamp
    properties.last_modified_by, properties.revision = "Firstdose", 1


def _title_page(made: Document, document: Report, tables: Sequence[Table]) -> None:
    """What the tables are of and what they were made from, as on top of the report, and a list of them."""
    from docx.shared import Pt

    made.add_paragraph().add_run(printable(document.heading)).bold = True
    title = made.add_paragraph().add_run(printable(document.subtitle))
    title.bold, title.font.size = True, Pt(18)
    for term, text in document.facts:
        line = made.add_paragraph()
        line.add_run(printable(f"{term}: ")).bold = True
        line.add_run(printable(text))
    made.add_paragraph().add_run(f"Tables: {len(tables):,}").bold = True
    for table in tables:
        name = made.add_paragraph().add_run(printable(f"{table.label}. {table.caption.partition('. ')[0]}"))
        name.font.size = Pt(8)


def _new_page(made: Document, table: Table) -> None:
    """A section for each table, sideways where it has many columns."""
    from docx.enum.section import WD_SECTION

    sideways = len(table.columns) > WIDEST_UPRIGHT
    _set_page(made.add_section(WD_SECTION.NEW_PAGE), (A4[1], A4[0]) if sideways else A4)


def _set_page(section: Any, size: tuple[int, int]) -> None:
    """Width and height in mm, and margins."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    width, height = size
    section.orientation = WD_ORIENT.LANDSCAPE if width > height else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(MARGIN))


def _footer(made: Document, text: str) -> None:
    """The footer, once: later sections are linked to it."""
    paragraph = made.sections[0].footer.paragraphs[0]
    if not paragraph.text:
        paragraph.text = printable(text)


def _add_table(made: Document, table: Table, caption_style: str, grid_style: str) -> None:
    from docx.shared import Pt, Twips

    caption = made.add_paragraph()
    caption._p.style = caption_style
    caption.add_run(printable(f"{table.label}. ")).bold = True
    caption.add_run(printable(f"{table.caption}."))
    caption.paragraph_format.keep_with_next = True
    word_table = made.add_table(rows=0, cols=len(table.columns))
    word_table._tbl.tblStyle_val = grid_style  # the library would look for the default first
    if len(table.columns) > MOST_IN_FULL_SIZE:
        properties = word_table._tbl.tblPr  # its parts have an order, in which margins stand before the look
        look = next(iter(properties.iterchildren("{*}tblLook")), None)
        properties.append(_narrow_margins()) if look is None else look.addprevious(_narrow_margins())
    if table.spanner:
        _append(word_table, [_head(("", *(table.spanner for _ in table.columns[1:])), table)])
        if len(table.columns) > 2:
            merged = word_table.cell(0, 1).merge(word_table.cell(0, len(table.columns) - 1))
            merged.text = printable(table.spanner)
            merged.paragraphs[0].runs[0].bold = True
    columns = word_table._tbl.tblGrid.gridCol_lst
    width = sum(each.w.twips for each in columns)
    for column, share in zip(columns, _shares(table), strict=True):
        column.w = Twips(round(share * width))
    _append(word_table, [_head(table.columns, table), *(_row(each, table, width) for each in table.rows)])
    for note in (*table.notes, *table.sources):
        made.add_paragraph(printable(note)).runs[0].font.size = Pt(8)


def _shares(table: Table) -> list[float]:
    """The shares of the columns in the width: those with long words or long texts have more."""
    texts = [[line.cells[index].text for line in table.rows if not line.group] for index in range(len(table.columns))]
    weights: list[float] = []
    if table.is_grid:
        return [1 / len(table.columns)] * len(table.columns)
    for head, column in zip(table.columns, texts, strict=True):
        pieces = [piece for text in (head, *column) for piece in re.split("[ \n]", text)]  # not at spaces that hold
        word = min(max(map(len, pieces), default=1), LONGEST_WORD)
        length = max((len(part) for text in column for part in text.split("\n")), default=1)
        weights.append(max(word, FEWEST_LETTERS) + 2 * sqrt(min(length, LONGEST_PROSE)))
    whole = sum(weights)
    return [weight / whole for weight in weights]


def _append(word_table: Any, rows: Sequence[str]) -> None:
    """More rows, which are made as text and read at once: cell by cell, the library takes ten times as long."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    word_table._tbl.extend(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>"))


def _head(texts: Sequence[str], table: Table) -> str:
    """A row of headings in bold, which is repeated on every page."""
    return f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{_cells(texts, table, BOLD)}</w:tr>"


def _row(row: Row, table: Table, width: int) -> str:
    """A row of figures, or one that heads a group of them."""
    if row.group:
        return _group(row.group, len(table.columns), width)
    return f"<w:tr>{_cells([cell.text for cell in row.cells], table)}</w:tr>"


def _group(text: str, columns: int, width: int) -> str:
    """A row of one cell across all columns, ``width`` in twentieths of a point."""
    across = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    properties = f'<w:tcPr><w:tcW w:type="dxa" w:w="{width}"/>{across}</w:tcPr>'
    return f"<w:tr><w:tc>{properties}<w:p>{_run(text, BOLD)}</w:p></w:tc></w:tr>"


def _cells(texts: Sequence[str], table: Table, letters: str = "") -> str:
    """The cells of a row: words to the left, figures to the right."""
    letters += SMALL if len(table.columns) > MOST_IN_FULL_SIZE else ""
    sides = ("left" if index == 0 or index in table.words else "right" for index in range(len(texts)))
    return "".join(
        f'<w:tc><w:tcPr/><w:p><w:pPr><w:jc w:val="{side}"/></w:pPr>{_run(text, letters)}</w:p></w:tc>'
        for text, side in zip(texts, sides, strict=True)
    )


def _run(text: str, letters: str = "") -> str:
    """A text as WordprocessingML, its letters with properties; a line of the text is a line of its own."""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in printable(text).split("\n"))
    return f"<w:r>{f'<w:rPr>{letters}</w:rPr>' if letters else ''}{'<w:br/>'.join(lines)}</w:r>"


def _narrow_margins() -> Any:
    """Hardly any room beside the text of cells, for tables of many columns."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    sides = "".join(f'<w:{side} w:w="{NARROW}" w:type="dxa"/>' for side in ("left", "right"))
    return parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")


def printable(text: str) -> str:
    """The text with what XML 1.0 cannot hold replaced by U+FFFD."""
    return NOT_XML.sub("\ufffd", text)


def _without_times(content: bytes) -> bytes:
    """The same archive with a fixed time on each member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w") as target:
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(member.filename))
    return packed.getvalue()
