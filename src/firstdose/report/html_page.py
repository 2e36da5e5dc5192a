"""A document as one self-contained HTML page."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from firstdose.report.blocks import Document

if TYPE_CHECKING:
    from jinja2 import Template


def render_html(document: Document) -> str:
    """The page: styles and drawings inside, nothing fetched from elsewhere. All text is escaped."""
    return _template().render(document=document.numbered(), style=_resource("report.css"))


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["as_address"] = _as_address
    environment.filters["breakable"] = _breakable
    return environment.from_string(_resource("report.html.j2"))


def _as_address(svg: str) -> str:
    """A drawing as an address that holds it, so that nothing in it can act on the page."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode('utf-8')).decode('ascii')}"


def _breakable(text: str) -> str:
    """The text, escaped, with places inside long keys where a line may break."""
    from markupsafe import Markup, escape

    return escape(text).replace("_", Markup("_<wbr>"))


@cache
def _resource(name: str) -> str:
    return files("firstdose.report").joinpath("templates", name).read_text(encoding="utf-8")
