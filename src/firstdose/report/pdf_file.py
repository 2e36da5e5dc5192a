"""A document as a PDF on A4, tagged for screen readers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose.report.blocks import Document

if TYPE_CHECKING:
    import typst


def render_pdf(document: Document, day: date) -> bytes:
    """The PDF; ``day`` is its time stamp, so that the same document gives the same bytes.

    The template gets the document as data and never as markup: no text of a protocol is read as a command.
    """
    import typst

    content = json.dumps(document.numbered().as_data(), ensure_ascii=False)
    made = typst.compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        pdf_standards="ua-1",
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made


@cache
def _template() -> bytes:
    return files("firstdose.report").joinpath("templates", "report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside the typesetter (Libertinus for text), and the plotting library's for further letters."""
    import matplotlib
    import typst

    drawing = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[drawing])
