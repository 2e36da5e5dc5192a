"""The summary of an analysis as one self-contained page: every table of the results, and nothing computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from firstdose.protocol import Protocol
from firstdose.records.results import Results
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.html_page import render_html
from firstdose.report.results.chapters import (
    chapters_of_named,
    facts_of,
    glance_chapter,
    methods_chapter,
    named_rows_of,
    origins_of,
)
from firstdose.report.results.left_out import left_out, with_left_out

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
    found = list(named_rows_of(protocol, results))
    without_content = left_out(found)
    return Document(
        title=f"{origin.trial}: summary of results",
        heading="Summary of results",
        subtitle=f"{origin.trial}: {protocol.trial.title}",
        facts=facts_of(results, notices),
        chapters=(
            glance_chapter(protocol, results),
            *(chapter for name, chapter in chapters_of_named(protocol, found) if name not in without_content),
            with_left_out(methods_chapter(protocol, found), without_content),
        ),
        footer=f"{origin.trial}, summary of results, Firstdose {origin.version}",
        origins=origins_of(protocol, results),
    )
