"""Pictures of a next trial: power and assurance against the number of participants, a panel an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from firstdose.report.documents.figure_style import (
    FAINT,
    INK,
    LINES,
    MARKERS,
    MUTED,
    STRONG,
    WARM,
    as_svg,
    panels,
    spread,
    styled,
)
from firstdose.report.next_trial.reading import assurances_of, first_of, powers_of
from firstdose.simulation.next_trial import Assessment, Estimate
from firstdose.simulation.next_trial.arms import ArmDesign
from firstdose.simulation.next_trial.endpoints import NextEndpoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (STRONG, WARM, INK, MUTED)
TWO_ERRORS = 1.96
TITLE_WIDTH = 52
NAMES_APART, HIGHEST_NAME = 8.5, 100.0
"""Percent of the panel's height."""

Line = tuple[str, list[tuple[int, Estimate]]]
Reading = Callable[[ArmDesign, NextEndpoint], list[tuple[int, Estimate]]]


def draw_power(found: Assessment) -> str:
    """Power of each design's first comparison, with 95 % of the simulation's error."""
    return _drawn(
        found,
        found.settings.endpoints,
        lambda design, endpoint: [(each.participants, first_of(each)) for each in powers_of(found, design, endpoint)],
        found.settings.aim.power,
        "power (%)",
    )


def draw_assurance(found: Assessment) -> str:
    """Assurance of each design's first comparison, where something is believed."""
    endpoints = [each for each in found.settings.endpoints if each.prior is not None]
    return _drawn(
        found,
        endpoints,
        lambda design, endpoint: [(each.participants, each.first) for each in assurances_of(found, design, endpoint)],
        None,
        "assurance (%)",
    )


def _drawn(
    found: Assessment, endpoints: Sequence[NextEndpoint], reading: Reading, wanted: float | None, label: str
) -> str:
    with styled():
        figure, axes = panels(len(endpoints), columns=2, height=2.35)
        for place, (each, endpoint) in enumerate(zip(axes, endpoints, strict=True)):
            lines = [(design.id, reading(design, endpoint)) for design in found.settings.designs]
            _panel(each, lines, wanted)
            each.set_title(fill(endpoint.name, TITLE_WIDTH))
            each.set_xlabel("participants")
            if place % 2 == 0 or len(endpoints) == 1:
                each.set_ylabel(label)
        return as_svg(figure)


def _panel(axes: Axes, lines: Sequence[Line], wanted: float | None) -> None:
    ends = _below_title(spread([100 * points[-1][1].value for _, points in lines], NAMES_APART))
    for number, ((name, points), end) in enumerate(zip(lines, ends, strict=True)):
        across = [people for people, _ in points]
        height = [100 * estimate.value for _, estimate in points]
        error = [100 * TWO_ERRORS * estimate.error for _, estimate in points]
        colour = COLOURS[number % len(COLOURS)]
        axes.errorbar(
            across, height, yerr=error, color=colour, linestyle=LINES[number % len(LINES)], elinewidth=0.6,
            marker=MARKERS[number % len(MARKERS)], markersize=2.8,
        )  # fmt: skip
        right, gap = across[-1], max(across[-1] * 0.02, 1)
        axes.plot([right, right + 2 * gap], [height[-1], end], color=FAINT, linewidth=0.6, clip_on=False)
        axes.text(
            right + 2.4 * gap, end, name.replace("_", " "), va="center", color=colour, fontsize=6.5, clip_on=False
        )
    if wanted is not None:
        axes.axhline(100 * wanted, color=INK, linewidth=0.7, linestyle=(0, (1, 2)))
    axes.set_ylim(0, 102)
    axes.set_xlim(left=0)
    axes.grid()


def _below_title(ends: Sequence[float]) -> list[float]:
    """The places of the names, moved down where they would stand in the title."""
    kept, limit = list(ends), HIGHEST_NAME
    for place in sorted(range(len(kept)), key=lambda number: -kept[number]):
        kept[place] = min(kept[place], limit)
        limit = kept[place] - NAMES_APART
    return kept
