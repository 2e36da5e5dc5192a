"""The committee's pack as a PDF: at most two pages of A4, and an appendix for what they cannot hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from firstdose.report.committee.pack import ROOMS, Decision, committee_document
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.pdf_file import PLAIN, Look, query_pdf, render_pdf

MOST_PAGES = 2
TEMPLATE, BODY_END = "pack.typ", "<end-of-body>"


def unchanged(document: Document) -> Document:
    """The document as it is."""
    return document


def fitting_pack(
    decision: Decision,
    day: date,
    notices: tuple[str, ...] = (),
    look: Look = PLAIN,
    dress: Callable[[Document], Document] = unchanged,
) -> tuple[Document, bytes]:
    """The pack and its PDF, with as much on its two pages as they hold; ``dress`` is applied to the document.

    What has no place goes to the appendix; where even the least does not fit, the pack is made longer.
    """
    for room in ROOMS:
        document = dress(committee_document(decision, day, notices, room))
        if body_pages(document, look) <= MOST_PAGES:
            break
    return document, render_pdf(document, day, look, TEMPLATE)


def body_pages(document: Document, look: Look = PLAIN) -> int:
    """How many pages there are before the appendix."""
    return int(query_pdf(document, BODY_END, look, TEMPLATE))
