"""The slope of every metabolite against its p: which change with the dose, by how much, and of what class they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, WARM, WIDTH, axes_at, new_figure, spread
from firstdose.report.documents.wording import counted
from firstdose.report.metabolism.names import capital, class_style, label
from firstdose.report.metabolism.rows import CALLED, FluidFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS, MOST_LABELS, LABELS_WITHOUT_CALLS = 2, 12, 4
LONGEST_NAME = 25
SMALLEST_P = 1e-300
LEGEND_COLUMNS = 4
PANEL, HEAD, FOOT, LEGEND_LINE = 2.75, 0.28, 0.42, 0.17  # inches
LEFT, RIGHT = 0.5, 0.08  # inches
SIDE = 0.25  # share of the width for names on either side
LINE_OF_TEXT = 0.115  # inches


def volcano(figures: FluidFigures) -> Drawing | None:
    """Slopes against p at the primary visit, and at one more; None where no slope could be tested."""
    rows = figures.rows.slope_frame
    if not rows.height:
        return None
    visits = shown_visits(figures)
    others = [visit for visit in figures.rows.visits if visit not in visits]
    named = figures.rows.named
    left = f"; {', '.join(map(named, others))} in the data file only" if others else ""
    called = [int((rows.filter(pl.col("visit") == visit)["adjusted_p"] < CALLED).sum()) for visit in visits]
    told = "; ".join(
        f"at {named(visit)} {count} of {rows.filter(pl.col('visit') == visit).height}"
        for visit, count in zip(visits, called, strict=True)
    )
    line = (
        "On and above the dashed line the p adjusted for all metabolites is"
        if any(called)
        else "No p adjusted for all metabolites is"
    )
    strongest = ", ".join(figures.rows.by_p[:5])
    return Drawing(
        f"metabolite-volcano{figures.stem}",
        f"{capital(figures.contrast)} ({figures.unit}) of each metabolite against its p, "
        f"{' and '.join(map(named, visits))}; p is not adjusted and on the scale of \u2212log10, so that 2 stands for "
        f"0.01. {line} below {CALLED:g}; between the dotted lines a "
        f"slope is smaller than the minimal change ({figures.plan.minimal_fold_change:g}-fold); names are those of "
        f"the smallest p{left}",
        f"{counted(rows['metabolite'].n_unique(), 'metabolite')}; adjusted p below {CALLED:g}: {told}. Smallest p at "
        f"{named(figures.rows.visit)}: {strongest}. All values are in the figure's data file",
        lambda: _draw(figures, rows, visits),
        rows,
    )


def shown_visits(figures: FluidFigures) -> list[str]:
    """The visits that have a panel: the primary one first."""
    first = figures.rows.visit
    return [first, *(visit for visit in figures.rows.visits if visit != first)][:MOST_PANELS]


def _draw(figures: FluidFigures, rows: pl.DataFrame, visits: list[str]) -> Figure:
    primary = figures.rows.primary
    classes = _classes(rows, primary[0] if primary else "")
    lines = -(-len(classes) // LEGEND_COLUMNS)
    legend = LEGEND_LINE * (lines + 1) + 0.15
    figure = new_figure(WIDTH, (HEAD + PANEL + FOOT) * len(visits) + legend, arranged=False)
    reach = 1.08 * max(_reach(rows), np.log2(figures.plan.minimal_fold_change))
    shown = rows.filter(pl.col("visit").is_in(visits))
    top = 1.1 * max(float(height_of(shown["p"].to_numpy()).max()), 1.5)  # one for all panels: heights compare
    handles: dict[str, Any] = {}
    for number, visit in enumerate(visits):
        bottom = legend + (len(visits) - 1 - number) * (HEAD + PANEL + FOOT) + FOOT
        axes = axes_at(figure, LEFT, bottom, WIDTH - LEFT - RIGHT, PANEL)
        here = rows.filter(pl.col("visit") == visit)
        handles |= _points(axes, here, classes)
        _frame(axes, here, figures, reach, top)
        _names(axes, here, reach)
        called = int((here["adjusted_p"] < CALLED).sum())
        axes.set_title(
            f"{figures.rows.named(visit)}: {called} of {here.height} with an adjusted p below {CALLED:g}", pad=4
        )
    figure.legend(
        [handles[name] for name in classes],
        [class_style(name).name for name in classes],
        loc="lower center", ncols=min(len(classes), LEGEND_COLUMNS), frameon=False, handletextpad=0.1,
        borderaxespad=0.1, bbox_to_anchor=(0.5, LEGEND_LINE / figure.get_figheight()),
    )  # fmt: skip
    _legend_of_lines(figure, figures, bool((shown["adjusted_p"] < CALLED).any()))
    return figure


def _legend_of_lines(figure: Figure, figures: FluidFigures, any_called: bool) -> None:
    """What the dashed and the dotted lines are."""
    from matplotlib.lines import Line2D

    fold = f"{figures.plan.minimal_fold_change:g}-fold: the minimal change"
    lines = [Line2D([], [], color=MUTED, linewidth=0.7, linestyle=":", label=fold)]
    if any_called:
        text = f"adjusted p below {CALLED:g} on and above it"
        lines.append(Line2D([], [], color=WARM, linewidth=0.8, linestyle="--", label=text))
    figure.legend(handles=lines, loc="lower center", ncols=2, frameon=False, borderaxespad=0.1)


def _classes(rows: pl.DataFrame, primary: str) -> list[str]:
    """The classes with the primary one first and no class last."""
    found = sorted(rows["class"].unique().to_list())
    return sorted(found, key=lambda name: (name != primary, name == NO_CLASS))


def _reach(rows: pl.DataFrame) -> float:
    return float(np.abs(rows["slope"].to_numpy()).max())


def height_of(p: np.ndarray) -> np.ndarray:
    """\u2212log10 of p."""
    return np.asarray(-np.log10(np.maximum(p, SMALLEST_P)))


def _points(axes: Axes, rows: pl.DataFrame, classes: list[str]) -> dict[str, Any]:
    """The marks, those without a class below the others."""
    drawn: dict[str, Any] = {}
    for name in reversed(classes):
        style, here = class_style(name), rows.filter(pl.col("class") == name)
        is_plain = name == NO_CLASS
        (drawn[name],) = axes.plot(
            here["slope"].to_numpy(), height_of(here["p"].to_numpy()), style.mark, linestyle="none",
            markersize=2.6 if is_plain else 4.2, markerfacecolor=style.tone, markeredgecolor=MUTED if is_plain else INK,
            markeredgewidth=0.3,
        )  # fmt: skip
    return drawn


def _frame(axes: Axes, rows: pl.DataFrame, figures: FluidFigures, reach: float, top: float) -> None:
    """Limits, lines and ticks; the sides are kept free for names."""
    p, adjusted = rows["p"].to_numpy(), rows["adjusted_p"].to_numpy()
    whole = reach / (1 - 2 * SIDE)
    axes.set_xlim(-whole, whole)
    axes.set_ylim(-0.02 * top, top)
    axes.plot([0, 0], [0, top], color=FAINT, linewidth=0.6, zorder=0)
    minimal = np.log2(figures.plan.minimal_fold_change)
    for side in (-minimal, minimal):
        axes.plot([side, side], [0, top], color=MUTED, linewidth=0.7, linestyle=":", zorder=0)
    called = adjusted < CALLED
    if called.any():
        line = float(height_of(p[called]).min())
        axes.plot([-reach, reach], [line, line], color=WARM, linewidth=0.8, linestyle="--", zorder=0)
    ticks = [tick for tick in axes.get_xticks() if abs(tick) <= reach]
    axes.set_xticks(ticks)
    axes.spines["bottom"].set_bounds(-reach, reach)
    axes.set_xlabel(f"{capital(figures.contrast)}, {figures.unit}")
    axes.set_ylabel("\u2212log10 p, not adjusted")


def _names(axes: Axes, rows: pl.DataFrame, reach: float) -> None:
    """The names of the smallest p beside the points, on the side of their slope, joined to them by a line."""
    called = int((rows["adjusted_p"] < CALLED).sum())
    most = min(max(called, LABELS_WITHOUT_CALLS), MOST_LABELS)
    chosen = rows.sort("p", "metabolite").head(most)
    gap = LINE_OF_TEXT / PANEL * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for side in (-1, 1):
        here = chosen.filter((pl.col("slope") >= 0) == (side > 0))
        heights = height_of(here["p"].to_numpy()).tolist()
        places = within(spread(heights, gap), gap, 0.0, axes.get_ylim()[1] - gap / 2)
        edge = side * reach * 1.04
        for name, slope, height, place in zip(here["metabolite"], here["slope"], heights, places, strict=True):
            axes.plot([slope, edge * 0.995, edge], [height, place, place], color=MUTED, linewidth=0.35, zorder=1)
            axes.text(
                edge + side * 0.01 * reach, place, label(name, LONGEST_NAME),
                ha="left" if side > 0 else "right", va="center", fontsize=6.2,
            )  # fmt: skip


def within(places: list[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Places at least ``gap`` apart and, as far as there is room, between the limits."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    floor = lowest
    for index in order:
        moved[index] = max(moved[index], floor)
        floor = moved[index] + gap
    ceiling = highest
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - gap
    return moved
