"""The quality of the measurement of each sample: missing values, components and order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.sample_quality import PrincipalComponents, principal_components
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import (
    FAINT,
    INK,
    MARKERS,
    WIDTH,
    axes_at,
    new_figure,
)
from firstdose.report.documents.level_style import DARKEST, LIGHTEST
from firstdose.report.documents.wording import counted, listed
from firstdose.report.metabolism.names import label
from firstdose.report.metabolism.rows import FluidFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARE = 100.0
PANEL, HEAD, FOOT, LEGEND = 1.9, 0.32, 0.5, 0.42  # inches
WIDE, NARROW, LEFT, GAP = 2.72, 2.72, 0.5, 0.65  # inches
SMALLEST_RANGE = 1e-6  # of an axis; below it differences are errors of rounding
MOST_LISTED = 8
"""Batches or doses that a legend tells apart."""


def sample_quality(figures: FluidFigures) -> Drawing:
    """Every sample: missing values, size factor, level over the order of measurement, and principal components."""
    prepared = figures.prepared
    components = principal_components(prepared)
    rows = sample_frame(prepared, components)
    lacking = []
    if not np.isfinite(prepared.run_order).any():
        lacking.append("the order of measurement is not known")
    if components is None:
        lacking.append("too few metabolites are complete for principal components")
    left = f"; {' and '.join(lacking)}" if lacking else ""
    parts = ["values missing in each sample, by visit", "middle abundance of each sample"]
    parts += ["principal components, darker for a higher dose, a mark for each batch"] if components else []
    most = max(rows["missing_percent"].to_list(), default=0.0)
    return Drawing(
        f"metabolite-samples{figures.stem}",
        f"The samples: {listed(parts)}{left}",
        f"{counted(rows.height, 'sample')}; at most {most:.0f} per cent of the values of one are missing; the values "
        "are in the figure's data file",
        lambda: _draw_samples(figures, rows, components),
        rows,
    )


def sample_frame(prepared: Prepared, components: PrincipalComponents | None) -> pl.DataFrame:
    """A row for each sample, in the order of measurement where it is known."""
    count = len(prepared.samples)
    known = ~np.isnan(prepared.values)
    middle = [
        float(np.median(row[here])) if here.any() else None for row, here in zip(prepared.values, known, strict=True)
    ]
    scores = np.full((count, 2), np.nan)
    if components is not None:
        scores[:, : components.scores.shape[1]] = components.scores[:, :2]
    return pl.DataFrame(
        {
            "sample": prepared.samples.tolist(),
            "subject": prepared.subjects.tolist(),
            "visit": prepared.visits.tolist(),
            "dose": prepared.doses,
            "batch": prepared.batches.tolist(),
            "run_order": pl.Series(prepared.run_order, nan_to_null=True),
            "missing_percent": SHARE * (1 - known.mean(axis=1)) if known.shape[1] else np.zeros(count),
            "median_log2": pl.Series(middle, dtype=pl.Float64),
            "size_factor": prepared.factors,
            "component_1": pl.Series(scores[:, 0], nan_to_null=True),
            "component_2": pl.Series(scores[:, 1], nan_to_null=True),
        }
    )


def _draw_samples(figures: FluidFigures, rows: pl.DataFrame, components: PrincipalComponents | None) -> Figure:
    drawers: list[Callable[[Axes], None]] = [
        lambda axes: _missing(axes, figures, rows),
        lambda axes: _order(axes, rows),
    ]
    if components is not None and components.scores.shape[1] > 1:
        scored = components
        drawers.append(lambda axes: _components(axes, rows, scored))
    down = -(-len(drawers) // 2)
    has_room = len(drawers) % 2 == 1
    height = (0 if has_room else LEGEND) + down * (HEAD + PANEL + FOOT)
    figure = new_figure(WIDTH, height, arranged=False)
    for number, draw in enumerate(drawers):
        line, place = divmod(number, 2)
        left = LEFT + place * (WIDE + GAP)
        draw(axes_at(figure, left, height - HEAD - PANEL - line * (HEAD + PANEL + FOOT), WIDE, PANEL))
    if has_room:
        _legend(
            figure, rows, figures.dose_unit, loc="center", bbox_to_anchor=(0.76, (FOOT + PANEL / 2) / height), ncols=2
        )
    else:
        _legend(figure, rows, figures.dose_unit, loc="lower center", ncols=6)
    return figure


def _tone(dose: float, doses: list[float]) -> str:
    share = doses.index(dose) / max(len(doses) - 1, 1)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(LIGHTEST, DARKEST, strict=True))


def _marks(rows: pl.DataFrame) -> dict[str, str]:
    return {
        batch: MARKERS[place % len(MARKERS)] for place, batch in enumerate(sorted(rows["batch"].unique().to_list()))
    }


def _scatter(axes: Axes, rows: pl.DataFrame, x: str, y: str) -> None:
    """Samples by two columns: tones for doses, marks for batches."""
    doses, marks = sorted(rows["dose"].unique().to_list()), _marks(rows)
    for (dose, batch), here in rows.group_by("dose", "batch", maintain_order=True):
        axes.plot(
            here[x].to_numpy(), here[y].to_numpy(), marks[str(batch)], linestyle="none", markersize=4,
            markerfacecolor=_tone(float(dose), doses), markeredgecolor=INK, markeredgewidth=0.4,
        )  # fmt: skip


def _missing(axes: Axes, figures: FluidFigures, rows: pl.DataFrame) -> None:
    """A mark a sample, beside each other within visits."""
    visits = list(figures.prepared.visit_order)
    ranked = rows.sort("dose", "subject").with_columns(
        at=pl.col("visit").replace_strict({visit: float(number) for number, visit in enumerate(visits)})
        + (pl.int_range(pl.len()).over("visit") - (pl.len().over("visit") - 1) / 2) * 0.8 / pl.len().over("visit")
    )
    _scatter(axes, ranked, "at", "missing_percent")
    axes.set_xticks(range(len(visits)), [label(figures.rows.named(visit), 10) for visit in visits])
    axes.set_xlim(-0.6, len(visits) - 0.4)
    top = max(1.05 * max(rows["missing_percent"].to_list(), default=0.0), 1.0)  # where nothing is missing, 0 to 1 %
    axes.set_ylim(-0.03 * top, top)
    axes.set_title("Values missing in each sample")
    axes.set_ylabel("%")
    axes.set_xlabel("Visit; within it by dose")
    axes.grid(axis="y")


def _order(axes: Axes, rows: pl.DataFrame) -> None:
    """The middle of each sample over the order of measurement, or as the samples stand."""
    known = rows["run_order"].null_count() < rows.height
    placed = rows if known else rows.with_columns(run_order=pl.int_range(1, pl.len() + 1))
    _scatter(axes, placed.filter(pl.col("median_log2").is_not_null()), "run_order", "median_log2")
    axes.set_title("Middle abundance of each sample")
    axes.set_ylabel("median, log2")
    within = ", within batches" if known and placed["run_order"].is_duplicated().any() else ""
    axes.set_xlabel(f"Order of measurement{within}" if known else "Samples as they stand in the data")
    _wide_enough(axes)
    axes.locator_params(axis="x", integer=True)
    axes.grid(axis="y")


def _components(axes: Axes, rows: pl.DataFrame, components: PrincipalComponents) -> None:
    axes.axhline(0, color=FAINT, linewidth=0.7)
    axes.axvline(0, color=FAINT, linewidth=0.7)
    _scatter(axes, rows, "component_1", "component_2")
    shares = [f"{SHARE * share:.0f} %" for share in components.shares[:2]]
    axes.set_title(f"Components of {components.metabolites} complete metabolites")
    axes.set_xlabel(f"First component ({shares[0]})")
    axes.set_ylabel(f"Second component ({shares[1]})")
    _wide_enough(axes)


def _wide_enough(axes: Axes) -> None:
    """Limits that do not blow up rounding errors where all values of an axis are the same."""
    for limits, put in ((axes.get_xlim(), axes.set_xlim), (axes.get_ylim(), axes.set_ylim)):
        middle = (limits[0] + limits[1]) / 2
        if limits[1] - limits[0] < SMALLEST_RANGE * max(1.0, abs(middle)):
            put(middle - 0.5, middle + 0.5)


def _legend(figure: Figure, rows: pl.DataFrame, unit: str, **place: Any) -> None:
    """Doses by tone, the first with its unit, and batches by mark, as far as there is room."""
    from matplotlib.lines import Line2D

    def entry(mark: str, tone: str, text: str) -> Line2D:
        look: dict[str, Any] = {
            "markerfacecolor": tone,
            "markeredgecolor": INK,
            "markeredgewidth": 0.4,
            "markersize": 4.5,
        }
        return Line2D([], [], marker=mark, linestyle="none", label=text, **look)

    doses, marks = sorted(rows["dose"].unique().to_list()), _marks(rows)
    kept = doses if len(doses) <= MOST_LISTED else [doses[0], doses[-1]]
    entries = [entry("o", _tone(dose, doses), _dose_words(dose, unit, is_first=dose == kept[0])) for dose in kept]
    if 1 < len(marks) <= MOST_LISTED:
        entries += [entry(mark, "#ffffff", label(f"batch {name or 'not known'}", 20)) for name, mark in marks.items()]
    figure.legend(handles=entries, frameon=False, handletextpad=0.1, borderaxespad=0.1, **place)


def _dose_words(dose: float, unit: str, *, is_first: bool) -> str:
    """A dose in the legend; the first tells the unit, or that it is a dose where there is none."""
    if not is_first:
        return f"{dose:g}"
    return f"{dose:g} {unit}" if unit else f"dose {dose:g}"
