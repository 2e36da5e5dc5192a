"""The tones of a heat map: steps away from a light middle, told apart without colour, and their legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firstdose.report.documents.figure_style import FAINT, MUTED, PAPER, axes_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEPS = 4  # tones on either side of the middle
FALL, MIDDLE, RISE = (0x12, 0x3A, 0x6B), (0xF6, 0xF5, 0xF1), (0x9A, 0x3D, 0x00)
MISSING = "#dcdfe3"
QUANTILE = 0.98
"""Changes beyond this share of all sizes have the strongest tone."""

Numbers = NDArray[np.float64]


def scale_limit(values: Numbers) -> float:
    """The change that has the strongest tone, with two significant digits."""
    sizes = np.abs(values[~np.isnan(values)])
    size = float(np.quantile(sizes, QUANTILE)) if len(sizes) else 0.0
    return float(f"{size:.2g}") or 1.0


def draw_cells(axes: Axes, values: Numbers, limit: float) -> None:
    """All cells of one tone as one shape, so that a drawing stays small."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    known = ~np.isnan(values)
    count = 2 * STEPS + 1
    scaled = (np.where(known, values, 0.0) / limit + 1) / 2 * count
    bins = np.clip(np.floor(scaled), 0, count - 1).astype(np.int64)

    def shape(chosen: NDArray[np.bool_]) -> Path | None:
        row, column = np.nonzero(chosen)
        if not len(row):
            return None
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], dtype=np.float64)
        points = np.stack([column, row], axis=1)[:, None, :] + corners
        codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(row))
        return Path(points.reshape(-1, 2), codes)

    for number in range(count):
        path = shape(known & (bins == number))
        if path is not None:
            axes.add_patch(PathPatch(path, facecolor=tone(number), edgecolor=PAPER, linewidth=0.25))
    path = shape(~known)
    if path is not None:
        axes.add_patch(PathPatch(path, facecolor=MISSING, edgecolor=MUTED, linewidth=0.25, hatch="////////"))
    row, column = np.nonzero(known & (bins < STEPS - 1))
    axes.hlines(row + 0.5, column + 0.28, column + 0.72, colors=PAPER, linewidth=0.7)


def tone(number: int) -> str:
    """The tone of a step from the strongest fall (0) to the strongest rise."""
    end, share = (FALL, (STEPS - number) / STEPS) if number < STEPS else (RISE, (number - STEPS) / STEPS)
    return "#" + "".join(f"{round(mid + (far - mid) * share):02x}" for mid, far in zip(MIDDLE, end, strict=True))


def draw_legend(figure: Figure, limit: float, left: float) -> None:
    """The steps of the scale, and what is missing; ``left`` in inches."""
    from matplotlib.patches import Rectangle

    count = 2 * STEPS + 1
    axes = axes_at(figure, left, 0.22, 3.2, 0.14)
    for number in range(count):
        axes.add_patch(Rectangle((number, 0), 1, 1, facecolor=tone(number), edgecolor=PAPER, linewidth=0.25))
        if number < STEPS - 1:
            axes.plot([number + 0.3, number + 0.7], [0.5, 0.5], color=PAPER, linewidth=0.8)
    axes.add_patch(
        Rectangle((count + 1, 0), 1, 1, facecolor=MISSING, edgecolor=MUTED, linewidth=0.25, hatch="////////")
    )
    axes.text(count + 2.3, 0.5, "missing", va="center", fontsize=6.5)
    axes.set_xlim(0, count + 4.5)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    edges = np.linspace(-limit, limit, count + 1)
    shown = [0, 2, 7, 9]
    texts = [f"{edges[place]:.2g}".replace("-", "−") for place in shown]
    axes.set_xticks([*shown, count / 2], [*texts, "0"], fontsize=6.2)
    axes.text(-0.2, 0.5, "change, log2", ha="right", va="center", fontsize=6.5)
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.spines["left"].set_color(FAINT)
