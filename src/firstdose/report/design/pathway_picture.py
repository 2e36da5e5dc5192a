"""The tree of the next cohorts as a diagram; outcomes that lead to the same next steps are drawn together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.designs.recommendation import Recommendation
from firstdose.report.design.rule_words import advice_words
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, PAPER, PLAIN, WIDTH, as_svg, new_figure, styled
from firstdose.report.documents.wording import run_together
from firstdose.simulation.pathways import Pathway

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_HEIGHT = 0.31
BOX_WIDTH, BOX_HEIGHT = 1.5, 0.25
COLUMNS = (0.02, 2.58, 5.14)
UP, SAME, DOWN = "▲", "■", "▼"


@dataclass(frozen=True)
class Branch:
    """A step of the rule, with the outcomes of the cohort before that lead to it and what follows."""

    dlts: tuple[int, ...]
    size: int
    advice: Recommendation
    previous_level: int | None
    branches: tuple[Branch, ...]

    @property
    def leaves(self) -> int:
        return sum(branch.leaves for branch in self.branches) or 1


def grouped(tree: Pathway) -> Branch:
    """The tree with outcomes drawn together where every shown step after them is the same."""
    return _branch(tree, (), None, 0)


def _branch(node: Pathway, dlts: tuple[int, ...], previous: int | None, size: int) -> Branch:
    groups: dict[str, tuple[list[int], Pathway]] = {}
    for count, after in node.outcomes:
        groups.setdefault(_signature(after), ([], after))[0].append(count)
    level, own_size = node.recommendation.next_level, node.recommendation.cohort_size or 0
    branches = tuple(_branch(after, tuple(counts), level, own_size) for counts, after in groups.values())
    return Branch(dlts, size, node.recommendation, previous, branches)


def _signature(node: Pathway) -> str:
    """What the diagram shows of a node and of all after it."""
    after = ";".join(f"{count}:{_signature(child)}" for count, child in node.outcomes)
    return f"{advice_words(node.recommendation)}[{after}]"


def ways(branch: Branch) -> Iterator[tuple[Branch, ...]]:
    """The ways from the first step to each last one, in the order drawn."""
    if not branch.branches:
        yield (branch,)
    for after in branch.branches:
        for way in ways(after):
            yield (branch, *way)


def draw_pathways(tree: Pathway) -> str:
    """The diagram: boxes say the step, lines the DLTs that lead to it."""
    root = grouped(tree)
    height = ROW_HEIGHT * root.leaves + 0.35
    with styled():
        figure = new_figure(WIDTH, height, arranged=False)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        for column, text in zip(COLUMNS, ("first cohort", "second cohort", "then"), strict=False):
            axes.text(column, height - 0.14, text, fontsize=7, color=MUTED, va="center")
        _draw(axes, root, height - 0.3, 0)
        return as_svg(figure)


def _draw(axes: Axes, branch: Branch, top: float, depth: int) -> float:
    """Draw a branch and all after it below ``top``; the height of its own box's middle."""
    if not branch.branches:
        middle = top - ROW_HEIGHT / 2
        _box(axes, branch, middle, depth)
        return middle
    middles, below = [], top
    for after in branch.branches:
        middles.append(_draw(axes, after, below, depth + 1))
        below -= ROW_HEIGHT * after.leaves
    middle = (middles[0] + middles[-1]) / 2
    start, end = COLUMNS[depth] + BOX_WIDTH, COLUMNS[depth + 1]
    knee = start + 0.16
    for after, place in zip(branch.branches, middles, strict=True):
        axes.plot([start, knee, knee, end], [middle, middle, place, place], color=INK, linewidth=0.7, zorder=1)
        label = f"{run_together(after.dlts)} of {after.size} DLT"
        axes.text(
            (knee + end) / 2, place, label, fontsize=6.5, ha="center", va="center", zorder=3,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    _box(axes, branch, middle, depth)
    return middle


def _box(axes: Axes, branch: Branch, middle: float, depth: int) -> None:
    from matplotlib.patches import FancyBboxPatch

    advice = branch.advice
    stops = advice.action == "stop"
    axes.add_patch(
        FancyBboxPatch(
            (COLUMNS[depth], middle - BOX_HEIGHT / 2), BOX_WIDTH, BOX_HEIGHT,
            boxstyle="square,pad=0" if stops else "round,pad=0,rounding_size=0.05",
            facecolor=FAINT if stops else PLAIN if depth == 0 else PAPER, edgecolor=INK,
            linewidth=1.3 if stops else 0.7, zorder=2,
        )
    )  # fmt: skip
    text, size = box_words(branch)
    axes.text(COLUMNS[depth] + BOX_WIDTH / 2, middle, text, fontsize=size, ha="center", va="center", zorder=3)


def box_words(branch: Branch) -> tuple[str, float]:
    """The text of a box and its size in points."""
    advice = branch.advice
    if advice.action == "stop":
        if advice.recommended_level is None:
            return "stop: none named", 7
        if advice.mtd_not_reached:
            return f"stop: level {advice.recommended_level},\nMTD not reached", 6
        return f"stop: MTD is level {advice.recommended_level}", 7
    level, before = advice.next_level or 0, branch.previous_level
    glyph = "" if before is None else f"{UP if level > before else DOWN if level < before else SAME} "
    return f"{glyph}level {level}, treat {advice.cohort_size}", 7
