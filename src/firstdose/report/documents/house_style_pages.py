"""Pages, PDF and packs in a house style: the one place that gives a document its look."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from firstdose.report.committee.pack import Decision
from firstdose.report.committee.pdf import fitting_pack
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.docx_file import render_docx
from firstdose.report.documents.house_style import DEFAULT, HouseStyle
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.pdf_file import Look, render_pdf

HEADINGS = {"Trial report": "report", "Pack for the safety committee": "pack"}
TIMELINE = "Timeline of one person"


@dataclass(frozen=True)
class Press:
    """Renders documents in a style; the default style changes nothing."""

    style: HouseStyle = DEFAULT

    def html(self, document: Document) -> str:
        """The page."""
        return styled_page(render_html(self.dressed(document)), self.style)

    def pdf(self, document: Document, day: date) -> bytes:
        """The PDF."""
        return render_pdf(self.dressed(document), day, self.look)

    def docx(self, document: Document, day: date) -> bytes:
        """The tables as a Word document; only the wording applies."""
        return render_docx(self.dressed(document), day)

    def pack(self, decision: Decision, day: date, notices: tuple[str, ...]) -> tuple[str, bytes]:
        """The committee's pack as page and PDF."""
        document, pdf = fitting_pack(decision, day, notices, self.look, self.dressed)
        return styled_page(render_html(document), self.style), pdf

    @property
    def look(self) -> Look:
        """What the typesetter takes of the style."""
        style = self.style
        inputs = []
        if style.logo:
            inputs += [("logo", style.logo), ("logo-words", style.logo_words)]
        if style.font:
            inputs.append(("font", style.font.family))
        if style.accent:
            inputs.append(("accent", style.accent))
        return Look(tuple(inputs), (str(style.font.path.parent),) if style.font else ())

    def dressed(self, document: Document) -> Document:
        """The document with the sponsor's words."""
        words = self.style.wording
        named = HEADINGS.get(document.heading, "")
        heading = (getattr(words, named) if named else None) or document.heading
        if words.timeline and heading.startswith(TIMELINE):
            heading = heading.replace(TIMELINE, words.timeline, 1)
        told = (("Sponsor", words.sponsor), ("Confidentiality", words.confidential))
        facts = tuple((name, text) for name, text in told if text)
        footer = f"{words.footer}, {document.footer}" if words.footer else document.footer
        return replace(document, heading=heading, facts=(*facts, *document.facts), footer=footer)


PLAIN_PRESS = Press()


def styled_page(page: str, style: HouseStyle) -> str:
    """A page with logo, font and colours; raises ValueError where the page is not one of this package's."""
    if style.logo:
        address = base64.b64encode(style.logo.encode("utf-8")).decode("ascii")
        logo = f'<img class="logo" alt="{escape(style.logo_words)}" src="data:image/svg+xml;base64,{address}">'
        page = _after(page, '<header class="title">', f"\n{logo}")
    rules = []
    if style.logo:
        rules.append("header.title .logo { float: right; max-height: 3.5rem; max-width: 40%; padding: .25rem; }")
        rules.append("header.title .logo { background: #ffffff; }")
    if style.accent:
        rules.append(f":root {{ --accent: {style.accent}; }}")
    if style.accent_dark or style.accent:
        dark = style.accent_dark or "#8ec3ea"
        rules.append(f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}")
    if style.font:
        rules.append(f'@font-face {{ font-family: "House"; src: url({style.font.address}); }}')
        rules.append('body { font-family: "House", system-ui, sans-serif; }')
        page = _after(page, "default-src 'none'; ", "font-src data:; ")
    return page if not rules else _before(page, "</style>", "\n".join(rules) + "\n")


def _after(page: str, place: str, added: str) -> str:
    before, found, rest = page.partition(place)
    if not found:
        raise ValueError(f"the page has no {place}")
    return before + found + added + rest


def _before(page: str, place: str, added: str) -> str:
    before, found, rest = page.partition(place)
    if not found:
        raise ValueError(f"the page has no {place}")
    return before + added + found + rest
