"""A document as one self-contained HTML page."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from firstdose.report.documents.blocks import Document
from firstdose.report.documents.trace_island import island
from firstdose.report.documents.tracing import traced
from firstdose.report.documents.wording import NO_BREAK, run_together

if TYPE_CHECKING:
    from jinja2 import Template

SAFE_IN_DATA = "!$'()*+,/:;=?@-._~"
"""Signs that stand for themselves in an address of data."""

MOST_ROOMY = 10
"""Columns of a table in which intervals have room on one line."""

NEWLINE = "\n"
INTERVAL = re.compile(r"[\[(](?:up to|from)?[^\]()A-Za-z]*(?: to [^\]()A-Za-z]*)?[\])]")


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
    environment.filters["as_address"] = _as_address
    environment.filters["breakable"] = _breakable
    environment.filters["as_rows"] = _as_rows
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


def _packed(text: str) -> str:
    """The text compressed, in letters that need no escape, so that a page stays small; the script unpacks it."""
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def _hash(script: str) -> str:
    """What a page's policy knows a script by."""
    return base64.b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")


def _as_rows(rows: Sequence[int]) -> str:
    """Numbers of rows as an attribute holds them: "3-6 9"."""
    return run_together(rows).replace("–", "-").replace(", ", " ")


def _breakable(text: str, columns: int = 1) -> str:
    """The text, escaped, with places inside long keys where a line may break, and none inside an interval.

    In a table of many columns a line may break there too.
    """
    from markupsafe import Markup, escape

    whole = text if columns > MOST_ROOMY else INTERVAL.sub(lambda found: found[0].replace(" ", NO_BREAK), text)
    return escape(whole).replace("_", Markup("_<wbr>"))


@cache
def _resource(name: str) -> str:
    return files("firstdose.report").joinpath("templates", name).read_text(encoding="utf-8")
