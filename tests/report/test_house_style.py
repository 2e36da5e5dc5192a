"""A sponsor's style: strict to read, legible by WCAG's own formula, and unable to act or to reach outside the page."""

import re
import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from firstdose.protocol.problems import ProblemsFound
from firstdose.report.committee.pdf import MOST_PAGES, body_pages, fitting_pack
from firstdose.report.documents.blocks import Chapter, Document, Paragraph
from firstdose.report.documents.house_style import DEFAULT, contrast, read_style
from firstdose.report.documents.house_style_pages import PLAIN_PRESS, Press
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.pdf_file import render_pdf
from tests.report.committee_decisions import DATES, decision_at
from tests.report.reference_trial import DAY

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'
DOCUMENT = Document(
    "A title", "Trial report", "A trial", (("Data", "1"),), (Chapter("one", "One", (Paragraph("x"),)),), "foot"
)
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"


def png(width: int = 2, height: int = 1) -> bytes:
    """A PNG of a few dots, by the specification."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\x00" + b"\x20\x60\xa0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(lines)) + part(b"IEND", b"")


def style(folder: Path, text: str, **files: bytes | str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path = folder / "style.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> str:
    with pytest.raises(ProblemsFound) as found:
        read_style(path)
    return str(found.value)


def test_the_default_changes_nothing() -> None:
    assert PLAIN_PRESS.html(DOCUMENT) == render_html(DOCUMENT)
    assert PLAIN_PRESS.pdf(DOCUMENT, DAY) == render_pdf(DOCUMENT, DAY)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#0000ff", 8.59), ("#ff0000", 4.0)],
)
def test_contrast_is_that_of_wcag(colour: str, expected: float) -> None:
    """Published examples: black 21, #767676 the lightest grey that passes AA, blue 8.59 and red 4.00 on white."""
    assert contrast(colour, "#ffffff") == pytest.approx(expected, abs=0.01)


def test_everything_is_applied_to_page_and_pdf(tmp_path: Path) -> None:
    text = (
        "logo: {file: logo.svg, words: Example Foundation}\n"
        f"font: {{file: '{FONT}'}}\n"
        "colours: {accent: '#7a1f1f', accent_dark: '#ffb4a8'}\n"
        "wording: {report: Clinical study report, sponsor: Example <b>, confidential: Not for others., footer: EF}\n"
    )
    press = Press(
        read_style(style(tmp_path, text, logo_svg=SVG.format('<rect width="10" height="10" fill="#7a1f1f"/>')))
    )
    page = press.html(DOCUMENT)
    assert "Clinical study report" in page
    assert "Trial report" not in page
    assert "Example &lt;b&gt;" in page
    assert 'alt="Example Foundation"' in page
    assert "--accent: #7a1f1f" in page
    assert "font-src data:" in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    pdf = press.pdf(DOCUMENT, DAY)
    assert pdf.startswith(b"%PDF")
    assert b"DejaVuSerif" in pdf
    assert b"DejaVuSerif" not in render_pdf(DOCUMENT, DAY)


def test_a_png_is_shown_in_both(tmp_path: Path) -> None:
    press = Press(read_style(style(tmp_path, "logo: {file: logo.png, words: EF}\n", logo_png=png())))
    assert 'class="logo"' in press.html(DOCUMENT)
    assert len(press.pdf(DOCUMENT, DAY)) > len(render_pdf(DOCUMENT, DAY))


def test_the_pack_keeps_to_two_pages_in_a_style(tmp_path: Path) -> None:
    text = "logo: {file: logo.png, words: EF}\nwording: {pack: Data monitoring committee, confidential: Secret.}\n"
    press = Press(read_style(style(tmp_path, text, logo_png=png(40, 20))))
    document, _ = fitting_pack(decision_at(DATES["the middle"]), DAY, (), press.look, press.dressed)
    assert document.heading == "Data monitoring committee"
    assert body_pages(document, press.look) <= MOST_PAGES


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect width="1" height="1" onload="alert(1)"/>',
        '<image href="http://example.org/x.png" width="1" height="1"/>',
        '<image href="data:image/svg+xml;base64,AAAA" width="1" height="1"/>',
        '<a href="http://example.org"><rect width="1" height="1"/></a>',
        '<use href="other.svg#x"/>',
        '<use href="#x"/>',
        "<style>@import url(http://example.org/x.css);</style>",
        '<rect width="1" height="1" fill="url(http://example.org/#x)"/>',
        '<rect width="1" height="1" style="fill: u\\72l(http://example.org)"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<linearGradient id="g" href="http://example.org#g"/>',
        '<linearGradient id="g" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>',
        "<script xmlns='urn:other'/>",
    ],
)
def test_an_svg_that_acts_or_reaches_outside_is_refused(inside: str, tmp_path: Path) -> None:
    found = problems(style(tmp_path, "logo: {file: logo.svg, words: EF}\n", logo_svg=SVG.format(inside)))
    assert "style.yaml:1: logo.file" in found


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<title>&a;</title>"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE svg>' + SVG.format("")).encode("utf-16"),
        "not xml",
        "<html/>",
        SVG.format("<g>"),
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\x89PNG\r\n\x1a\n",
        png(9000, 1),
        SVG.format('<rect width="1" height="1"/>' * 6000),
        b"x" * 600_000,
    ],
)
def test_what_is_no_logo_is_refused(content: bytes | str, tmp_path: Path) -> None:
    assert "logo.file" in problems(style(tmp_path, "logo: {file: logo.svg, words: EF}\n", logo_svg=content))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colours: {accent: '#aaaaaa'}\n", 'style.yaml:1: colours.accent: "#aaaaaa": has a contrast of 2.3 to 1'),
        ("colours: {accent: red}\n", "six hexadecimal digits"),
        ("colours: {accent_dark: '#111111'}\n", "choose a lighter tone"),
        ("colour: {accent: '#000000'}\n", "colours"),
        ("wording: {title: x}\n", "wording"),
        ("wording: {report: " + "x" * 300 + "}\n", "has at most 200 letters"),
        ("logo: {file: none.svg, words: EF}\n", "cannot be read"),
        ("logo: {file: none.svg}\n", "words"),
        ("font: {file: style.yaml}\n", "neither a TrueType nor an OpenType font"),
        ("logo: !!python/object x\n", "style.yaml:1"),
        ("wording: {report: a}\nwording: {report: b}\n", "style.yaml:2"),
        ("- a\n", "style.yaml"),
    ],
)
def test_wrong_styles_name_place_rule_and_fix(text: str, told: str, tmp_path: Path) -> None:
    assert told in problems(style(tmp_path, text))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        style(tmp_path, "logo: {file: none.svg, words: EF}\ncolours: {accent: '#eeeeee', accent_dark: '#000000'}\n")
    )
    assert len(found.splitlines()) == 3


def test_a_style_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such file" in problems(tmp_path / "none.yaml")


def test_an_empty_style_is_told(tmp_path: Path) -> None:
    path = style(tmp_path, "wording: {}\n")
    assert read_style(path) == DEFAULT


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm")
@pytest.mark.parametrize("template", ["report.typ", "pack.typ"])
@pytest.mark.parametrize(("width", "height"), [(900, 100), (60, 240)], ids=["wide", "tall"])
def test_the_logo_never_covers_the_title(width: int, height: int, template: str, tmp_path: Path) -> None:
    """On the printed page: no dark letter lies inside the logo, a field of one plain colour."""
    field = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    field += f'<rect width="{width}" height="{height}" fill="#ff0000"/></svg>'
    look = Press(read_style(style(tmp_path, "logo: {file: logo.svg, words: EF}\n", logo_svg=field))).look
    long_title = replace(DOCUMENT, subtitle="Intrathecal cells in progressive disease, an escalation " * 3)
    (tmp_path / "page.pdf").write_bytes(render_pdf(long_title, DAY, look, template))
    command = ["pdftoppm", "-r", "72", "-f", "1", "-l", "1", "-png", "page.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    dots = np.asarray(matplotlib.image.imread(next(tmp_path.glob("page*.png"))))[..., :3]
    is_red = (dots[..., 0] > 0.9) & (dots[..., 1] < 0.1) & (dots[..., 2] < 0.1)
    rows, columns = np.flatnonzero(is_red.any(axis=1)), np.flatnonzero(is_red.any(axis=0))
    inside = is_red[rows[0] + 1 : rows[-1], columns[0] + 1 : columns[-1]]
    assert inside.size > 100
    assert inside.all()
    beside = dots[rows[0] : rows[-1], : columns[0] - 2].min(axis=2)
    assert (beside < 0.3).any()  # the title stands beside it
