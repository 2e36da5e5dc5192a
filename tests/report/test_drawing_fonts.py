"""Names in any script: drawn where a font of the machine has the letters, else as boxes, and never a warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from firstdose.report.documents import drawing_fonts
from firstdose.report.documents.drawing import drawn
from firstdose.report.documents.drawing_fonts import FURTHER_FONTS, OWN_FONT, drawable_letters, font_families
from firstdose.report.documents.figure_style import new_figure

SHIPPED = "STIXGeneral"  # comes with the plotting library, so that it is on every machine


@pytest.fixture
def further(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets the further fonts be others."""
    yield monkeypatch
    monkeypatch.undo()
    forget()


def forget() -> None:
    font_families.cache_clear()
    drawable_letters.cache_clear()


def only_in_shipped() -> str:
    own, shipped = (get_font(findfont(name)).get_charmap() for name in (OWN_FONT, SHIPPED))
    return chr(min(letter for letter in shipped if letter not in own and 0x2000 < letter < 0xE000))


def lettered(text: str, fonts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> str:
    """The drawing of a text, on a machine that has these fonts of all further ones; warnings are errors."""

    def draw() -> Figure:
        figure = new_figure(2, 1)
        figure.subplots().set_title(text)
        return figure

    monkeypatch.setattr(drawing_fonts, "FURTHER_FONTS", fonts)
    forget()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return drawn(draw).svg


@pytest.mark.parametrize("text", ["細胞療法 第一相", "세포 치료", "ประเทศไทย", "🙂"])
def test_a_letter_that_no_font_has_is_a_box_without_a_warning(text: str, further: pytest.MonkeyPatch) -> None:
    assert lettered(text, (), further) != lettered("", (), further)


def test_a_further_font_draws_what_the_own_lacks(further: pytest.MonkeyPatch) -> None:
    letter = only_in_shipped()
    boxed, shown = (lettered(letter, fonts, further) for fonts in ((), (SHIPPED,)))
    assert ord(letter) in drawable_letters()
    assert boxed != shown


def test_what_the_own_font_has_is_the_same_whatever_else_there_is(further: pytest.MonkeyPatch) -> None:
    text = "Dose (10⁶ cells), клетки, κύτταρα"
    assert lettered(text, (), further) == lettered(text, (SHIPPED,), further)


def test_fonts_that_are_not_there_are_not_asked_for(further: pytest.MonkeyPatch) -> None:
    further.setattr(drawing_fonts, "FURTHER_FONTS", ("No such font", SHIPPED))
    forget()
    assert font_families() == (OWN_FONT, SHIPPED)
    assert len(set(FURTHER_FONTS)) == len(FURTHER_FONTS)
