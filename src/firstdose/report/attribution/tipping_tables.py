"""Tables of what would undo the slopes of each outcome: of the slopes that were found, and of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from firstdose.records.results import Result
from firstdose.report.attribution.rows import AttributionRows
from firstdose.report.attribution.undoing import LARGE, e_value_in_words, figures_of
from firstdose.report.documents.blocks import Cell, Row, Table
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.results.cells import BELOW, Notes
from firstdose.report.results.names import title, words
from firstdose.report.results.tables import about
from firstdose.report.results.wording import figure

TIPPING = ("tipping_drug", "tipping_drift", "tipping_drift_after_drug")
"""Tables of results with a row for each outcome; their grids are apart."""

HEADS = {
    "observed_slope": "slope of the trough on dose",
    "until_the_interval_holds_0": "slope to account for until its interval holds 0",
    "until_it_is_0": "slope to account for until it is 0",
    "frontier": "drift of the change from baseline, by date of dosing, until the interval holds 0",
}
"""What the columns hold, by statistic, in their order."""

PER = {
    "until_the_interval_holds_0": " per doubling of the dose",
    "until_it_is_0": " per doubling of the dose",
    "frontier": " per year",
}
"""What the unit of a column is per; the unit of the outcome stands before it."""

LARGE_NOTE = (
    f"An E-value above {LARGE:.0f} rests on an approximation far outside its range: it says only that the difference "
    "is large for its error"
)


def tipping_table(table: str, found: Sequence[Result]) -> Table:
    """A row for each outcome, and in columns how much would undo its slope; without the cells of the grid."""
    shown = [each for each in found if not each.when]
    statistics = [each for each in HEADS if any(one.statistic == each for one in shown)]
    notes = Notes()
    placed = {(each.within, each.statistic): each for each in shown}
    lines = []
    for outcome in dict.fromkeys(each.within for each in shown):
        unit = _unit_of([each for each in shown if each.within == outcome])
        cells = [_cell(placed.get((outcome, each)), notes, with_unit=not unit) for each in statistics]
        lines.append(Row((Cell(f"{words(outcome)}, {unit}" if unit else words(outcome)), *cells)))
    heads = [HEADS[each] + _told(each, shown) for each in statistics]
    return Table(f"{title(table)}. {about(shown)}", ("", *heads), tuple(lines), notes.lines())


def _unit_of(found: Sequence[Result]) -> str:
    """The unit of an outcome, if all its figures are in it per what their columns say; empty otherwise."""
    units = {_outcome_unit(each) for each in found if each.statistic in PER}
    return units.pop() if len(units) == 1 else ""


def _outcome_unit(found: Result) -> str:
    per = PER[found.statistic]
    return found.unit.removesuffix(per) if found.unit.endswith(per) else ""


def _told(statistic: str, found: Sequence[Result]) -> str:
    """What follows a head: per what the figures are, or the one unit that they have."""
    if statistic in PER:
        return "," + PER[statistic]
    units = {each.unit for each in found if each.statistic == statistic}
    return f", {units.pop()}" if len(units) == 1 else ""


def _cell(found: Result | None, notes: Notes, *, with_unit: bool) -> Cell:
    if found is None:
        return Cell("")
    text = figure(found, gap=BELOW, with_unit=with_unit and found.statistic in PER)
    return Cell(text + notes.mark(found.warning), rows=rows_behind([found]))


def undoing_table(rows: AttributionRows, outcomes: Sequence[str]) -> Table:
    """A column for each outcome: its slopes, and below them what would undo each."""
    of = {each: figures_of(rows, each) for each in outcomes}
    lines, has_large = [], False
    for name in dict.fromkeys(name for each in of.values() for name in each):
        found = [of[each].get(name) for each in outcomes]
        is_e_value = name.startswith("E-value")
        cells = map(_e_value, found) if is_e_value else map(_figure, found)
        lines.append(Row((Cell(name[:1].upper() + name[1:]), *cells)))
        has_large |= is_e_value and any(one and (one.value or 0) > LARGE for one in found)
    return Table(
        "The slopes that were found, and what would undo them",
        ("", *map(words, outcomes)),
        tuple(lines),
        (f"{LARGE_NOTE}.",) if has_large else (),
    )


def _figure(found: Result | None) -> Cell:
    if found is None:
        return Cell("")
    return Cell(figure(found, gap=BELOW, with_unit=True), rows=rows_behind([found]))


def _e_value(found: Result | None) -> Cell:
    if found is None or found.value is None or found.value <= LARGE:
        return _figure(found)
    return Cell(e_value_in_words(found.value), rows=rows_behind([found]))
