"""The chapter on metabolism: what was found in honest words, the primary class first; then pictures and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.protocol.metabolism import Metabolism
from firstdose.records.results import Result
from firstdose.report.documents.blocks import Block, Cell, Heading, Paragraph, Picture, Row, Table
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.metabolism.class_forest_picture import class_forest
from firstdose.report.metabolism.dose_response_picture import dose_response
from firstdose.report.metabolism.heat_map_picture import heat_map
from firstdose.report.metabolism.metabolite_quality_picture import metabolite_quality
from firstdose.report.metabolism.rows import (
    ANALYSIS,
    CLASS_SLOPE,
    CLASSES,
    QUALITY,
    SAMPLES,
    SLOPES,
    FluidFigures,
    slope_in,
)
from firstdose.report.metabolism.sample_quality_picture import sample_quality
from firstdose.report.metabolism.search import search_table
from firstdose.report.metabolism.statements import ALL_CLASSES, CLASS_SENSITIVITY, statements
from firstdose.report.metabolism.volcano_picture import volcano
from firstdose.report.results.names import words
from firstdose.report.results.tables import about, tables
from firstdose.report.results.wording import NOTHING, figure

MOST_OF_PRIMARY, MOST_OTHERS = 40, 20
"""Metabolites in the table of slopes."""

OF_CLASSES = (ANALYSIS, "metabolites", CLASS_SLOPE, "p by permutation of doses", "adjusted p", "p by rotation")
"""What the first table of classes shows; the other figures of their tests are in a second one."""


def metabolite_drawings(figures: FluidFigures) -> Iterator[Drawing]:
    """The pictures of a fluid that there are data for."""
    makers = (class_forest, dose_response, volcano, heat_map, sample_quality, metabolite_quality)
    for make in makers:
        drawn = make(figures)
        if drawn is not None:
            yield drawn


def metabolism_blocks(
    fluids: Sequence[FluidFigures], pictures: Sequence[Picture], levels: dict[str, str]
) -> tuple[Block, ...]:
    """The chapter: what was found in words, fluid by fluid, then the pictures, then the tables."""
    blocks: list[Block] = []
    for figures in fluids:
        if len(fluids) > 1:
            blocks.append(Heading(f"What was found in {words(figures.prepared.fluid)}"))
        blocks += [Paragraph(each.text, rows=each.rows) for each in statements(figures.rows)]
    blocks += pictures
    for figures in fluids:
        blocks += _tables(figures, levels, f", {words(figures.prepared.fluid)}" if len(fluids) > 1 else "")
    return tuple(blocks)


def _tables(figures: FluidFigures, levels: dict[str, str], fluid: str) -> Iterator[Block]:
    """The tables of one fluid: classes, the metabolites that matter most, all of them to be searched, and quality."""
    rows = figures.rows
    chosen = shown_metabolites(figures)
    yield Heading(f"Classes{fluid}")
    primary = rows.primary[0] if rows.primary else ""
    classes = sorted(rows.where(CLASSES), key=lambda each: (each.what != primary, each.what))
    parts = {
        CLASSES: [each for each in classes if each.statistic in OF_CLASSES],
        "class_tests": [each for each in classes if each.statistic not in OF_CLASSES],
        CLASS_SENSITIVITY: [each for each in rows.where(CLASS_SENSITIVITY) if each.what != ALL_CLASSES],
    }
    for name, part in parts.items():
        if part:
            yield from tables(name, _with_visits(figures, part), levels)
    yield Heading(f"Metabolites{fluid}")
    if chosen:
        yield _slope_table(figures, chosen)
        beside = [each for each in rows.where("metabolite_sensitivity", when=rows.visit) if each.what in set(chosen)]
        if beside:
            yield from tables("metabolite_sensitivity", _with_visits(figures, beside), levels)
    elif rows.where(SLOPES):
        yield from tables(SLOPES, _with_visits(figures, rows.where(SLOPES)), levels)
    found = search_table(figures)
    if found is not None:
        yield found
    yield Heading(f"Samples and quality{fluid}")
    for name in (SAMPLES, QUALITY):
        if rows.where(name):
            yield from tables(name, _with_visits(figures, rows.where(name)), levels)


def _with_visits(figures: FluidFigures, found: Sequence[Result]) -> list[Result]:
    """The figures with visits by their names, as the text and the pictures of the chapter have them."""
    return [each._replace(when=figures.rows.named(each.when)) if each.when else each for each in found]


def shown_metabolites(figures: FluidFigures) -> list[str]:
    """Those of the primary class, and then of all others those with the smallest p."""
    rows = figures.rows
    primary = rows.members(rows.primary[0]) if rows.primary else []
    others = [name for name in rows.by_p if name not in set(primary)]
    return [*primary[:MOST_OF_PRIMARY], *others[:MOST_OTHERS]]


def _slope_table(figures: FluidFigures, chosen: Sequence[str]) -> Table:
    """One row for each of the chosen metabolites, under the headings of the primary class and of the others."""
    rows, visit = figures.rows, figures.rows.visit
    others = [each for each in rows.visits if each != visit]
    primary = rows.primary[0] if rows.primary else ""
    columns = (
        "", "class", f"slope at {rows.named(visit)}, {figures.unit}", "p", "adjusted p", "p beyond the minimal change",
        *(f"slope at {rows.named(each)}" for each in others),
    )  # fmt: skip
    lines: list[Row] = []
    before = None
    for name in chosen:
        group = words(primary) if rows.class_of(name) == primary else "the others with the smallest p"
        if group != before and primary:
            lines.append(Row(group=f"{group[:1].upper()}{group[1:]}"))
        before = group
        found = rows.slopes[name, visit]
        tests = [found.get(each) for each in ("p", "adjusted p", "p beyond the minimal change")]
        later = [rows.slopes.get((name, each)) for each in others]
        cells = [slope_in(found), *tests, *(slope_in(each) if each else None for each in later)]
        lines.append(Row((Cell(name), Cell(words(rows.class_of(name))), *map(_cell, cells))))
    count, of = len(chosen), len(rows.by_p)
    folded = f"Slopes of {count} of {of} metabolites"
    return Table(
        f"{folded}. {about([slope_in(rows.slopes[chosen[0], visit])])}",
        columns,
        tuple(lines),
        (
            f"All {of} metabolites are in the list of the page that can be searched, in its CSV and in the data file "
            f"of the picture of slopes against p. The minimal change is {_fold(figures.plan)}-fold.",
        ),
        words=(0, 1),
        folded=folded if count > MOST_OTHERS else "",
    )


def _fold(plan: Metabolism) -> str:
    return f"{plan.minimal_fold_change:g}"


def _cell(found: Result | None) -> Cell:
    if found is None:
        return Cell(NOTHING)
    return Cell(figure(found, gap="\n"), rows=rows_behind([found]))
