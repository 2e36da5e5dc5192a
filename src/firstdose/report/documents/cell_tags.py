"""The cells of a row of a table as HTML: a page holds tens of thousands, which take a template four times as long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from firstdose.report.documents.blocks import Cell, Row, Table
from firstdose.report.documents.wording import NO_BREAK, run_together

MOST_ROOMY = 10
"""Columns of a table in which intervals have room on one line."""

LONGEST_OF_ONE = 16
"""Letters up to which a cell without a space is kept on one line, in a table of more columns, or as a row's heading."""

INTERVAL = re.compile(r"[\[(](?:up to|from)?[^\]()A-Za-z]*(?: to [^\]()A-Za-z]*)?[\])]")


LONGEST_SHORT, LONGEST_BRIEF = 60, 10
"""Prose with more letters has a wider column on a narrow screen; headings of rows with fewer have a narrow one."""


def cell_tags(row: Row, table: Table, with_records: object) -> Markup:
    """The cells of a row, the first one its heading; all text is escaped."""
    columns, words = len(table.columns), frozenset(table.words)
    return Markup(
        "".join(_cell(cell, place, columns, place in words, bool(with_records)) for place, cell in enumerate(row.cells))
    )


def _cell(cell: Cell, place: int, columns: int, is_prose: bool, with_records: bool) -> str:
    text = cell.text
    classes: list[str] = [cell.mark] if cell.mark else []
    if is_prose and text and place:
        classes.append("words")
    if (columns > MOST_ROOMY or not place) and 0 < len(text) <= LONGEST_OF_ONE and " " not in text:
        classes.append("one")
    if len(text) > LONGEST_SHORT and (is_prose or not place):
        classes.append("long")
    elif not place and 0 < len(text) <= LONGEST_BRIEF:
        classes.append("brief")
    attributes = f" class={_value(' '.join(classes))}" if classes else ""
    if cell.rows:
        attributes += f" data-rows={_value(as_rows(cell.rows))}"
    if with_records and cell.records and text:
        attributes += f' data-records="{escaped("; ".join(cell.records))}"'
    start, end = ("th scope=row", "th") if not place and text.strip() else ("td", "td")
    shown = f"<strong>{escaped(text)}</strong>" if cell.mark == "correct" else breakable(text, columns)
    return f"<{start}{attributes}>{shown}</{end}>"


def _value(text: str) -> str:
    return f'"{text}"' if " " in text else text


def escaped(text: str) -> str:
    """As the template escapes: markupsafe writes quotes as numbers."""
    return escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")


def as_rows(rows: Sequence[int]) -> str:
    """Numbers of rows as an attribute holds them: "3-6 9"."""
    return str(rows[0]) if len(rows) == 1 else run_together(rows).replace("–", "-").replace(", ", " ")


def breakable(text: str, columns: int = 1) -> str:
    """The text, escaped, with places inside long keys where a line may break, and none inside an interval.

    In a table of many columns a line may break there too.
    """
    if columns <= MOST_ROOMY and ("[" in text or "(" in text):
        text = INTERVAL.sub(lambda found: found[0].replace(" ", NO_BREAK), text)
    return escaped(text).replace("_", "_<wbr>")
