"""The summary of an analysis as one self-contained page: every table of the results, and nothing computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from firstdose.protocol import Protocol
from firstdose.records.results import Results
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.html_page import render_html
from firstdose.report.results.chapters import (
    chapters_of,
    facts_of,
    glance_chapter,
    methods_chapter,
    origins_of,
    rows_of,
)

PAGE_NAME = "summary.html"


def write_results_page(protocol: Protocol, results: Results, folder: Path, notices: tuple[str, ...] = ()) -> Path:
    """Write the page into a folder, and return its path.

    It does not hold where each figure comes from, which is most of a page: the results stand beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE_NAME
    document = replace(results_document(protocol, results, notices), origins=None)
    page.write_text(render_html(document), encoding="utf-8", newline="\n")
    return page


def results_document(protocol: Protocol, results: Results, notices: tuple[str, ...] = ()) -> Document:
    """The results as chapters; ``notices`` are told on top, such as that the data are simulated."""
    origin = results.provenance
    found = list(rows_of(results))
    return Document(
        title=f"{origin.trial}: summary of results",
        heading="Summary of results",
        subtitle=f"{origin.trial}: {protocol.trial.title}",
        facts=facts_of(results, notices),
        chapters=(
            glance_chapter(protocol, results),
            *(chapter for _, chapter in chapters_of(protocol, found)),
            methods_chapter(protocol, found),
        ),
        footer=f"{origin.trial}, summary of results, Firstdose {origin.version}",
        origins=origins_of(protocol, results),
    )
