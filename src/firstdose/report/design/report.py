"""The design report: one HTML file and one PDF from the same content."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from firstdose.designs.rule import EscalationRule
from firstdose.protocol import Protocol
from firstdose.records.date_words import day_words
from firstdose.report.design.chapters import assumptions_chapter, pathways_chapter, rule_chapter, summary_chapter
from firstdose.report.design.characteristics_chapters import characteristics_chapter, scenarios_chapter
from firstdose.report.design.comparison_chapter import comparison_chapter
from firstdose.report.design.content import DesignReport, design_content
from firstdose.report.design.decisions_chapter import decisions_chapter
from firstdose.report.design.detection_chapter import detection_chapter
from firstdose.report.design.evaluation import Engine, Progress, silent
from firstdose.report.design.methods_text import methods_chapter
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.simulation.scenarios import Scenarios

HTML_NAME, PDF_NAME = "design-report.html", "design-report.pdf"

CHAPTERS = (
    summary_chapter,
    rule_chapter,
    decisions_chapter,
    pathways_chapter,
    scenarios_chapter,
    characteristics_chapter,
    comparison_chapter,
    detection_chapter,
    methods_chapter,
    assumptions_chapter,
)


def design_document(content: DesignReport) -> Document:
    """The content as chapters, with its pictures drawn."""
    identity = content.identity
    return Document(
        title=f"{identity.trial}: design report",
        heading="Design report",
        subtitle=f"{identity.trial}: {identity.title}",
        facts=(
            *identity.facts,
            ("Protocol file", identity.protocol_file),
            ("Computed by", f"Firstdose {identity.version}"),
            ("Date of this report", day_words(identity.date)),
        ),
        chapters=tuple(chapter(content) for chapter in CHAPTERS),
        footer=f"{identity.trial}, design report of {day_words(identity.date)}, Firstdose {identity.version}",
    )


def render_design_report(content: DesignReport) -> str:
    """The report as one self-contained HTML page."""
    return render_html(design_document(content))


def render_design_pdf(content: DesignReport) -> bytes:
    """The report as PDF."""
    return render_pdf(design_document(content), content.identity.date)


def write_design_report(
    protocol: Protocol,
    rule: EscalationRule,
    folder: Path,
    day: date,
    progress: Progress = silent,
    *,
    scenarios: Scenarios | None = None,
    engine: Engine | None = None,
) -> tuple[Path, Path]:
    """Compute the report, write HTML and PDF into the folder, and return their paths."""
    content = design_content(protocol, rule, day, scenarios=scenarios, engine=engine, progress=progress)
    progress("drawing the report")
    document = design_document(content)
    folder.mkdir(parents=True, exist_ok=True)
    page, print_file = folder / HTML_NAME, folder / PDF_NAME
    page.write_text(render_html(document), encoding="utf-8", newline="\n")
    progress("setting the PDF")
    print_file.write_bytes(render_pdf(document, day))
    return page, print_file
