"""Pictures of true curves and of how the rule behaves under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.escalation import dose_in_words
from firstdose.report.documents.figure_style import (
    FAINT,
    INK,
    LINES,
    MARKERS,
    PAPER,
    PLAIN,
    STRONG,
    WARM,
    WIDTH,
    as_svg,
    new_figure,
    panels,
    spread,
    styled,
)
from firstdose.report.documents.wording import number, percent_figure, rate
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NONE_HATCH, ABOVE_HATCH = "////", "...."


def draw_truths(figures: OperatingCharacteristics) -> str:
    """The true curves, each with its own marker, line and name; the target as a line across."""
    levels = list(range(1, len(figures.dose_levels) + 1))
    left = 1 - 0.13 * max(len(levels), 3)
    right = levels[-1] + 0.1
    gap = 0.014 * (right - left)
    with styled():
        figure = new_figure(WIDTH, 2.35)
        axes = figure.subplots()
        ends = spread([100 * scenario.truth[-1] for scenario in figures.scenarios], 6.0)
        for index, scenario in enumerate(figures.scenarios):
            colour = WARM if scenario.true_mtd is None and figures.target is not None else STRONG
            colour = INK if colour == STRONG and index >= len(LINES) else colour
            rates = [100 * value for value in scenario.truth]
            axes.plot(
                levels, rates, color=colour, linestyle=LINES[index % len(LINES)],
                marker=MARKERS[index % len(MARKERS)], markersize=4.5, markerfacecolor=PAPER, clip_on=False,
            )  # fmt: skip
            if scenario.true_mtd:
                mtd = scenario.true_mtd
                axes.plot(mtd, rates[mtd - 1], MARKERS[index % len(MARKERS)], color=colour, markersize=6.5, zorder=5)
            axes.plot(
                [levels[-1] + gap, right + gap],
                [rates[-1], ends[index]],
                color=FAINT,
                linewidth=0.6,
                clip_on=False,
            )
            label = f"{index + 1}: {shorten(scenario.name)}"
            axes.text(right + 1.4 * gap, ends[index], label, va="center", color=colour, clip_on=False)
        if figures.target is not None:
            axes.axhline(100 * figures.target, color=INK, linewidth=0.7, linestyle=(0, (1, 2)))
            axes.text(
                left + 0.03, 100 * figures.target + 1.2, f"target\n{rate(figures.target)}", va="bottom", fontsize=7
            )
        axes.set(xlim=(left, right), ylim=(0, 100), ylabel="true DLT rate (%)")
        axes.set_xlabel(f"dose level (dose in {shorten(figures.unit)})")
        axes.set_xticks(
            levels,
            [f"{level}\n({dose_in_words(dose)})" for level, dose in zip(levels, figures.dose_levels, strict=True)],
        )
        axes.grid(axis="y")
        return as_svg(figure)


def draw_selection(figures: OperatingCharacteristics) -> str:
    """P(selected) for each level and none, a panel a scenario; the correct answer dark and named."""
    with styled():
        figure, all_axes = panels(len(figures.scenarios), height=1.35)
        for index, (axes, scenario) in enumerate(zip(all_axes, figures.scenarios, strict=True)):
            chances = [scenario.none_selected, *scenario.selected]
            right = correct_answer(figures, scenario)
            bars = axes.bar(range(len(chances)), [100 * chance for chance in chances], width=0.78, edgecolor=INK)
            for place, (bar, chance) in enumerate(zip(bars, chances, strict=True)):
                bar.set_facecolor(STRONG if place == right else PAPER if place == 0 else PLAIN)
                bar.set_hatch(NONE_HATCH if place == 0 and place != right else "")
                weight = "bold" if place == right else "normal"
                size = 6.5 if len(chances) <= 6 else 5.2
                axes.text(
                    place, 100 * chance + 2, percent_figure(chance), ha="center", fontsize=size, fontweight=weight
                )
            _panel(axes, index, scenario, "selected (%)", ["none", *map(str, range(1, len(chances)))])
            axes.set_ylim(0, 112)
            axes.set_yticks([0, 25, 50, 75, 100])
            _name_correct(axes, right)
        return as_svg(figure)


def draw_allocation(figures: OperatingCharacteristics) -> str:
    """Mean participants at each level, a panel a scenario; levels above the MTD hatched."""
    most = max(max(scenario.mean_participants) for scenario in figures.scenarios)
    with styled():
        figure, all_axes = panels(len(figures.scenarios), height=1.35)
        for index, (axes, scenario) in enumerate(zip(all_axes, figures.scenarios, strict=True)):
            right = correct_answer(figures, scenario)
            means = scenario.mean_participants
            bars = axes.bar(range(1, len(means) + 1), means, width=0.78, edgecolor=INK)
            for level, (bar, mean) in enumerate(zip(bars, means, strict=True), start=1):
                above = right is not None and level > right
                bar.set_facecolor(STRONG if level == right else PAPER if above else PLAIN)
                bar.set_hatch(ABOVE_HATCH if above else "")
                size = 6.5 if len(means) <= 6 else 5.5
                axes.text(level, mean + 0.02 * most, number(mean), ha="center", fontsize=size)
            _panel(axes, index, scenario, "mean participants", [str(level) for level in range(1, len(means) + 1)], 1)
            axes.set_ylim(0, 1.16 * most)
            _name_correct(axes, right or None)
        return as_svg(figure)


def draw_sizes(figures: OperatingCharacteristics) -> str:
    """The distribution of the trial's size, a panel a scenario; the mean as a line."""
    from matplotlib.ticker import MaxNLocator

    largest = max(max(scenario.size_distribution) for scenario in figures.scenarios)
    tallest = max(max(scenario.size_distribution.values()) for scenario in figures.scenarios)
    with styled():
        figure, all_axes = panels(len(figures.scenarios), height=1.2)
        for index, (axes, scenario) in enumerate(zip(all_axes, figures.scenarios, strict=True)):
            sizes = sorted(scenario.size_distribution)
            axes.bar(
                sizes, [100 * scenario.size_distribution[size] for size in sizes], width=0.8, color=PLAIN, edgecolor=INK
            )
            mean = mean_in_escalation(scenario)
            axes.axvline(mean, color=WARM, linewidth=1, linestyle=(0, (3, 1.5)))
            side = "right" if mean > 0.6 * largest else "left"
            gap = -0.015 * largest if side == "right" else 0.015 * largest
            axes.text(mean + gap, 107 * tallest, f"mean {number(mean)}", ha=side, fontsize=6.5, color=WARM)
            axes.set_title(panel_title(index, scenario))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set(xlim=(0, largest + 1), ylim=(0, 118 * tallest), ylabel="trials (%)", xlabel="participants")
            axes.grid(axis="y")
        _outer_labels_only(all_axes)
        return as_svg(figure)


def mean_in_escalation(scenario: ScenarioFigures) -> float:
    """Mean participants without those of an expansion."""
    return scenario.mean_total_participants - sum(scenario.expansion_participants)


def correct_answer(figures: OperatingCharacteristics, scenario: ScenarioFigures) -> int | None:
    """The level that should be selected, 0 for none, None where the protocol has no target to say."""
    return None if figures.target is None else scenario.true_mtd or 0


def panel_title(index: int, scenario: ScenarioFigures) -> str:
    """Number and name of a scenario."""
    return f"{index + 1}: {shorten(scenario.name, 30)}"


def shorten(text: str, most: int = 40) -> str:
    """The text on one line, cut where it would not fit."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _panel(
    axes: Axes,
    index: int,
    scenario: ScenarioFigures,
    label: str,
    names: list[str],
    first: int = 0,
) -> None:
    axes.set_title(panel_title(index, scenario))
    axes.set_xticks(range(first, first + len(names)), names)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")
    axes.set_xlabel("level")
    axes.set_ylabel(label)
    axes.set_xlim(first - 0.6, first + len(names) - 0.4)


def _name_correct(axes: Axes, place: int | None) -> None:
    """Bold face and a pointer under the correct answer, so that it is seen without colour."""
    for tick in axes.get_xticklabels():
        if place is not None and tick.get_text() == ("none" if place == 0 else str(place)):
            tick.set_fontweight("bold")
    if place is not None:
        axes.plot(
            [place], [-0.005], marker="^", color=INK, markersize=4, clip_on=False,
            transform=axes.get_xaxis_transform(), zorder=6,
        )  # fmt: skip


def _outer_labels_only(all_axes: list[Axes]) -> None:
    for axes in all_axes:
        place = axes.get_subplotspec()
        if place is not None and not place.is_first_col():
            axes.set_ylabel("")
