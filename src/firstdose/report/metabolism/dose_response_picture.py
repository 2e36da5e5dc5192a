"""Each person's change against the dose: the means of classes, and the metabolites behind the primary one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.analysis.attribution.sources import UNSORTED
from firstdose.records.results import Result
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, STRONG, WIDTH, axes_at, new_figure
from firstdose.report.documents.wording import listed
from firstdose.report.metabolism.changes import Changes, Numbers, changes_of, class_changes
from firstdose.report.metabolism.names import label
from firstdose.report.metabolism.rows import CLASS_SLOPE, FluidFigures, slope_in
from firstdose.report.results.names import words
from firstdose.report.results.wording import plain, probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS, MOST_CLASSES, ACROSS = 12, 4, 3
LONGEST_NAME = 30
PANEL, GAP, HEAD, FOOT, LEFT = 1.3, 0.5, 0.32, 0.72, 0.55  # inches
MARKS = ("o", "s", "^", "D", "v", "P")
MOST_PEOPLE = 60
"""People whose visits are joined by lines, with marks of full size."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel: what it shows, the changes and their column, and by visit the slope with its p."""

    title: str
    changes: Changes
    column: int
    slopes: dict[str, tuple[Result, Result | None]]
    is_class: bool
    is_primary: bool = False


def dose_response(figures: FluidFigures) -> Drawing | None:
    """Means of classes first, then the metabolites with the smallest p; None where no slope could be tested."""
    panels = _panels(figures)
    if not panels:
        return None
    rows = pl.concat([each.changes.frame(each.column, each.title) for each in panels])
    changes = panels[0].changes
    visits = figures.rows.visits if changes.is_change else []
    what = "Change from the first visit" if changes.is_change else "Difference from the mean of all people"
    named = [figures.rows.named(visit) for visit in visits]
    shapes = f" ({listed(named)}, a mark each, joined in each person)" if len(visits) > 1 else ""
    count = sum(each.is_class for each in panels)
    primary = figures.rows.primary
    which = f"of {words(primary[0])} " if primary and len(panels) > count else ""
    return Drawing(
        f"metabolite-dose-response{figures.stem}",
        f"{what} (log2) of each person against the dose{shapes}: the means of {count} classes, then the metabolites "
        f"{which}with the smallest p. The line has the model's slope and goes through the middle of the points; solid "
        f"at {figures.rows.named(figures.rows.visit)}, as the figures above each panel{_basis(figures)}",
        f"{len(panels)} panels, {len(changes.people)} people: {'; '.join(each.title for each in panels)}. The values "
        "are in the figure's data file, the slopes in the tables",
        lambda: _draw(figures, panels),
        rows,
    )


def _basis(figures: FluidFigures) -> str:
    """That points and lines of classes rest on two normalisations, where they do."""
    if not bool(np.any(figures.prepared.factors != 1)):
        return ""
    return (
        ". Points are relative to all metabolites of a sample; the slopes of classes are those of their tests, "
        "relative to metabolites without a sign of a slope, and may be steeper or flatter than their points"
    )


def _panels(figures: FluidFigures) -> list[Panel]:
    rows = figures.rows
    if not rows.by_p:
        return []
    classes = _chosen_classes(figures)
    members = {name: [figures.place(each) for each in rows.members(name)] for name in classes}
    of_classes = class_changes(figures.prepared, members)
    made = []
    for column, name in enumerate(classes):
        is_primary = figures.rows.primary is not None and figures.rows.primary[0] == name
        tested = "p by permutation of doses" if is_primary else "adjusted p"
        slopes = {
            visit: (found[CLASS_SLOPE], found.get(tested))
            for (each, visit), found in rows.classes.items()
            if each == name and CLASS_SLOPE in found and found[CLASS_SLOPE].value is not None
        }
        count = len(members[name])
        title = f"{words(name)}, mean of {count}" if count > 1 else f"{words(name)}, one metabolite"
        made.append(Panel(title, of_classes, column, slopes, is_class=True, is_primary=is_primary))
    changes = changes_of(figures.prepared)
    primary = rows.primary[0] if rows.primary else ""
    chosen = (rows.members(primary) or rows.by_p)[: MOST_PANELS - len(made)]
    for name in chosen:
        keys = {visit: rows.slopes[name, visit] for visit in rows.visits if (name, visit) in rows.slopes}
        slopes = {visit: (slope_in(found), found.get("adjusted p")) for visit, found in keys.items()}
        made.append(Panel(name, changes, figures.place(name), slopes, is_class=False))
    return made


def _chosen_classes(figures: FluidFigures) -> list[str]:
    """The primary class, then those with the smallest p by permutation at its visit; what is in no class is none."""
    rows = figures.rows
    primary = rows.primary[0] if rows.primary else ""
    p = {
        name: found["p by permutation of doses"].value or 0.0
        for (name, visit), found in rows.classes.items()
        if visit == rows.visit
        and "p by permutation of doses" in found
        and rows.members(name)
        and name in (primary, *(each for each, _ in rows.classes if each != UNSORTED))
    }
    return sorted(p, key=lambda name: (name != primary, p[name], name))[:MOST_CLASSES]


def _draw(figures: FluidFigures, panels: list[Panel]) -> Figure:
    across = min(ACROSS, len(panels))
    down = -(-len(panels) // across)
    height = HEAD + down * PANEL + (down - 1) * GAP + FOOT
    figure = new_figure(WIDTH, height, arranged=False)
    width = (WIDTH - LEFT - 0.08 - (across - 1) * GAP * 0.8) / across
    doses = _positions(figures, panels[0].changes)
    for number, panel in enumerate(panels):
        line, place = divmod(number, across)
        left = LEFT + place * (width + GAP * 0.8)
        axes = axes_at(figure, left, height - HEAD - PANEL - line * (PANEL + GAP), width, PANEL)
        _panel(axes, panel, figures, doses)
        is_lowest = number + across >= len(panels)
        _dose_axis(axes, figures, is_lowest)
    figure.text(0.08 / WIDTH, 0.5, "log2 units", rotation=90, va="center", fontsize=7.5)
    unit = f", {figures.dose_unit}" if figures.dose_unit else ""
    figure.text(0.5, 0.34 / height, f"Dose{unit}", ha="center", va="center", fontsize=7.5)
    _legend(figure, figures, panels[0])
    return figure


def _scale(figures: FluidFigures, doses: Numbers) -> Numbers:
    return np.log2(doses) if figures.plan.dose_scale == "log2" else doses


def _positions(figures: FluidFigures, changes: Changes) -> Numbers:
    """The place of each sample: its dose, people of one dose beside each other."""
    scaled = _scale(figures, changes.doses)
    levels = np.unique(scaled)
    room = float(np.diff(levels).min()) if len(levels) > 1 else 1.0
    moved = scaled.copy()
    for level in levels.tolist():
        at = scaled == level
        people, number = np.unique(changes.subjects[at], return_inverse=True)
        step = min(0.06 * float(np.ptp(levels) or 1.0), 0.7 * room / max(len(people), 1))
        moved[at] = level + step * (number - (len(people) - 1) / 2)
    return moved


def _panel(axes: Axes, panel: Panel, figures: FluidFigures, places: Numbers) -> None:
    changes, values = panel.changes, panel.changes.values[:, panel.column]
    visits = _visits(figures, changes)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    if len(visits) > 1 and len(changes.people) <= MOST_PEOPLE:
        for person, _ in changes.people:
            own = changes.subjects == person
            axes.plot(places[own], values[own], color=MUTED, linewidth=0.5, zorder=1)
    size = 3.4 if len(changes.people) <= MOST_PEOPLE else 2.0
    for number, visit in enumerate(visits):
        own = changes.visits == visit
        is_first = visit == figures.rows.visit
        axes.plot(
            places[own], values[own], MARKS[number % len(MARKS)], linestyle="none", markersize=size, zorder=2,
            markerfacecolor=STRONG if is_first else "#ffffff", markeredgecolor=INK, markeredgewidth=0.45,
        )  # fmt: skip
        _line(axes, panel, visit, figures, own, is_first=is_first)
    weight = "bold" if panel.is_class else "normal"
    axes.set_title(label(panel.title, LONGEST_NAME), fontsize=7, weight=weight, pad=11.5)
    told = panel.slopes.get(figures.rows.visit)
    if told:
        axes.text(0, 1.03, _told(told, panel), transform=axes.transAxes, fontsize=6, color=MUTED, va="bottom")
    axes.tick_params(labelsize=6)
    axes.grid(axis="y")


def _visits(figures: FluidFigures, changes: Changes) -> list[str]:
    return [visit for visit in figures.prepared.visit_order if visit in set(changes.visits.tolist())]


def _told(found: tuple[Result, Result | None], panel: Panel) -> str:
    slope, p = found
    kind = "p" if panel.is_primary else "adjusted p"
    tested = f", {kind} {probability(p.value)}" if p is not None and p.value is not None else ""
    return f"slope {plain(slope.value or 0.0, 2)}{tested}"


def _line(
    axes: Axes, panel: Panel, visit: str, figures: FluidFigures, own: np.ndarray[Any, Any], *, is_first: bool
) -> None:
    """The model's slope through the middle of the points of a visit."""
    changes, values = panel.changes, panel.changes.values[:, panel.column]
    known = own & ~np.isnan(values)
    if visit not in panel.slopes or not known.any():
        return
    slope = panel.slopes[visit][0].value
    if slope is None:
        return
    scaled = _scale(figures, changes.doses)
    ends = np.array([scaled.min(), scaled.max()])
    axes.plot(
        ends, values[known].mean() + slope * (ends - scaled[known].mean()), color=STRONG if is_first else MUTED,
        linewidth=1.3 if is_first else 0.8, linestyle="-" if is_first else (0, (4, 2)), zorder=3,
    )  # fmt: skip


def _dose_axis(axes: Axes, figures: FluidFigures, is_lowest: bool) -> None:
    doses = np.unique(figures.prepared.doses)
    shown = doses if len(doses) <= 6 else doses[np.linspace(0, len(doses) - 1, 6).round().astype(int)]
    axes.set_xticks(_scale(figures, shown), [f"{dose:g}" for dose in shown] if is_lowest else [""] * len(shown))


def _legend(figure: Figure, figures: FluidFigures, panel: Panel) -> None:
    """The marks of visits."""
    from matplotlib.lines import Line2D

    visits = _visits(figures, panel.changes)
    handles = [
        Line2D(
            [], [], marker=MARKS[number % len(MARKS)], color=STRONG if visit == figures.rows.visit else MUTED,
            linestyle="-" if visit == figures.rows.visit else "--", linewidth=1, markersize=4,
            markerfacecolor=STRONG if visit == figures.rows.visit else "#ffffff", markeredgecolor=INK,
            markeredgewidth=0.5, label=label(figures.rows.named(visit), 18),
        )
        for number, visit in enumerate(visits)
    ]  # fmt: skip
    figure.legend(handles=handles, loc="lower center", ncols=min(len(handles), 6), frameon=False, borderaxespad=0.1)
