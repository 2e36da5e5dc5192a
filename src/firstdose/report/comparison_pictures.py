"""Pictures of designs side by side, and of what a number of participants can detect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firstdose.report.detection import Detection
from firstdose.report.evaluation import Compared
from firstdose.report.figure_style import (
    FAINT,
    INK,
    LINES,
    MUTED,
    PAPER,
    STRONG,
    WARM,
    WIDTH,
    as_svg,
    new_figure,
    spread,
    styled,
)
from firstdose.simulation.figures import ScenarioFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Reading = Callable[[ScenarioFigures], float | None]


def draw_comparison(compared: Sequence[Compared]) -> str:
    """Correct selection and the share treated above the MTD: a row a design, a numbered disc a scenario."""
    shown = [each for each in compared if each.figures is not None]
    with styled():
        figure = new_figure(WIDTH, 0.42 * len(shown) + 0.75)
        left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.1})
        _discs(left, shown, lambda scenario: scenario.correct_selection, "correct selection (%)")
        _discs(right, shown, _share_above_mtd, "treated above the MTD, if there is one (%)")
        left.set_yticks(range(len(shown)), [each.name for each in shown])
        for tick, each in zip(left.get_yticklabels(), shown, strict=True):
            tick.set_fontweight("bold" if each.is_own else "normal")
        left.set_ylim(len(shown) - 0.5, -0.6)
        return as_svg(figure)


def _share_above_mtd(scenario: ScenarioFigures) -> float | None:
    return scenario.share_above_mtd if scenario.true_mtd else None


def _discs(axes: Axes, compared: Sequence[Compared], reading: Reading, label: str) -> None:
    for line, each in enumerate(compared):
        assert each.figures is not None
        found = [(index + 1, reading(scenario)) for index, scenario in enumerate(each.figures.scenarios)]
        values = [(name, 100 * value) for name, value in found if value is not None]
        axes.axhline(line, color=FAINT, linewidth=0.5, zorder=0)
        if not values:
            continue
        mean = sum(value for _, value in values) / len(values)
        axes.plot([mean, mean], [line - 0.38, line + 0.38], color=WARM, linewidth=1.8, zorder=1)
        places = spread([value for _, value in values], 4.6)
        for (name, value), place in zip(values, places, strict=True):
            face = STRONG if each.is_own else PAPER
            axes.plot([value, place], [line, line], color=MUTED, linewidth=0.5, zorder=1)
            axes.plot(
                place, line, "o", markersize=8.5, color=face, markeredgecolor=INK, markeredgewidth=0.6, clip_on=False
            )
            colour = PAPER if each.is_own else INK
            axes.text(place, line + 0.015, str(name), ha="center", va="center", fontsize=6, color=colour)
    axes.set_xlabel(label)
    axes.set_xlim(-4, 104)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def draw_detection(found: Detection) -> str:
    """P(at least one event) by true rate, a named line for each number of participants."""
    highest = 0.4
    with styled():
        figure = new_figure(WIDTH, 2.5)
        axes = figure.subplots()
        grid = [highest * step / 160 for step in range(161)]
        ends = spread([100 * (1 - (1 - highest) ** count) for count in found.numbers], 6.5)
        for index, (count, end) in enumerate(zip(found.numbers, ends, strict=True)):
            chances = [100 * (1 - (1 - true) ** count) for true in grid]
            axes.plot([100 * true for true in grid], chances, color=STRONG, linestyle=LINES[index % len(LINES)])
            axes.plot([40.2, 41], [chances[-1], end], color=FAINT, linewidth=0.6, clip_on=False)
            axes.text(41.2, end, f"{count} participants", va="center", clip_on=False)
        axes.axhline(100 * found.certainty, color=INK, linewidth=0.7, linestyle=(0, (1, 2)))
        axes.text(0.3, 100 * found.certainty - 1.5, f"{100 * found.certainty:g} %", va="top", fontsize=7)
        axes.set(xlim=(0, 40), ylim=(0, 100), xlabel="true rate of the event (%)", ylabel="at least one seen (%)")
        axes.grid()
        return as_svg(figure)
