"""The files of a trial's report: page, PDF, tables, figures, and the committee's pack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.records.spreadsheets import safe_frame
from firstdose.report.committee.pack import PACK_NAME, Decision
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.house_style_pages import PLAIN_PRESS, Press
from firstdose.report.documents.second_process import Beside, alone
from firstdose.report.documents.table_files import write_table_files
from firstdose.report.timeline.files import write_timelines
from firstdose.report.trial.report import trial_document

REPORT_NAME, TABLES_NAME, FIGURES = "trial-report", "tables", "figures"
DRAWINGS = "firstdose.report.trial.pictures"
"""The module that a second process needs to draw pictures of a trial."""
EVERYTHING = frozenset({"html", "pdf", "tables", "figures", "people", "pack"})


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
    press: Press = PLAIN_PRESS,
    beside: Beside = alone,
) -> list[Path]:
    """Write the parts that are asked for and return their paths; ``day`` is the date and time stamp of all of them.

    A protocol without escalation has no dose decision, and so no pack.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    others: list[Path] = []
    # The typesetter works outside of Python's lock: beside the rest it takes hardly any time of its own.
    with ThreadPoolExecutor(1) as setter:
        printed: Future[bytes] | None = None
        if set(parts) - {"pack", "people"}:
            progress("drawing")
            document, drawings = trial_document(protocol, data, results, day, notices, beside)
            progress("setting")
            printed = setter.submit(press.pdf, document, day) if "pdf" in parts else None
            written += _report_files(document, drawings, folder, day, parts, progress, press)
        if "people" in parts:
            others += write_timelines(protocol, data, results.provenance, folder, day, notices, progress, press)
        if "pack" in parts and protocol.escalation.has_rule:
            progress("pack")
            others += write_pack(protocol, data, results, folder, day, notices, press)
        if printed is not None:
            progress("PDF")
            written.append(folder / f"{REPORT_NAME}.pdf")
            written[-1].write_bytes(printed.result())
    return [*written, *others]


def write_pack(
    protocol: Protocol,
    data: AnalysisData,
    results: Results,
    folder: Path,
    day: date,
    notices: tuple[str, ...] = (),
    press: Press = PLAIN_PRESS,
) -> list[Path]:
    """Write the committee's pack as page and PDF and return their paths; raises NoDecision without an escalation.

    ``results`` are those of the analysis, or those that `pack_results` makes for the pack alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shown, pdf = press.pack(Decision.of(protocol, data, results), day, notices)
    page, file = folder / f"{PACK_NAME}.html", folder / f"{PACK_NAME}.pdf"
    page.write_text(shown, encoding="utf-8", newline="\n")
    file.write_bytes(pdf)
    return [page, file]


def _report_files(
    document: Document,
    drawings: tuple[Drawing, ...],
    folder: Path,
    day: date,
    parts: Collection[str],
    progress: Callable[[str], None],
    press: Press,
) -> Iterator[Path]:
    """The page; tables and figures as files of their own, with the numbers behind them."""
    if "html" in parts:
        page = folder / f"{REPORT_NAME}.html"
        page.write_text(press.html(document), encoding="utf-8", newline="\n")
        yield page
    if "tables" in parts:
        progress("tables")
        path = folder / f"{TABLES_NAME}.docx"
        path.write_bytes(press.docx(document, day))
        yield path
        yield from write_table_files(document, folder / TABLES_NAME)
    if "figures" in parts:
        (folder / FIGURES).mkdir(exist_ok=True)
        for drawing in drawings:
            progress(f"figure {drawing.name}")
            yield from write_figure(drawing, folder / FIGURES)


def write_figure(drawing: Drawing, folder: Path) -> Iterator[Path]:
    """Write a figure as SVG and PNG, and the rows behind it; yields the paths."""
    svg, png, rows = (folder / f"{drawing.name}{ending}" for ending in (".svg", ".png", ".csv"))
    svg.write_text(drawing.picture().svg, encoding="utf-8", newline="\n")
    png.write_bytes(drawing.png())
    safe_frame(drawing.data).write_csv(rows)
    yield from (svg, png, rows)
