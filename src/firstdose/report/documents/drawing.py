"""A picture of the trial report: its drawing as SVG and PNG, its words, and the figures behind it."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from firstdose.records.spreadsheets import safe_frame
from firstdose.report.documents.blocks import Picture
from firstdose.report.documents.figure_style import as_svg, styled
from firstdose.report.documents.tracing import BETWEEN_RECORDS

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

PNG_DOTS_PER_INCH = 200

ROWS, RECORDS = "rows", "records"
"""Columns of the data of a picture that name rows of the results, and records, behind each mark."""


class Drawn(NamedTuple):
    """A picture in both forms; the same bytes for the same data."""

    svg: str
    png: bytes


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a picture shows, in words; how it is drawn; and the rows that it was drawn from.

    ``elsewhere`` is what another process draws, None where it failed; what it has not begun is drawn here.
    """

    name: str
    caption: str
    alternative: str
    draw: Callable[[], Figure]
    data: pl.DataFrame
    elsewhere: Future[Drawn | None] | None = None

    def picture(self) -> Picture:
        """The picture for a page."""
        made = self._made_elsewhere
        svg = made.svg if made else self._made_here[1]
        rows = tuple(sorted({int(row) for row in self._named(ROWS)}))
        records = tuple(self._named(RECORDS))
        return Picture(self.caption, self.alternative, svg, self.name, rows, records, safe_frame(self.data).write_csv())

    def _named(self, column: str) -> list[str]:
        """What a column of the data names, each once, in the order of the rows."""
        if column not in self.data.columns:
            return []
        texts = self.data[column].drop_nulls()
        return list(dict.fromkeys(each for text in texts for each in text.split(BETWEEN_RECORDS) if each))

    def png(self) -> bytes:
        """The picture as PNG, the same bytes for the same data."""
        made = self._made_elsewhere
        return made.png if made else _as_png(self._made_here[0])

    @cached_property
    def _made_elsewhere(self) -> Drawn | None:
        if self.elsewhere is None or self.elsewhere.cancel():
            return None
        try:
            return self.elsewhere.result()
        except Exception:  # of the other process or on the way to it; an error of the drawing comes again here
            return None

    @cached_property
    def _made_here(self) -> tuple[Figure, str]:
        """Drawn and arranged once, for page and file."""
        return _figure_and_svg(self.draw)


def drawn(draw: Callable[[], Figure]) -> Drawn:
    """The picture in both forms."""
    figure, svg = _figure_and_svg(draw)
    return Drawn(svg, _as_png(figure))


def _figure_and_svg(draw: Callable[[], Figure]) -> tuple[Figure, str]:
    with styled():
        figure = draw()
        return figure, as_svg(figure)


def _as_png(figure: Figure) -> bytes:
    with styled():
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
