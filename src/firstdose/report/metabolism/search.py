"""All metabolites of a fluid as a table that a page can search, with what it shows of the one that was found."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.records.results import Result
from firstdose.report.documents.blocks import Cell, Finder, Row, Table
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.metabolism.changes import changes_of
from firstdose.report.metabolism.rows import SLOPES, FluidFigures, slope_in
from firstdose.report.results.names import words
from firstdose.report.results.wording import NOTHING, figure

SCRIPT = "metabolite-search"
MOST_VISITS = 2
"""Visits that have columns; with more only the primary one has, and the others are shown of the metabolite found."""

PARTS = 100
"""A change is held in hundredths of a log2 unit."""

TESTS = ("p", "adjusted p", "p beyond the minimal change")


def search_table(figures: FluidFigures) -> Table | None:
    """Every metabolite that was measured, a row each, also those that are left out; None without any."""
    names = list(figures.prepared.quality["metabolite"].to_list())
    if not names:
        return None
    rows = figures.rows
    visits = rows.visits if len(rows.visits) <= MOST_VISITS else [rows.visit]
    known, out = _known(figures), dict(figures.prepared.quality.select("metabolite", "left_out").iter_rows())
    columns = (
        "",
        "normal form",
        "class",
        *(head for visit in visits for head in _heads(rows.named(visit), figures.unit)),
        "note",
    )
    lines = tuple(_line(figures, name, visits, known[name], out[name] or "") for name in names)
    fluid = f" in {words(figures.prepared.fluid)}" if figures.stem else ""
    caption = f"All {len(names)} metabolites{fluid}"
    return Table(
        caption,
        columns,
        lines,
        words=(0, 1, 2, len(columns) - 1),
        folded=caption,
        finder=Finder(
            f"Find a metabolite{fluid} by its name, its normal form or its class",
            SCRIPT,
            content(figures, names, known),
        ),
    )


def content(figures: FluidFigures, names: list[str], known: dict[str, tuple[str, str]]) -> str:
    """What the script shows: texts of slopes by visit, and changes of people against doses, as JSON.

    metabolites stand in the order of the rows: name, normal form, class; for each visit the slope as text with its p,
    adjusted p and p beyond the minimal change, and the slope as a number; then values by point. points are
    places in people and in visits.
    """
    changes, rows = changes_of(figures.prepared), figures.rows
    people = {name: place for place, (name, _) in enumerate(changes.people)}
    shown = [visit for visit in figures.prepared.visit_order if visit in set(changes.visits.tolist())]
    points = list(zip(changes.subjects.tolist(), changes.visits.tolist(), strict=True))
    held: dict[str, Any] = {
        "unit": figures.unit,
        "doseUnit": figures.dose_unit,
        "logarithmic": figures.plan.dose_scale == "log2",
        "isChange": changes.is_change,
        "parts": PARTS,
        "visits": [rows.named(visit) for visit in shown],
        "people": [[name, dose] for name, dose in changes.people],
        "points": [[people[subject], shown.index(visit)] for subject, visit in points],
        "metabolites": [
            [
                name,
                *known[name],
                [_told(rows.slopes.get((name, visit))) for visit in shown],
                _values(figures, changes.values, name),
            ]
            for name in names
        ],
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def _heads(visit: str, unit: str) -> tuple[str, ...]:
    return (f"slope at {visit}, {unit}", *(f"{test} at {visit}" for test in TESTS))


def _known(figures: FluidFigures) -> dict[str, tuple[str, str]]:
    """The normal form and the class of each metabolite; empty texts where they are not known."""
    quality, frame = figures.prepared.quality, figures.prepared.metabolites
    of_class = "main_class" in quality.columns
    classes = dict(quality.select("metabolite", "main_class").iter_rows()) if of_class else {}
    normal = dict(frame.select("metabolite", "normal_name").iter_rows()) if "normal_name" in frame.columns else {}
    return {
        name: (normal.get(name) or "", words(classes.get(name) or NO_CLASS)) for name in quality["metabolite"].to_list()
    }


def _line(figures: FluidFigures, name: str, visits: list[str], known: tuple[str, str], out: str) -> Row:
    cells = [Cell(name), *(Cell(text) for text in known)]
    for visit in visits:
        found = figures.rows.slopes.get((name, visit), {})
        slope = slope_in(found) if found else None
        cells.append(_cell(slope, found.get("t")))
        cells += [_cell(found.get(test)) for test in TESTS]
    return Row((*cells, Cell(out or _problem(figures, name, visits))))


def _problem(figures: FluidFigures, name: str, visits: list[str]) -> str:
    """Why a metabolite that is analysed has no slope."""
    if visits and all((name, visit) in figures.rows.slopes for visit in visits):
        return ""
    told = figures.rows.warnings.get(name, "")
    return told or "; ".join(dict.fromkeys(each.warning for each in figures.rows.where(SLOPES, what="all metabolites")))


def _cell(found: Result | None, beside: Result | None = None) -> Cell:
    if found is None:
        return Cell(NOTHING)
    return Cell(figure(found, gap="\n"), rows=rows_behind([found, *([beside] if beside else [])]))


def _told(found: dict[str, Result] | None) -> list[str | float | None] | None:
    """The figures of a metabolite at a visit."""
    if not found:
        return None
    slope = slope_in(found)
    texts = [figure(slope), *(figure(found[test]) if test in found else NOTHING for test in TESTS)]
    return [*texts, None if slope.value is None else round(slope.value, 4)]


def _values(figures: FluidFigures, values: np.ndarray[Any, Any], name: str) -> list[int | None]:
    if name not in figures.places:
        return []
    column = values[:, figures.place(name)]
    return [None if np.isnan(value) else round(PARTS * value) for value in column.tolist()]
