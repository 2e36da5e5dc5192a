"""Pictures of designs side by side, and of what a number of participants can detect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firstdose.report.design.detection import Detection
from firstdose.report.design.evaluation import Compared
from firstdose.report.documents.figure_style import (
    FAINT,
    INK,
    LINES,
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

DISC_WIDTH = 4.6

Reading = Callable[[ScenarioFigures], float | None]


def draw_comparison(compared: Sequence[Compared]) -> str:
    """Correct selection and the share treated above the MTD: a row a design, a numbered disc a scenario.

    Every disc stands at its value; discs that would cover each other stand one above the other.
    """
    shown = [each for each in compared if each.figures is not None]
    readings: list[Reading] = [lambda scenario: scenario.correct_selection, _share_above_mtd]
    lanes = max(max(_lanes(_values(each, reading)), default=0) for each in shown for reading in readings) + 1
    row_height = max(0.32, 0.13 * lanes + 0.1)
    with styled():
        figure = new_figure(WIDTH, row_height * len(shown) + 0.75)
        left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.1})
        _discs(left, shown, readings[0], "correct selection (%)", 0.13 / row_height)
        _discs(right, shown, readings[1], "treated above the MTD, if there is one (%)", 0.13 / row_height)
        left.set_yticks(range(len(shown)), [each.short_name for each in shown])
        for tick, each in zip(left.get_yticklabels(), shown, strict=True):
            tick.set_fontweight("bold" if each.is_own else "normal")
        left.set_ylim(len(shown) - 0.5, -0.5)
        return as_svg(figure)


def _values(compared: Compared, reading: Reading) -> list[tuple[int, float]]:
    """Each scenario's number with its figure in percent, from the smallest."""
    assert compared.figures is not None
    found = ((index + 1, reading(scenario)) for index, scenario in enumerate(compared.figures.scenarios))
    return sorted(((name, 100 * value) for name, value in found if value is not None), key=lambda item: item[1])


def _lanes(values: Sequence[tuple[int, float]]) -> list[int]:
    """The first lane in which each disc covers no earlier one."""
    ends: list[float] = []
    lanes = []
    for _, value in values:
        lane = next((place for place, end in enumerate(ends) if value - end >= DISC_WIDTH), len(ends))
        ends[lane : lane + 1] = [value]
        lanes.append(lane)
    return lanes


def _share_above_mtd(scenario: ScenarioFigures) -> float | None:
    return scenario.share_above_mtd if scenario.true_mtd else None


def _discs(axes: Axes, compared: Sequence[Compared], reading: Reading, label: str, lane_height: float) -> None:
    for line, each in enumerate(compared):
        values = _values(each, reading)
        axes.axhline(line, color=FAINT, linewidth=0.5, zorder=0)
        if not values:
            continue
        mean = sum(value for _, value in values) / len(values)
        axes.plot([mean, mean], [line - 0.45, line + 0.45], color=WARM, linewidth=1.8, zorder=1)
        lanes = _lanes(values)
        for (name, value), lane in zip(values, lanes, strict=True):
            face = STRONG if each.is_own else PAPER
            height = line + (lane - max(lanes) / 2) * lane_height
            axes.plot(
                value, height, "o", markersize=8.5, color=face, markeredgecolor=INK, markeredgewidth=0.6, clip_on=False
            )
            colour = PAPER if each.is_own else INK
            axes.text(value, height + 0.01, str(name), ha="center", va="center", fontsize=6, color=colour)
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
        figure = new_figure(WIDTH, 2.2)
        axes = figure.subplots()
        grid = [highest * step / 160 for step in range(161)]
        ends = spread([100 * (1 - (1 - highest) ** count) for count in found.numbers], 6.5)
        for index, (count, end) in enumerate(zip(found.numbers, ends, strict=True)):
            chances = [100 * (1 - (1 - true) ** count) for true in grid]
            axes.plot(
                [100 * true for true in grid],
                chances,
                color=(STRONG, INK, WARM)[index % 3],
                linestyle=LINES[index % len(LINES)],
            )
            axes.plot([40.2, 41], [chances[-1], end], color=FAINT, linewidth=0.6, clip_on=False)
            axes.text(41.2, end, f"{count} participants", va="center", clip_on=False)
        axes.axhline(100 * found.certainty, color=INK, linewidth=0.7, linestyle=(0, (1, 2)))
        axes.text(0.3, 100 * found.certainty - 1.5, f"{100 * found.certainty:g} %", va="top", fontsize=7)
        axes.set(xlim=(0, 40), ylim=(0, 100), xlabel="true rate of the event (%)", ylabel="at least one seen (%)")
        axes.grid()
        return as_svg(figure)
