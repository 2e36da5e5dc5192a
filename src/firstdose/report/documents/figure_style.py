"""One look for every drawing: legible on A4, told apart without colour, identical from run to run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from firstdose.report.documents.drawing_fonts import font_families, say_nothing_of_missing_letters
from firstdose.report.documents.smaller_svg import smaller

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.7
"""Inches: the width of the text on A4."""

INK = "#1b1f24"
MUTED = "#5b6470"
FAINT = "#c9ced6"
STRONG = "#12507b"
PLAIN = "#b9d3e6"
WARM = "#b3471d"
PAPER = "#ffffff"

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1)))

STYLE: dict[str, Any] = {
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "grid.color": "#e3e6ea",
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "patch.linewidth": 0.6,
    "svg.fonttype": "path",
    "svg.hashsalt": "firstdose",
    "text.parse_math": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw inside this; nothing of the reader's own settings of the plotting library remains."""
    import matplotlib

    plain: Any = matplotlib.rcParams
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        plain.update(STYLE)
        plain["font.family"] = list(font_families())
        say_nothing_of_missing_letters()
        yield


def new_figure(width: float, height: float, *, arranged: bool = True) -> Figure:
    """An empty figure, its size in inches; ``arranged`` makes room for labels around the axes."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained" if arranged else None)


def as_svg(figure: Figure) -> str:
    """The figure as SVG without date, program name or outside address in its description."""
    _arrange(figure)
    buffer = io.BytesIO()
    empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=empty)
    text = buffer.getvalue().decode("utf-8")
    return smaller(re.sub(r"^.*?(?=<svg)", "", text, count=1, flags=re.DOTALL))


def _arrange(figure: Figure) -> None:
    """Make room for labels, as the SVG needs it, and let that be: saving would draw all once more to arrange it."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    engine = figure.get_layout_engine()
    if engine is None:
        return
    dots = figure.dpi
    canvas = FigureCanvasSVG(figure)  # what measures the letters
    figure.dpi = canvas.fixed_dpi
    engine.execute(figure)
    figure.set_layout_engine(None)
    figure.dpi = dots


def panels(count: int, *, columns: int = 3, height: float = 1.55) -> tuple[Figure, list[Axes]]:
    """A figure of equal panels in rows; unused places stay empty."""
    across = 2 if count == 4 else min(columns, count)
    down = -(-count // across)
    figure = new_figure(WIDTH, height * down + 0.15)
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.set_axis_off()
    return figure, axes[:count]


def spread(positions: list[float], gap: float) -> list[float]:
    """The positions moved apart until neighbours are at least ``gap`` apart, each near where it was."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    placed: list[list[float]] = []
    for index in order:
        placed.append([positions[index], 1.0])
        while len(placed) > 1 and placed[-1][0] - placed[-2][0] < gap * (placed[-1][1] + placed[-2][1]) / 2:
            last, before = placed.pop(), placed.pop()
            size = last[1] + before[1]
            placed.append([(last[0] * last[1] + before[0] * before[1]) / size, size])
    moved = [0.0] * len(positions)
    place = iter(order)
    for centre, size in placed:
        for step in range(int(size)):
            moved[next(place)] = centre + gap * (step - (size - 1) / 2)
    return moved


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place of the figure, in inches from its lower left corner."""
    across, up = figure.get_size_inches().tolist()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))
