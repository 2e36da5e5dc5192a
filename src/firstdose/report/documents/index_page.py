"""A page of links: to the parts of a report, to people, to what a demonstration wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote


@dataclass(frozen=True)
class Link:
    """An address beside the page, its words, and what it leads to."""

    address: str
    words: str
    about: str = ""


def index_page(
    title: str, heading: str, paragraphs: Sequence[str], groups: Sequence[tuple[str, Sequence[Link]]]
) -> str:
    """The page: text is escaped, addresses are quoted, and nothing is fetched from elsewhere."""
    parts = [f"<p>{escape(text)}</p>" for text in paragraphs]
    for name, links in groups:
        if links:
            items = "".join(f"<li>{_link(link)}</li>" for link in links)
            parts.append(f"<section><h2>{escape(name)}</h2><ul>{items}</ul></section>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">"
        f"<title>{escape(title)}</title><style>{_style()}</style></head>"
        f'<body><header class="title"><p class="kind">{escape(heading)}</p><h1>{escape(title)}</h1></header>'
        f'<div class="page"><main>{"".join(parts)}</main></div></body></html>\n'
    )


def _link(link: Link) -> str:
    about = f": {escape(link.about)}" if link.about else ""
    return f'<a href="{escape(quote(link.address, safe="/-_.~"))}">{escape(link.words)}</a>{about}'


@cache
def _style() -> str:
    return files("firstdose.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
