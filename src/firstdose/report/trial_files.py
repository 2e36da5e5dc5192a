"""The files of a trial's report: page, PDF, tables, figures, and the committee's pack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from pathlib import Path

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.report.blocks import Document
from firstdose.report.committee_pack import PACK_NAME, committee_document
from firstdose.report.docx_file import render_docx
from firstdose.report.drawing import Drawing
from firstdose.report.html_page import render_html
from firstdose.report.pdf_file import render_pdf
from firstdose.report.trial_report import trial_document

REPORT_NAME, TABLES_NAME, FIGURES = "trial-report", "tables", "figures"
EVERYTHING = frozenset({"html", "pdf", "tables", "figures", "pack"})


def silent(_: str) -> None:
    """Tell nobody what is being written."""


def write_report(
    protocol: Protocol,
    data: AnalysisData,
    results: Results,
    folder: Path,
    day: date,
    parts: Collection[str] = EVERYTHING,
    notices: tuple[str, ...] = (),
    progress: Callable[[str], None] = silent,
) -> list[Path]:
    """Write the parts that are asked for and return their paths; ``day`` is the date and time stamp of all of them.

    A protocol without escalation has no dose decision, and so no pack.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    if set(parts) - {"pack"}:
        progress("drawing")
        document, drawings = trial_document(protocol, data, results, day, notices)
        written += _report_files(document, drawings, folder, day, parts, progress)
    if "pack" in parts and protocol.escalation.has_rule:
        progress("pack")
        pack = committee_document(protocol, data, results.provenance, day, notices)
        written += _both(pack, folder / PACK_NAME, day, EVERYTHING)
    return written


def _report_files(
    document: Document,
    drawings: tuple[Drawing, ...],
    folder: Path,
    day: date,
    parts: Collection[str],
    progress: Callable[[str], None],
) -> Iterator[Path]:
    progress("setting")
    yield from _both(document, folder / REPORT_NAME, day, parts)
    if "tables" in parts:
        progress("tables")
        path = folder / f"{TABLES_NAME}.docx"
        path.write_bytes(render_docx(document, day))
        yield path
    if "figures" in parts:
        (folder / FIGURES).mkdir(exist_ok=True)
        for drawing in drawings:
            progress(f"figure {drawing.name}")
            yield from _figure(drawing, folder / FIGURES)


def _both(document: Document, stem: Path, day: date, parts: Collection[str]) -> Iterator[Path]:
    """The page and the PDF of a document."""
    if "html" in parts:
        page = stem.with_suffix(".html")
        page.write_text(render_html(document), encoding="utf-8", newline="\n")
        yield page
    if "pdf" in parts:
        file = stem.with_suffix(".pdf")
        file.write_bytes(render_pdf(document, day))
        yield file


def _figure(drawing: Drawing, folder: Path) -> Iterator[Path]:
    """A figure as SVG and PNG, and the rows behind it."""
    svg, png, rows = (folder / f"{drawing.name}{ending}" for ending in (".svg", ".png", ".csv"))
    svg.write_text(drawing.picture().svg, encoding="utf-8", newline="\n")
    png.write_bytes(drawing.png())
    drawing.data.write_csv(rows)
    yield from (svg, png, rows)
