"""The strokes of a timeline: lanes along the days of the trial, written as SVG without a plotting library.

Three hundred pictures are made in a second; text stays text, escaped, so that nothing in the records acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from firstdose.report.documents.docx_file import printable
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, PAPER

WIDTH, GUTTER, RIGHT = 760.0, 168.0, 36.0
LANE, TEXT = 17.0, 10.5
SMALL, CAPITAL, WIDE, LAST_NARROW = 0.58, 0.74, 1.0, "\u2e7f"
"""How wide letters are, in their size; those after the last narrow one fill a square."""


@dataclass
class Canvas:
    """A drawing that grows downwards; days are turned into places across."""

    first_day: float
    last_day: float
    parts: list[str] = field(default_factory=list)
    height: float = 8.0

    def across(self, day: float) -> float:
        """The place of a day, kept inside the picture."""
        share = (day - self.first_day) / max(self.last_day - self.first_day, 1.0)
        return GUTTER + min(max(share, 0.0), 1.0) * (WIDTH - GUTTER - RIGHT)

    def lane(self, label: str, height: float = LANE, *, ruled: bool = True) -> float:
        """A new lane with its label; returns the height of its middle."""
        middle = self.height + height / 2
        if ruled:
            self.line(GUTTER, middle, WIDTH - RIGHT, middle, FAINT, 0.5)
        self.text(GUTTER - 8, middle + TEXT / 3, short(label), anchor="end")
        self.height += height
        return middle

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: float = TEXT
    ) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}">'
            f"{escape(printable(words))}</text>"
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> None:
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self.parts.append(f'<line {ends} stroke="{colour}" stroke-width="{width:g}"/>')

    def box(self, first: float, last: float, middle: float, height: float, fill: str, *, unsure: bool = False) -> None:
        """A bar from one day to another; where it is not sure that anything was there, an empty dashed one."""
        x, right = self.across(first), self.across(last)
        look = (
            f'fill="{PAPER}" stroke="{INK}" stroke-width="0.8" stroke-dasharray="2 2"' if unsure else f'fill="{fill}"'
        )
        size = f'width="{max(right - x, 1.6):.1f}" height="{height:g}"'
        self.parts.append(f'<rect x="{x:.1f}" y="{middle - height / 2:.1f}" {size} {look}/>')

    def mark(self, day: float, middle: float, kind: str, fill: str = INK) -> None:
        """A tick, a ring, a diamond or a cross at a day."""
        x = self.across(day)
        if kind == "tick":
            self.line(x, middle - 4.5, x, middle + 4.5, fill, 1.6)
        elif kind == "cross":
            self.line(x - 4, middle - 4, x + 4, middle + 4, fill, 2)
            self.line(x - 4, middle + 4, x + 4, middle - 4, fill, 2)
        elif kind == "arrow":
            self.parts.append(f'<path d="M{x:.1f} {middle - 4:.1f}l6 4l-6 4z" fill="{fill}"/>')
        elif kind == "diamond":
            self.parts.append(f'<path d="M{x:.1f} {middle - 6:.1f}l5 6l-5 6l-5 -6z" fill="{fill}"/>')
        else:
            self.parts.append(
                f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="3.2" fill="{PAPER}" stroke="{fill}" stroke-width="1.3"/>'
            )

    def path(self, points: list[tuple[float, float]], colour: str) -> None:
        """A line through points, given in the picture's own places."""
        if len(points) > 1:
            steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            self.parts.append(f'<polyline points="{steps}" fill="none" stroke="{colour}" stroke-width="1.4"/>')

    def days(self, step: int) -> None:
        """The axis of days under everything, with lines through all lanes."""
        bottom = self.height + 4
        lines: list[str] = []
        kept, self.parts = self.parts, lines
        day = -(-int(self.first_day) // step) * step
        while day <= self.last_day:
            x = self.across(day)
            self.line(x, 6, x, bottom, MUTED if day == 0 else FAINT, 1.2 if day == 0 else 0.5)
            anchor = "middle" if x > GUTTER + 2 * TEXT else "start"  # not into the words before the axis
            self.text(x, bottom + 12, str(day).replace("-", "−"), anchor=anchor, colour=MUTED)
            day += step
        self.text(GUTTER - 8, bottom + 12, "day from dosing", anchor="end", colour=MUTED)
        self.parts = [*lines, *kept]
        self.height = bottom + 18

    def svg(self) -> str:
        """The whole drawing."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {self.height:.0f}" width="{WIDTH:g}" '
            f'height="{self.height:.0f}" font-family="DejaVu Sans, sans-serif">'
            f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(self.parts)}</svg>'
        )


def short(label: str) -> str:
    """A label that fits beside its lane: cut where its letters, as wide as they are, would leave the picture."""
    room = GUTTER - 14.0
    for place, letter in enumerate(label):
        room -= TEXT * (WIDE if letter > LAST_NARROW else CAPITAL if letter.isupper() else SMALL)
        if room < 0:
            return f"{label[: max(place - 2, 1)].rstrip()}…"
    return label
