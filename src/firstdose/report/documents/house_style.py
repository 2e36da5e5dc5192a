"""A sponsor's own look for reports: logo, font, colour and wording, read from a file as strictly as a protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Annotated

from firstdose.protocol.companion import read_companion, text_of_companion
from firstdose.protocol.meaning import Meaning, Text, part
from firstdose.protocol.problems import Finding, ProblemsFound
from firstdose.report.documents.house_style_files import FileRefused, Font, read_font, read_logo

WHAT = "style"
SMALLEST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA), text of ordinary size."""
PAPERS = {"accent": "#ffffff", "accent_dark": "#15181c"}
"""The paper that each colour is read on, as in report.css."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LONGEST_WORDS = 200


@part
class LogoFile:
    """The sponsor's logo."""

    file: Annotated[Text, Meaning("SVG or PNG file, from the folder of the style file.", example="logo.svg")]
    words: Annotated[Text, Meaning("What the logo says, for those who do not see it.", example="Example Foundation")]


@part
class FontFile:
    """The font of all text, in pages and PDF."""

    file: Annotated[Text, Meaning("TrueType or OpenType file, from the folder of the style file.", example="house.ttf")]


@part
class Colours:
    """Colours of headings and links; each must be legible on its paper (contrast of at least 4.5 to 1)."""

    accent: Annotated[Text | None, Meaning("On white paper, as six hexadecimal digits.", example="#12507b")] = None
    accent_dark: Annotated[Text | None, Meaning("On dark screens.", example="#8ec3ea")] = None


@part
class Wording:
    """Words that take the place of the report's own."""

    report: Annotated[Text | None, Meaning("In place of “Trial report”.")] = None
    pack: Annotated[Text | None, Meaning("In place of “Pack for the safety committee”.")] = None
    timeline: Annotated[Text | None, Meaning("In place of “Timeline of one person”.")] = None
    sponsor: Annotated[Text | None, Meaning("Name of the sponsor, told on top of everything.")] = None
    confidential: Annotated[Text | None, Meaning("A sentence on confidentiality, told on top of everything.")] = None
    footer: Annotated[Text | None, Meaning("Put before the footer of every page.")] = None


@part
class StyleSections:
    """Everything that a style file may hold."""

    logo: Annotated[LogoFile | None, Meaning("The logo.")] = None
    font: Annotated[FontFile | None, Meaning("The font.")] = None
    colours: Annotated[Colours | None, Meaning("The colours.")] = None
    wording: Annotated[Wording | None, Meaning("The wording.")] = None


@dataclass(frozen=True)
class HouseStyle:
    """The look as it is used: the logo as SVG that cannot act, the font, colours and words; all empty by default."""

    logo: str = ""
    logo_words: str = ""
    font: Font | None = None
    accent: str = ""
    accent_dark: str = ""
    wording: Wording = field(default_factory=Wording)


DEFAULT = HouseStyle()


def read_style(path: str | PathLike[str]) -> HouseStyle:
    """Read a style file and the files that it names; ProblemsFound holds every problem if there is any."""
    file = fspath(path)
    read = read_companion(text_of_companion(path, WHAT), file, WHAT, StyleSections)
    sections = read.sections
    findings = [*_colour_findings(sections.colours), *_word_findings(sections)]
    logo, font = "", None
    try:
        logo = read_logo(Path(file).parent / sections.logo.file) if sections.logo else ""
    except FileRefused as refused:
        findings.append(Finding("logo.file", sections.logo.file if sections.logo else "", refused.rule, refused.fix))
    try:
        font = read_font(Path(file).parent / sections.font.file) if sections.font else None
    except FileRefused as refused:
        findings.append(Finding("font.file", sections.font.file if sections.font else "", refused.rule, refused.fix))
    if findings:
        raise ProblemsFound(finding.at(read.places) for finding in findings)
    colours = sections.colours or Colours()
    words = sections.logo.words if sections.logo else ""
    return HouseStyle(logo, words, font, colours.accent or "", colours.accent_dark or "", sections.wording or Wording())


def _colour_findings(colours: Colours | None) -> Iterator[Finding]:
    for name, paper in PAPERS.items() if colours else ():
        value = getattr(colours, name)
        if value is None:
            continue
        if not COLOUR.fullmatch(value):
            yield Finding(
                f"colours.{name}", value, "must be a colour of six hexadecimal digits", 'write it as in "#12507b"'
            )
        elif (found := contrast(value, paper)) < SMALLEST_CONTRAST:
            rule = f"has a contrast of {found:.1f} to 1 on {paper}; text needs at least {SMALLEST_CONTRAST} to 1"
            yield Finding(
                f"colours.{name}", value, rule, "choose a darker tone" if name == "accent" else "choose a lighter tone"
            )


def _word_findings(sections: StyleSections) -> Iterator[Finding]:
    """Words that are too long for their place."""
    texts = (
        {f"wording.{name}": getattr(sections.wording, name) for name in vars(sections.wording or Wording())}
        if sections.wording
        else {}
    )
    if sections.logo:
        texts["logo.words"] = sections.logo.words
    for key, value in texts.items():
        if value is not None and len(value) > LONGEST_WORDS:
            yield Finding(key, value, f"has at most {LONGEST_WORDS} letters", "shorten it")


def contrast(colour: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, from 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
