"""A document as a PDF on A4, tagged for screen readers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firstdose.report.documents.blocks import Document
from firstdose.report.documents.table_setting import set_tables
from firstdose.report.documents.trace_appendix import with_appendix
from firstdose.report.documents.tracing import traced

if TYPE_CHECKING:
    import typst

MARKED, NO_SUSPECTS = b"/MarkInfo<</Marked true", b"/Suspects false"
"""How the typesetter writes that a PDF is tagged, and that no tag is suspect."""


@dataclass(frozen=True)
class Look:
    """What a sponsor may change in a PDF: words are those that the template takes, folders hold further fonts."""

    inputs: tuple[tuple[str, str], ...] = ()
    font_folders: tuple[str, ...] = ()


PLAIN = Look()


def render_pdf(document: Document, day: date, look: Look = PLAIN, template: str = "report.typ") -> bytes:
    """The PDF; ``day`` is its time stamp, so that the same document gives the same bytes.

    The template gets the document as data and never as markup: no text of a protocol is read as a command.
    """
    import typst

    made = typst.compile(
        _template(template),
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        pdf_standards="ua-1",
        format="pdf",
        **_settings(document, look),
    )
    assert isinstance(made, bytes)
    return _without_suspects(made)


def query_pdf(document: Document, label: str, look: Look, template: str) -> Any:
    """What the template noted under a label while the document was set."""
    import typst

    return json.loads(typst.query(_template(template), label, field="value", one=True, **_settings(document, look)))


def _without_suspects(made: bytes) -> bytes:
    """The same PDF without the mark that none of its tags is suspect, which is what holds where nothing is said.

    Poppler takes a false mark for an error and prints so. The space that is left keeps every place in the file.
    """
    return made.replace(MARKED + NO_SUSPECTS, MARKED + b" " * len(NO_SUSPECTS), 1)


def _settings(document: Document, look: Look) -> dict[str, Any]:
    content = json.dumps(set_tables(with_appendix(traced(document).for_pages()).as_data()), ensure_ascii=False)
    return {
        "sys_inputs": {"content": content, **dict(look.inputs)},
        "font_paths": _fonts(look.font_folders),
        "ignore_system_fonts": True,
    }


@cache
def _template(name: str) -> bytes:
    return files("firstdose.report").joinpath("templates", name).read_bytes()


@cache
def _fonts(folders: tuple[str, ...] = ()) -> typst.Fonts:
    """The fonts inside the typesetter (Libertinus for text), the plotting library's for further letters, and others."""
    import matplotlib
    import typst

    drawing = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[drawing, *map(Path, folders)]
    )
