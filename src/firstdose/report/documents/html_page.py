"""A document as one self-contained HTML page."""

from __future__ import annotations

import base64
import zlib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from firstdose.report.documents.blocks import Document
from firstdose.report.documents.cell_tags import as_rows, breakable, cell_tags
from firstdose.report.documents.trace_island import island
from firstdose.report.documents.tracing import traced

if TYPE_CHECKING:
    from jinja2 import Template

SAFE_IN_DATA = "!$'()*+,/:;=?@-._~"
"""Signs that stand for themselves in an address of data."""

MOST_EMBEDDED = 60_000
"""Letters of the data behind a picture up to which a page holds them; longer ones stand in the file that it names."""

MOST_ASKED = 400
"""Rows of the results behind a picture up to which a page shows them one by one."""

NEWLINE = "\n"


def render_html(document: Document) -> str:
    """The page: styles and drawings inside, nothing fetched from elsewhere. All text is escaped.

    A page of a document with origins holds them and the script that shows them, and so does one with tables that can be
    searched; the page lets no other script run.
    """
    script = _resource("figure-origins.js") if document.origins else ""
    searches = {found.script: None for chapter in document.chapters for found in chapter.finders}
    further = [_resource(f"{name}.js") for name in searches]
    return _template().render(
        document=traced(document),
        style=_resource("report.css"),
        script=script,
        further_scripts=further,
        script_hashes=[_hash(each) for each in (script, *further) if each],
        island=_packed(island(document.origins)) if document.origins else "",
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(most_embedded=MOST_EMBEDDED, most_asked=MOST_ASKED)
    environment.filters["as_address"] = _as_address
    environment.filters["as_file"] = _as_file
    environment.filters["breakable"] = _breakable
    environment.filters["as_rows"] = as_rows
    environment.filters["as_cells"] = cell_tags
    environment.filters["packed"] = _packed
    return environment.from_string(_resource("report.html.j2"))


def _as_address(svg: str) -> str:
    """A drawing as an address that holds it, so that nothing in it can act on the page.

    Signs that cannot stand in an address are written as their numbers, which is shorter than all in base 64.
    """
    from markupsafe import Markup

    single = svg if "'" in svg else svg.replace('"', "'")
    address = quote(single.replace(NEWLINE, ""), safe=SAFE_IN_DATA)
    # So that nothing on the page reads as an address outside it; no sign is left that an attribute must escape.
    return Markup(f"data:image/svg+xml,{address.replace('http:', 'http%3A').replace('url(', 'url%28')}")


def _as_file(text: str) -> str:
    """A text file as an address that holds it."""
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}"


def _packed(text: str) -> str:
    """The text compressed, in letters that need no escape, so that a page stays small; the script unpacks it."""
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def _hash(script: str) -> str:
    """What a page's policy knows a script by."""
    return base64.b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")


def _breakable(text: str) -> str:
    """A heading with places where a line may break."""
    from markupsafe import Markup

    return Markup(breakable(text))


@cache
def _resource(name: str) -> str:
    return files("firstdose.report").joinpath("templates", name).read_text(encoding="utf-8")
