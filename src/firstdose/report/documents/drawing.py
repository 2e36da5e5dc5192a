"""A picture of the trial report: its drawing as SVG and PNG, its words, and the figures behind it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from firstdose.report.documents.blocks import Picture
from firstdose.report.documents.figure_style import as_svg, styled

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

PNG_DOTS_PER_INCH = 200


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a picture shows, in words; how it is drawn; and the rows that it was drawn from."""

    name: str
    caption: str
    alternative: str
    draw: Callable[[], Figure]
    data: pl.DataFrame

    def picture(self) -> Picture:
        """The picture for a page."""
        return Picture(self.caption, self.alternative, self._drawn[1])

    @cached_property
    def _drawn(self) -> tuple[Figure, str]:
        """Drawn once, for page and file. What arranged it is then taken out: its work is done and half of the time."""
        with styled():
            figure = self.draw()
            svg = as_svg(figure)
        figure.set_layout_engine("none")
        return figure, svg

    def png(self) -> bytes:
        """The picture as PNG, the same bytes for the same data."""
        figure, _ = self._drawn
        with styled():
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Software": None})
        return buffer.getvalue()
