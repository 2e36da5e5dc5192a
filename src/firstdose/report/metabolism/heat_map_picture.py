"""The changes of metabolites in every person, people in the order of their doses: a glance at all that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import INK, MUTED, PAPER, WIDTH, axes_at, new_figure
from firstdose.report.metabolism.changes import Changes, changes_of
from firstdose.report.metabolism.heat_map_tones import draw_cells, draw_legend, scale_limit
from firstdose.report.metabolism.names import label
from firstdose.report.metabolism.rows import FluidFigures
from firstdose.report.results.names import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS, MOST_OF_PRIMARY, MOST_COLUMNS, MOST_NAMED_PEOPLE = 60, 40, 120, 60
NAMES, CLASSES, ROW, HEAD, FOOT = 1.95, 1.2, 0.122, 0.42, 0.95  # inches
LONGEST_NAME, LONGEST_CLASS = 34, 20

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One column: a person at a visit, or the mean of a dose where there are too many people."""

    visit: str
    dose: float
    name: str


def heat_map(figures: FluidFigures) -> Drawing | None:
    """Metabolites in rows by class and slope, people and visits in columns by dose; None where nobody has a change."""
    changes = changes_of(figures.prepared)
    chosen = chosen_metabolites(figures)
    if not len(changes.subjects) or not chosen:
        return None
    columns, values = _columns(figures, changes, [figures.place(name) for name in chosen])
    if np.isnan(values).all():
        return None
    count = len(figures.prepared.names)
    left = "" if count <= len(chosen) else f"; {len(chosen)} of {count} metabolites: {_choice(figures)}"
    is_mean = len(columns) < len(changes.subjects)
    what = "Change from the first visit" if changes.is_change else "Difference from the mean of all people"
    means = "; means of the people of each dose" if is_mean else ""
    rows = _frame(chosen, columns, values, figures)
    return Drawing(
        f"metabolite-heat-map{figures.stem}",
        f"{what} (log2) of metabolites in rows, by class and then by slope, in people in columns, by visit and dose"
        f"{means}. Orange: a rise; blue with a dash: a fall; hatched: missing{left}",
        f"{len(chosen)} metabolites, {len(columns)} columns, "
        f"{int(np.isnan(values).sum())} cells without a value; the values are in the figure's data file",
        lambda: _draw(figures, chosen, columns, values),
        rows,
    )


def chosen_metabolites(figures: FluidFigures) -> list[str]:
    """The metabolites that have a row: first those of the primary class, then the smallest p, by class and slope."""
    classes = dict(figures.prepared.metabolites.select("metabolite", "main_class").iter_rows())
    primary = figures.rows.primary[0] if figures.rows.primary else ""
    ranked = [*figures.rows.by_p, *(name for name in figures.prepared.names if name not in set(figures.rows.by_p))]
    first = [name for name in ranked if classes[name] == primary][:MOST_OF_PRIMARY]
    chosen = list(dict.fromkeys([*first, *ranked]))[:MOST_ROWS]
    slopes = {
        name: slope
        for name, visit, slope in figures.rows.slope_frame.select("metabolite", "visit", "slope").iter_rows()
        if visit == figures.rows.visit
    }
    return sorted(
        chosen,
        key=lambda name: (
            classes[name] != primary,
            classes[name] is None,
            classes[name] or "",
            -slopes.get(name, -np.inf),
            name,
        ),
    )


def _choice(figures: FluidFigures) -> str:
    if not figures.rows.by_p:
        return "the first ones"
    return "those of the primary class and of the smallest p" if figures.rows.primary else "those of the smallest p"


def _columns(figures: FluidFigures, changes: Changes, places: list[int]) -> tuple[list[Column], Numbers]:
    """Columns by visit, dose and person, and their values (rows, columns)."""
    visits = [visit for visit in figures.prepared.visit_order if visit in set(changes.visits.tolist())]
    values = changes.values[:, places].T
    columns, parts = [], []
    for visit in visits:
        at = np.flatnonzero(changes.visits == visit)
        if len(changes.subjects) <= MOST_COLUMNS:
            columns += [Column(visit, float(changes.doses[one]), str(changes.subjects[one])) for one in at]
            parts.append(values[:, at])
            continue
        for dose in np.unique(changes.doses[at]).tolist():
            own = values[:, at[changes.doses[at] == dose]]
            known = ~np.isnan(own)
            total = np.where(known, own, 0.0).sum(axis=1, keepdims=True)
            count = known.sum(axis=1, keepdims=True)
            columns.append(Column(visit, dose, f"mean of {own.shape[1]}"))
            parts.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    return columns, np.hstack(parts)


def _frame(chosen: list[str], columns: list[Column], values: Numbers, figures: FluidFigures) -> pl.DataFrame:
    """A row for each cell."""
    classes = dict(figures.prepared.metabolites.select("metabolite", "main_class").iter_rows())
    return pl.DataFrame(
        {
            "metabolite": [name for name in chosen for _ in columns],
            "class": [classes[name] or NO_CLASS for name in chosen for _ in columns],
            "visit": [each.visit for _ in chosen for each in columns],
            "dose": [each.dose for _ in chosen for each in columns],
            "subject": [each.name for _ in chosen for each in columns],
            "value": pl.Series(values.ravel(), nan_to_null=True),
        }
    )


def _draw(figures: FluidFigures, chosen: list[str], columns: list[Column], values: Numbers) -> Figure:
    figure = new_figure(WIDTH, ROW * len(chosen) + HEAD + FOOT, arranged=False)
    axes = axes_at(figure, NAMES, FOOT, WIDTH - NAMES - CLASSES, ROW * len(chosen))
    limit = scale_limit(values)
    draw_cells(axes, values, limit)
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(chosen), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for place, name in enumerate(chosen):
        axes.annotate(
            label(name, LONGEST_NAME), (0, place + 0.5), (-3, 0), textcoords="offset points", ha="right", va="center",
            fontsize=5.8,
        )  # fmt: skip
    for spine in axes.spines.values():
        spine.set_visible(False)
    _heads(axes, columns, figures)
    _class_names(axes, chosen, figures)
    for place, each in enumerate(columns if len(columns) <= MOST_NAMED_PEOPLE else []):
        axes.annotate(
            label(each.name, 12), (place + 0.5, len(chosen)), (0, -3), textcoords="offset points", ha="center",
            va="top", rotation=90, fontsize=5.2,
        )  # fmt: skip
    draw_legend(figure, limit, NAMES)
    return figure


def _heads(axes: Axes, columns: list[Column], figures: FluidFigures) -> None:
    """Visits and doses above the columns, with lines between them."""
    start = 0
    for visit, of_visit in groupby(columns, key=lambda each: each.visit):
        group = list(of_visit)
        axes.text(
            start + len(group) / 2, -2.1, label(figures.rows.named(visit), 18), ha="center", va="bottom", weight="bold"
        )
        at = start
        for dose, of_dose in groupby(group, key=lambda each: each.dose):
            size = len(list(of_dose))
            axes.text(at + size / 2, -0.4, f"{dose:g}", ha="center", va="bottom", fontsize=6.2)
            axes.plot([at + 0.1, at + size - 0.1], [-0.25, -0.25], color=MUTED, linewidth=0.8, clip_on=False)
            if at > start:
                axes.axvline(at, color=PAPER, linewidth=1.1)
            at += size
        if start:
            axes.axvline(start, color=INK, linewidth=0.9)
        start += len(group)
    axes.text(-0.15, -0.4, "dose", ha="right", va="bottom", fontsize=6.2, color=MUTED, clip_on=False)


def _class_names(axes: Axes, chosen: list[str], figures: FluidFigures) -> None:
    """The classes on the right, each beside its rows."""
    classes = dict(figures.prepared.metabolites.select("metabolite", "main_class").iter_rows())
    start, across = 0, axes.get_xlim()[1]
    free = -1.0
    for name, group in groupby(chosen, key=lambda each: classes[each] or NO_CLASS):
        size = len(list(group))
        if start:
            axes.plot([0, across], [start, start], color=INK, linewidth=0.6)
        axes.plot([across * 1.015] * 2, [start + 0.15, start + size - 0.15], color=MUTED, linewidth=1, clip_on=False)
        middle = max(start + size / 2, free + 1.0)
        axes.text(across * 1.03, middle, label(words(name), LONGEST_CLASS), va="center", fontsize=6.2, clip_on=False)
        free = middle
        start += size
