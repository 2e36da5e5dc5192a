"""How metabolites and their classes look in pictures: short names that can be drawn, and a tone and mark a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.protocol.metabolism import MainClass
from firstdose.report.documents.docx_file import printable
from firstdose.report.documents.drawing_fonts import drawable_letters
from firstdose.report.documents.figure_style import FAINT
from firstdose.report.results.names import words

NOT_DRAWABLE = "□"
"""In the place of a letter that no font of the pictures has."""

MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
TONES = ("#12507b", "#b3471d", "#1f7a5c", "#8c5a9e", "#a67c00", "#3d8ec4", "#5b3a1e", "#c2588a")


@dataclass(frozen=True)
class ClassStyle:
    """Tone, mark and words of a class."""

    tone: str
    mark: str
    name: str


def class_style(name: str) -> ClassStyle:
    """The look of a class, the same in every picture and report."""
    classes = get_args(MainClass)
    if name not in classes:
        return ClassStyle(FAINT, "o", words(name) if name else NO_CLASS)
    place = classes.index(name)
    return ClassStyle(TONES[place % len(TONES)], MARKS[place], words(name))


def label(name: str, longest: int) -> str:
    """A name as a picture can bear it: at most so many letters, its end kept, without letters that cannot be drawn."""
    clean = " ".join(printable(name).split())
    if len(clean) > longest:
        tail = longest // 3
        clean = f"{clean[: longest - tail - 1]}…{clean[-tail:]}"
    return "".join(letter if ord(letter) in drawable_letters() else NOT_DRAWABLE for letter in clean)


def capital(text: str) -> str:
    """A text with a capital first letter, the others as they are."""
    return text[:1].upper() + text[1:]
