"""What a reader of the printed report alone must find: whose a figure is, what is left out, the same flags twice."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from firstdose.protocol import Protocol
from firstdose.records.results import Result, Results
from firstdose.report.documents.blocks import Cell, Facts, Paragraph, Picture, Row, Table
from firstdose.report.documents.tracing import traced
from firstdose.report.metabolism.chapter import metabolism_blocks
from firstdose.report.results.chapters import glance_chapter, methods_chapter
from firstdose.report.results.tables import tables
from firstdose.report.trial.against_dose_picture import brain_volume_against_dose
from firstdose.report.trial.event_picture import events_by_term
from tests.report.metabolism_cases import figures
from tests.report.reference_trial import analysis, document, protocol

LEVELS = {"1": "A, 5 cells", "2": "B, 10 cells"}


def made(what: str, group: str, **fields: Any) -> Result:
    given = {"chapter": "limits", "table": "zero_counts", "statistic": "people", "value": 0.0, "of": 3.0}
    return Result(**{**given, "what": what, "group": group, "format": "count", **fields})


def test_a_list_of_figures_of_one_level_names_the_level() -> None:
    """Nothing else says whose they are: the figures of all levels stand in another table."""
    both = [made("fatal", "1"), made("fatal", "2")]
    _, alone = tables("zero_counts", [*both, made("severe", "1"), made("of interest", "1")], LEVELS)
    assert "group" in alone.columns
    assert {line.cells[1].text.replace("\u00a0", " ") for line in alone.rows} == {"A, 5 cells"}


def test_a_list_of_figures_of_everyone_names_no_group() -> None:
    (alone,) = tables("not_enrolled", [made("too old", "all"), made("too young", "all")], LEVELS)
    assert "group" not in alone.columns


def with_last_day(day: int | None) -> Protocol:
    return replace(protocol(), conventions=replace(protocol().conventions, analysis_until_day=day))


@pytest.mark.parametrize(("day", "is_told"), [(379, True), (None, False)])
def test_the_last_day_of_the_analyses_is_told_at_a_glance_and_among_the_conventions(
    day: int | None, is_told: bool
) -> None:
    results = Results.of([], analysis()[1].provenance)
    first = glance_chapter(with_last_day(day), results).blocks[0]
    assert isinstance(first, Paragraph)
    assert ("later than day 379 from dosing is in none" in first.text) is is_told
    facts = [block for block in methods_chapter(with_last_day(day), []).blocks if isinstance(block, Facts)]
    assert (("Analyses look at", "what began by day 379 from dosing") in facts[0].items) is is_told


@pytest.mark.parametrize(
    ("day", "chapter", "is_told"), [(60, "metabolism", True), (60, "laboratory", False), (None, "metabolism", False)]
)
def test_samples_of_the_metabolism_that_do_not_heed_the_last_day_are_told_of(
    day: int | None, chapter: str, is_told: bool
) -> None:
    results = Results.of([made("samples analysed", "all")._replace(chapter=chapter)], analysis()[1].provenance)
    first = glance_chapter(with_last_day(day), results).blocks[0]
    assert isinstance(first, Paragraph)
    assert ("metabolism alone is analysed at its own visits" in first.text) is is_told


def test_the_picture_of_brain_volume_crosses_the_scans_that_the_tables_flag() -> None:
    data, results = analysis()
    drawing = brain_volume_against_dose(protocol(), data, results)
    assert drawing is not None
    rows = results.frame.filter(chapter="mri", table="brain_volume_people", within="all scans")
    flagged = {row["what"] for row in rows.iter_rows(named=True) if row["warning"].startswith("flagged")}
    assert flagged
    assert {row["subject"] for row in drawing.data.iter_rows(named=True) if row["reason"]} == flagged


def test_the_legend_of_the_picture_of_events_says_how_many_people_each_level_has() -> None:
    drawing = events_by_term(protocol(), analysis()[0])
    assert drawing is not None
    figure = drawing.draw()
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert shown
    assert all(re.search(r" \(n = [1-9][0-9]*\)$", text) for text in shown)


def test_one_row_of_the_results_is_not_several() -> None:
    sources = [
        source
        for chapter in traced(document()).chapters
        for block in chapter.blocks
        if isinstance(block, Table | Picture)
        for source in block.sources
    ]
    assert any(re.search(r"Results: row [0-9,]+\.", source) for source in sources)
    assert not [source for source in sources if re.search(r"\brows [0-9,]+\.", source)]


def test_visits_of_metabolites_have_their_names_in_every_table() -> None:
    fluid = figures("slope")
    names = {"M0": "Baseline", "M3": "Month 3", "M12": "Month 12"}
    blocks = metabolism_blocks([replace(fluid, rows=replace(fluid.rows, visit_names=names))], (), LEVELS)
    shown = [_text(line) for block in blocks if isinstance(block, Table) for line in block.rows]
    assert any("Month 12" in text for text in shown)
    assert not [text for text in shown if re.search(r"\bM(0|3|12)\b", text)]


def _text(line: Row) -> str:
    cells: tuple[Cell, ...] = line.cells
    return " | ".join((line.group, *(cell.text for cell in cells)))
