"""The chapter on attribution: what can be concluded, in generated words, then every figure behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.analysis.attribution.identified import CARRY_OVER
from firstdose.records.results import Result
from firstdose.report.attribution.findings import statements
from firstdose.report.attribution.rows import AttributionRows
from firstdose.report.attribution.tipping_tables import TIPPING, tipping_table, undoing_table
from firstdose.report.documents.blocks import Block, Cell, Heading, Mark, Paragraph, Picture, Row, Table
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.results.names import words
from firstdose.report.results.tables import tables
from firstdose.report.results.wording import figure

GRIDS = {
    "tipping_drug": ("Corrected for the drug", "effect of the drug, by slope of the trough on dose"),
    "tipping_drift": (
        "Corrected for drift",
        "drift of the change from baseline by date of dosing, by step at the highest dose",
    ),
}
"""Tables of results that are shown as grids: what their slopes are corrected for, and the axes."""

IDENTIFIED = "identified"
FIGURES = Heading("The figures")

GONE: Mark = "stop"
"""The mark of a cell in which the slope is gone: its interval holds 0 or has changed sides."""


def attribution_blocks(found: Sequence[Result], levels: dict[str, str]) -> tuple[Block, ...]:
    """The blocks of the chapter from its figures; ``levels`` are the words for dose levels."""
    rows = AttributionRows(found)
    blocks: list[Block] = [Heading("What can be concluded")]
    for each in statements(rows):
        blocks.append(Paragraph(each.text, rows=each.rows))
        if each.outcomes:
            blocks.append(undoing_table(rows, each.outcomes))
    blocks.append(FIGURES)
    of_table: dict[str, list[Result]] = {}
    for result in found:
        of_table.setdefault(result.table, []).append(result)
    for table, here in of_table.items():
        if table == IDENTIFIED:
            blocks += _identified(here)
        else:
            blocks += [tipping_table(table, here)] if table in TIPPING else tables(table, here, levels)
            blocks += _grids(table, here)
    return tuple(blocks)


def after_text(blocks: Sequence[Block], pictures: Sequence[Picture]) -> tuple[Block, ...]:
    """The blocks of the chapter with its pictures between what can be concluded and the figures behind it."""
    place = blocks.index(FIGURES)
    return (*blocks[:place], *pictures, *blocks[place:])


def _identified(found: Sequence[Result]) -> Iterator[Table]:
    """What the design can tell: a table for each assumption, outcomes in rows and contrasts in columns."""
    contrasts = list(dict.fromkeys(each.what for each in found))
    for assumption in dict.fromkeys(each.when for each in found):
        here = [each for each in found if each.when == assumption]
        placed = {(each.within, each.what): each for each in here}
        lines = tuple(
            Row((Cell(words(outcome)), *(_answer(placed.get((outcome, contrast))) for contrast in contrasts)))
            for outcome in dict.fromkeys(each.within for each in here)
        )
        leaning = {each.what for each in here if each.warning}
        columns = ("", *(words(each) + (" *" if each in leaning else "") for each in contrasts))
        notes = (f"* {CARRY_OVER}.",) if leaning else ()
        yield Table(f"Identified, given {words(assumption)}", columns, lines, notes=notes)


def _answer(found: Result | None) -> Cell:
    """Whether a contrast is identified; with the visits at which it is, where that differs."""
    if found is None:
        return Cell("")
    some = f" ({found.value:g} of {found.of:g})" if found.text == "at some visits" and found.of else ""
    return Cell(found.text + some, rows=rows_behind([found]))


def _grids(table: str, found: Sequence[Result]) -> Iterator[Table]:
    """One grid for each outcome."""
    if table not in GRIDS:
        return
    title, axes = GRIDS[table]
    for outcome in dict.fromkeys(each.within for each in found):
        cells = [each for each in found if each.within == outcome and each.statistic == "corrected_slope" and each.when]
        if not cells:
            continue
        placed = {axes_of(each): each for each in cells}
        columns = list(dict.fromkeys(second for _, second in placed))
        lines = dict.fromkeys(first for first, _ in placed)
        yield Table(
            caption=f"{title}: slope of {words(outcome)}",
            columns=("", *columns),
            rows=tuple(
                Row((Cell(line), *(_cell(placed.get((line, column)), cells[0]) for column in columns)))
                for line in lines
            ),
            notes=(
                f"Rows and columns: {axes}. Figures in {cells[0].unit}; where the interval holds 0 they are marked.",
            ),
            folded=f"{words(outcome)}: {title.lower()}, {len(cells)} cells",
        )


def axes_of(cell: Result) -> tuple[str, str]:
    """The values of both axes in a cell of a grid, in words."""
    first, _, second = cell.when.partition("; ")
    return first, second


def _cell(found: Result | None, uncorrected: Result) -> Cell:
    """One cell; marked where the slope is gone."""
    if found is None:
        return Cell("")
    limits = (found.lower or 0.0, found.upper or 0.0)
    is_left = min(limits) > 0 if (uncorrected.value or 0.0) > 0 else max(limits) < 0
    return Cell(figure(found, gap="\n"), "" if is_left else GONE, rows=rows_behind([found]))
