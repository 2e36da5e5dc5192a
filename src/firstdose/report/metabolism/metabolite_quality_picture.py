"""The quality of the measurement of each metabolite: missing values, and variation in controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import MUTED, PLAIN, STRONG, WARM, WIDTH, axes_at, new_figure
from firstdose.report.documents.wording import counted
from firstdose.report.metabolism.rows import FluidFigures
from firstdose.report.metabolism.sample_quality_picture import FOOT, GAP, HEAD, LEFT, PANEL, WIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 20


def metabolite_quality(figures: FluidFigures) -> Drawing | None:
    """Every metabolite: missing values, and variation in pooled controls where there are any; None with none."""
    rows = figures.prepared.quality
    if not rows.height:
        return None
    controls = rows["variation"].drop_nulls()
    told = "and coefficients of variation in pooled quality controls" if controls.len() else ""
    without = "" if controls.len() else "; no pooled quality controls were measured"
    out = int(rows["left_out"].is_not_null().sum())
    return Drawing(
        f"metabolite-quality{figures.stem}",
        f"The metabolites: shares of missing values {told}".strip()
        + f". Beyond the dashed line a metabolite is left out, and so is one whose values are all the same: {out} of "
        f"{rows.height} in all{without}",
        f"{counted(rows.height, 'metabolite')}, {out} left out; the values are in the figure's data file",
        lambda: _draw_metabolites(figures, rows),
        rows,
    )


def _draw_metabolites(figures: FluidFigures, rows: pl.DataFrame) -> Figure:
    height = HEAD + PANEL + FOOT
    figure = new_figure(WIDTH, height, arranged=False)
    parts = [("missing", "Values missing", figures.plan.most_missing)]
    if rows["variation"].drop_nulls().len():
        parts.append(("variation", "Variation in controls", figures.plan.most_variation))
    for place, (column, title, limit) in enumerate(parts):
        axes = axes_at(figure, LEFT + place * (WIDE + GAP), FOOT, WIDE, PANEL)
        values = rows[column].drop_nulls().to_numpy()
        highest = max(float(values.max(initial=0.0)), limit) * 1.05
        edges = np.linspace(0, highest, BINS + 1)
        beyond = values > limit
        stacks = [values[~beyond], values[beyond]]
        axes.hist(stacks, bins=edges.tolist(), stacked=True, color=[PLAIN, WARM], edgecolor=MUTED, linewidth=0.4)
        axes.axvline(limit, color=STRONG, linestyle="--", linewidth=1)
        axes.set_title(f"{title}: {int(beyond.sum())} above {limit:g} %")
        axes.set_xlabel("%")
        axes.set_ylabel("Metabolites")
        axes.set_xlim(0, highest)
        axes.grid(axis="y")
    return figure
