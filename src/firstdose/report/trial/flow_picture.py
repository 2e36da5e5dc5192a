"""The flow of participants as a drawing: boxes from screening to the analysis, a column for each dose level."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import INK, MUTED, PAPER, WIDTH, axes_at, new_figure
from firstdose.report.documents.wording import NO_BREAK, listed
from firstdose.report.trial.flow_boxes import NO_LEVEL, Box, Count, Flow, flow_frame, flow_of, last_visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 4
"""Dose levels side by side; further ones stand in a row below."""

MOST_LINES = 6
"""Lines of a box, such as reasons; the tables have them all."""

POINTS = 6.6
LINE = POINTS * 1.32 / 72
"""Height of a line of text, in inches."""

LETTER = POINTS * 0.585 / 72
"""Mean width of a letter, bold ones included, in inches."""

INSET, GAP, DROP = 0.06, 0.12, 0.2
"""Inches around the text of a box, between columns, and between a box and the next one below."""

TRUNK = 0.1
"""Inches from the left edge of the picture to the line that leads to further rows of levels."""


def participant_flow(protocol: Protocol, data: AnalysisData, results: Results) -> Drawing | None:
    """The flow after CONSORT 2010 (Schulz KF et al., BMJ 2010;340:c332), a column for each dose level.

    None where the results have no chapter on populations.
    """
    flow = flow_of(protocol, data, results)
    if flow.screened.head is None or not flow.screened.head.rows:
        return None
    names = {str(level): protocol.dose_levels.dose_with_unit(level) for level in _levels(protocol)}
    names |= {"0": protocol.dose_levels.label(0) if protocol.dose_levels.control else "", NO_LEVEL: "No dose level"}
    return Drawing(
        "participant-flow",
        "Flow of participants from screening to the analysis, by the dose level that they count at" + _when(protocol),
        told(flow, names),
        lambda: _draw(flow, names),
        flow_frame(flow),
    )


def _when(protocol: Protocol) -> str:
    """What it takes to have been followed to the end."""
    visit = last_visit(protocol)
    return "" if visit is None else f". Followed to {visit.name}: something is known of day {visit.first_day} or later"


def _levels(protocol: Protocol) -> range:
    return range(1, len(protocol.dose_levels.values) + 1)


def told(flow: Flow, names: dict[str, str]) -> str:
    """The whole picture in words."""
    parts = [_told(box) for box in (flow.screened, flow.not_enrolled, flow.enrolled, flow.not_dosed)]
    for boxes in flow.levels:
        parts.append(f"{names[boxes[0].group]}: {', '.join(map(_told, boxes))}")
    return "; ".join(parts)


def _told(box: Box) -> str:
    lines = listed(f"{each.words} {each.people}" for each in box.lines)
    if box.head is None:
        return f"{box.step}: {lines}"
    return f"{box.head.words} {box.head.people}" + (f" ({lines})" if box.lines else "")


@dataclass(frozen=True)
class _Placed:
    """A box with its place: left and upper edge and width in inches, downwards, and its text, the heading first."""

    left: float
    top: float
    width: float
    head: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        return 2 * INSET + LINE * (len(self.head) + len(self.lines))

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True)
class _Line:
    """A line through points, in inches; with a head it is an arrow."""

    points: tuple[tuple[float, float], ...]
    is_arrow: bool = True


def _draw(flow: Flow, names: dict[str, str]) -> Figure:
    boxes: list[_Placed] = []
    lines: list[_Line] = []
    depth = _before_dosing(flow, boxes, lines)
    rows = [flow.levels[first : first + MOST_COLUMNS] for first in range(0, len(flow.levels), MOST_COLUMNS)]
    trunk = boxes[2].middle if len(rows) == 1 else TRUNK
    starts = []
    for row in rows:
        starts.append(depth)
        depth = _row_of_levels(row, names, depth, trunk, boxes, lines)
    lines.append(_Line(((trunk, starts[0]), (trunk, starts[-1])), False))
    return _drawn(boxes, lines, max(box.bottom for box in boxes) + 0.03)


def _before_dosing(flow: Flow, boxes: list[_Placed], lines: list[_Line]) -> float:
    """The four boxes before dosing: those who went on in the middle, the others to the right. Returns the depth."""
    depth, width = 0.03, 2.1
    left = (WIDTH - width) / 2
    aside = left + width + GAP
    for on, off in ((flow.screened, flow.not_enrolled), (flow.enrolled, flow.not_dosed)):
        box = _placed(on, left, depth, width)
        beside = _placed(off, aside, 0, WIDTH - aside - 0.02)
        beside = _moved(beside, box.bottom + DROP / 2)
        if len(boxes) == 2:
            lines.append(_Line(((boxes[0].middle, boxes[0].bottom), (box.middle, box.top))))
        boxes += [box, beside]
        level = beside.top + beside.height / 2
        lines.append(_Line(((box.middle, level), (beside.left, level))))
        depth = beside.bottom + DROP / 2
    lines.append(_Line(((boxes[2].middle, boxes[2].bottom), (boxes[2].middle, depth)), False))
    return depth


def _moved(box: _Placed, top: float) -> _Placed:
    return _Placed(box.left, top, box.width, box.head, box.lines)


def _row_of_levels(
    row: Sequence[tuple[Box, ...]],
    names: dict[str, str],
    depth: float,
    trunk: float,
    boxes: list[_Placed],
    lines: list[_Line],
) -> float:
    """Columns side by side, the boxes of one step at one height; returns the depth below them."""
    edge = 0.02 if trunk != TRUNK else 2 * TRUNK
    width = (WIDTH - edge - 0.02 - GAP * (MOST_COLUMNS - 1)) / MOST_COLUMNS
    if len(row) < MOST_COLUMNS and trunk != TRUNK:
        edge = (WIDTH - len(row) * width - (len(row) - 1) * GAP) / 2
    columns = [edge + index * (width + GAP) for index in range(len(row))]
    middles = [left + width / 2 for left in columns]
    lines.append(_Line(((min(trunk, *middles), depth), (max(trunk, *middles), depth)), False))
    top = depth + DROP
    lines += [_Line(((middle, depth), (middle, top))) for middle in middles]
    for step in range(max(map(len, row))):
        placed = {
            index: _placed(of_level[step], columns[index], top, width, names[of_level[0].group] if step == 0 else "")
            for index, of_level in enumerate(row)
            if step < len(of_level)
        }
        boxes += placed.values()
        bottom = max(box.bottom for box in placed.values())
        following = [index for index in placed if step + 1 < len(row[index])]
        lines += [_Line(((middles[at], placed[at].bottom), (middles[at], bottom + DROP))) for at in following]
        top = bottom + DROP
    return top


def _placed(box: Box, left: float, top: float, width: float, name: str = "") -> _Placed:
    """A box with its text broken into lines."""
    head = _headed(box.head) if box.head else box.step[:1].upper() + box.step[1:]
    if name:
        head = f"{name}\n{head}"
    shown = [f"{each.words}: {each.people}" for each in box.lines[:MOST_LINES]]
    if len(box.lines) > MOST_LINES:
        shown.append(f"and {len(box.lines) - MOST_LINES} more, see the table")
    return _Placed(left, top, width, tuple(_broken(head.split("\n"), width, "")), tuple(_broken(shown, width, "  ")))


def _headed(count: Count) -> str:
    return f"{count.words[:1].upper()}{count.words[1:]} (n{NO_BREAK}={NO_BREAK}{count.people})"


def _broken(texts: Sequence[str], width: float, set_in: str) -> Iterator[str]:
    letters = int((width - 2 * INSET) / LETTER)
    for text in texts:
        yield from textwrap.wrap(text, letters, subsequent_indent=set_in) or [""]


def _drawn(boxes: Sequence[_Placed], lines: Sequence[_Line], depth: float) -> Figure:
    figure = new_figure(WIDTH, depth, arranged=False)
    axes = axes_at(figure, 0, 0, WIDTH, depth)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(depth, 0)
    axes.set_axis_off()
    for line in lines:
        _draw_line(axes, line)
    for box in boxes:
        _draw_box(axes, box)
    return figure


def _draw_line(axes: Axes, line: _Line) -> None:
    across, down = zip(*line.points, strict=True)
    axes.plot(across, down, color=MUTED, linewidth=0.8, solid_capstyle="butt")
    if line.is_arrow:
        pointing = {"arrowstyle": "-|>", "color": MUTED, "lw": 0.8, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 6}
        axes.annotate("", line.points[-1], line.points[-2], arrowprops=pointing)


def _draw_box(axes: Axes, box: _Placed) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((box.left, box.top), box.width, box.height, facecolor=PAPER, edgecolor=INK, linewidth=0.7))
    for number, text in enumerate((*box.head, *box.lines)):
        weight = "bold" if number < len(box.head) else "normal"
        place = (box.left + INSET, box.top + INSET + LINE * (number + 0.5))
        axes.text(*place, text, fontsize=POINTS, fontweight=weight, va="center_baseline", color=INK)
