"""Drawings in fewer letters: what is drawn is the same, by the pixels that another programme makes of both."""

from __future__ import annotations

import io
import re

import numpy as np
import typst
from numpy.typing import NDArray
from PIL import Image

from firstdose.report.documents import figure_style
from firstdose.report.documents.figure_style import MARKERS, new_figure, styled
from firstdose.report.documents.smaller_svg import smaller

PAGE = b"""#set page(width: 400pt, height: 300pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 400pt)"""


def as_drawn() -> str:
    """A drawing with all that the report's have: text, marks in rows, lines, clipping, hatches, shapes of parts."""
    with styled():
        figure = new_figure(5, 3)
        left, right = figure.subplots(1, 2)
        places = np.linspace(0, 7, 23)
        for number, marker in enumerate(MARKERS):
            left.plot(places, np.sin(places + number), marker=marker, label=f"µ level {number}, 1/2 (50 %)")
        left.set_ylim(-0.7, 0.9)
        left.legend()
        right.bar(range(4), [1, 2, 3, 4], hatch="////", facecolor="#b9d3e6", edgecolor="#5b6470")
        right.scatter(places, places / 2, s=places * 9, c=places)
        right.imshow(np.arange(6).reshape(2, 3), extent=(0, 2, 0, 2), alpha=0.4, aspect="auto")
        right.fill_between(places, places / 3, places / 2, alpha=0.3)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return re.sub(r"^.*?(?=<svg)", "", buffer.getvalue().decode(), count=1, flags=re.DOTALL)


def pixels(svg: str) -> NDArray[np.float64]:
    made = typst.compile(PAGE, format="png", ppi=288.0, sys_inputs={"svg": svg})
    assert isinstance(made, bytes)
    return np.asarray(Image.open(io.BytesIO(made)).convert("RGB"), dtype=np.float64)


def test_the_drawing_is_the_same_in_two_thirds_of_the_letters() -> None:
    drawn = as_drawn()
    less = smaller(drawn)
    assert len(less) < 0.67 * len(drawn)
    before, after = pixels(drawn), pixels(less)
    assert before.std() > 20
    assert np.abs(before - after).mean() < 0.1  # of 255: edges that moved by less than a hundredth of a point
    assert (np.abs(before - after).max(axis=2) > 60).mean() < 1e-4


def test_a_drawing_without_its_marks_is_not_the_same() -> None:
    """The comparison above can fail."""
    drawn = as_drawn()
    assert np.abs(pixels(drawn) - pixels(re.sub(r"<use [^>]*style[^>]*/>", "", drawn))).mean() > 0.1


def test_every_drawing_of_the_report_is_made_so() -> None:
    with styled():
        figure = new_figure(2, 2)
        figure.subplots().plot([0, 1], [0, 1])
        svg = figure_style.as_svg(figure)
    assert "<!--" not in svg
    assert "DejaVuSans" not in svg
