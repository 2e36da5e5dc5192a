"""The Pareto picture: every setting by its aims, the front, the winner, and the protocol as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, PLAIN, STRONG, WARM, panels
from firstdose.report.documents.wording import counted
from firstdose.simulation.tuning import AS_WRITTEN, Aim, Tuned
from firstdose.simulation.tuning.measures import FIGURES, OVER_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WINNER, OWN, FRONT, KEEPS, FAILS = "winner", "as written", "front", "keeps to the constraints", "fails a constraint"
TONES = {FAILS: (FAINT, 9), KEEPS: (PLAIN, 12), FRONT: (STRONG, 18)}
"""Colour and size of a mark, the best drawn last."""
TONE_WORDS = "Dark: on the front; light: keeps to the constraints; grey: fails one; each design has its own mark"
DESIGN_MARKERS = ("o", "s", "^", "D", "v", "<", ">", "p", "h", "d", "X")

MEAN_PARTICIPANTS = Aim(minimise="mean_participants")
"""What a single aim is drawn against."""


def pareto_drawing(found: Tuned) -> Drawing:
    """The picture, as SVG and PNG, with the figures behind it."""
    first, *others = _drawn_aims(found)
    names = " and ".join(FIGURES[each.figure].name for each in others)
    return Drawing(
        "pareto",
        f"{_name(first)} of every setting against {names}, under the curves of the search. {TONE_WORDS}",
        _described(found),
        lambda: _draw(found),
        _data(found),
    )


def _drawn_aims(found: Tuned) -> tuple[Aim, ...]:
    return found.plan.aims if len(found.plan.aims) > 1 else (*found.plan.aims, MEAN_PARTICIPANTS)


def _name(aim: Aim) -> str:
    name = FIGURES[aim.figure].name
    return name[:1].upper() + name[1:]


def _described(found: Tuned) -> str:
    """The picture in words."""
    shown = len(found.searched.candidates())
    words = f"{counted(shown, 'setting')}, of which {len(found.keeping)} keep to the constraints"
    words += f" and {len(found.front)} are on the front"
    for number, name in ((found.winner, "the winner"), (AS_WRITTEN, "the protocol as written")):
        if number is not None and (figures := found.searched.evaluations[number].figures):
            values = (f"{FIGURES[aim.figure].name} {_shown(aim, aim.value(figures))}" for aim in _drawn_aims(found))
            words += f"; {name}: {', '.join(values)}"
    return f"{words}."


def _shown(aim: Aim, value: float) -> str:
    return f"{100 * value:.1f} %" if FIGURES[aim.figure].is_share else f"{value:.2f}"


def _data(found: Tuned) -> pl.DataFrame:
    aims = _drawn_aims(found)
    rows = []
    for number, each in sorted(found.searched.evaluations.items()):
        if each.figures:
            values = {f"{aim.figure} ({aim.by}, {aim.over})": aim.value(each.figures) for aim in aims}
            rows.append(
                {"number": number, "design": found.setting(number).design, "drawn_as": _kind(found, number)} | values
            )
    return pl.DataFrame(rows)


def _kind(found: Tuned, number: int) -> str:
    if number == AS_WRITTEN:
        return OWN
    if number == found.winner:
        return WINNER
    if number in found.front:
        return FRONT
    return KEEPS if number in found.keeping else FAILS


def _draw(found: Tuned) -> Figure:
    first, *others = _drawn_aims(found)
    figure, axes = panels(len(others), columns=2, height=3.6 if len(others) == 1 else 3.0)
    designs: dict[str, list[int]] = {}
    for each in found.searched.candidates():
        designs.setdefault(found.setting(each.number).design, []).append(each.number)
    for axis, other in zip(axes, others, strict=True):
        _panel(axis, found, other, first, designs)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=6,
        fontsize=6.5,
        frameon=False,
        labelcolor=INK,
        handletextpad=0.2,
    )
    return figure


def _panel(axes: Axes, found: Tuned, across: Aim, up: Aim, designs: Mapping[str, Sequence[int]]) -> None:
    for marker, (design, numbers) in zip(cycle(DESIGN_MARKERS), designs.items(), strict=False):
        for kind, (colour, size) in TONES.items():
            points = _points(found, [number for number in numbers if _kind(found, number) == kind], across, up)
            axes.scatter(
                points[:, 0], points[:, 1], s=size, marker=marker, color=colour, linewidths=0.3, edgecolors=MUTED
            )
        axes.scatter([], [], s=14, marker=marker, color=STRONG, label=design)
    _line(axes, found, across, up)
    for number, name, marker, size, colour in (
        (found.winner, WINNER, "*", 70, WARM),
        (AS_WRITTEN, OWN, "P", 45, INK),
    ):
        if number is not None and number in found.searched.evaluations and found.searched.evaluations[number].figures:
            point = _points(found, [number], across, up)
            axes.scatter(
                point[:, 0], point[:, 1], s=size, marker=marker, color=colour, edgecolors=INK, linewidths=0.5, zorder=5,
                label=name,
            )  # fmt: skip
    axes.set_xlabel(_label(across))
    axes.set_ylabel(_label(up))
    axes.grid()


def _line(axes: Axes, found: Tuned, across: Aim, up: Aim) -> None:
    """The front of two aims as steps; with more aims it is a surface, and is told by its marks alone."""
    if len(found.plan.aims) != 2 or len(found.front) < 2:
        return
    points = _points(found, found.front, across, up)
    order = np.argsort(points[:, 0])
    less_is_better = across.sign < 0
    axes.step(
        points[order, 0],
        points[order, 1],
        where="post" if less_is_better else "pre",
        color=STRONG,
        linewidth=0.8,
        zorder=1,
    )


def _points(
    found: Tuned, numbers: Sequence[int], across: Aim, up: Aim
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    figures = [found.searched.evaluations[number].figures for number in numbers]
    points = [[_scaled(aim, aim.value(each)) for aim in (across, up)] for each in figures]
    return np.array(points, dtype=np.float64).reshape(len(numbers), 2)


def _scaled(aim: Aim, value: float) -> float:
    return 100 * value if FIGURES[aim.figure].is_share else value


def _label(aim: Aim) -> str:
    unit = " (%)" if FIGURES[aim.figure].is_share else ""
    better = "more is better" if aim.sign > 0 else "less is better"
    about = OVER_WORDS[aim.over] if aim.by == "mean" else f"worst of {OVER_WORDS[aim.over]}"
    where = "" if (aim.over, aim.by) == ("all", "mean") else f"\n{about}"
    return f"{_name(aim)}{unit}, {better}{where}"
