"""Logo and font files of a house style: what is read of them, and what is refused because it could act."""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Tree

LARGEST_LOGO, LARGEST_FONT, MOST_ELEMENTS = 500_000, 5_000_000, 5_000
MOST_DOTS = 4_000
PNG = b"\x89PNG\r\n\x1a\n"
FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan")
ABOUT_SHAPES = ("svg", "g", "defs", "linearGradient", "radialGradient", "stop", "clipPath", "title", "desc")
ELEMENTS = frozenset((*SHAPES, *ABOUT_SHAPES))
"""Elements of SVG that only draw. Styles, scripts, images, links, animations and foreign content are none of them, nor
is `use`, which can multiply a drawing without end."""
ACTING = ("javascript:", "@import", "\\")
"""Parts of values that lead elsewhere; a backslash may hide one."""
FAMILY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}")


class FileRefused(Exception):
    """A file cannot be used: the rule that it breaks, and what to do."""

    def __init__(self, rule: str, fix: str) -> None:
        super().__init__(rule)
        self.rule, self.fix = rule, fix


@dataclass(frozen=True)
class Font:
    """A font: its family, its file, and its content."""

    family: str
    path: Path
    content: bytes

    @property
    def address(self) -> str:
        """The font as an address that holds it."""
        return f"data:font/sfnt;base64,{base64.b64encode(self.content).decode('ascii')}"


def read_logo(path: Path) -> str:
    """A logo as SVG; a PNG is put into one. Raises FileRefused for what is no logo or could act."""
    content = _content(path, LARGEST_LOGO)
    return _wrapped(content) if content.startswith(PNG) else _harmless(content)


def read_font(path: Path) -> Font:
    """A font with the name of its family. Raises FileRefused for what is no font."""
    content = _content(path, LARGEST_FONT)
    if not content.startswith(FONTS):
        raise FileRefused("is neither a TrueType nor an OpenType font", "name a .ttf or .otf file")
    from matplotlib.ft2font import FT2Font

    try:
        family = str(FT2Font(str(path)).family_name)
    except (OSError, RuntimeError, ValueError) as error:
        raise FileRefused(f"cannot be read as a font: {error}", "name another .ttf or .otf file") from None
    if not FAMILY.fullmatch(family):
        raise FileRefused("names its family with other letters than A to Z, digits and spaces", "use another font")
    return Font(family, path.resolve(), content)


def _content(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FileRefused(f"cannot be read: {reason}", "check the name; it counts from the style file") from None
    if len(content) > largest:
        raise FileRefused(f"has at most {largest:,} bytes", "make the file smaller")
    return content


def _wrapped(content: bytes) -> str:
    """A PNG inside an SVG of the same size."""
    if len(content) < 24 or content[12:16] != b"IHDR":
        raise FileRefused("is not a whole PNG", "save it again")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MOST_DOTS and 0 < height <= MOST_DOTS):
        raise FileRefused(f"is {width} by {height} dots; each side has 1 to {MOST_DOTS}", "make the picture smaller")
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    )


def _harmless(content: bytes) -> str:
    """An SVG that only draws, written anew; everything else in the file is a reason to refuse it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("is neither PNG nor SVG in UTF-8", "save it as plain SVG or as PNG") from None
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise FileRefused("declares a document type or entities", "save it as plain SVG")
    try:
        root = Tree.fromstring(text)
    except (Tree.ParseError, ValueError, LookupError) as error:
        raise FileRefused(f"is neither PNG nor well-formed SVG: {error}", "save it as plain SVG or as PNG") from None
    if root.tag != f"{{{SVG}}}svg":
        raise FileRefused("is XML, but no SVG", "save it as plain SVG or as PNG")
    elements = list(root.iter())
    if len(elements) > MOST_ELEMENTS:
        raise FileRefused(f"has more than {MOST_ELEMENTS:,} elements", "simplify the drawing, or save it as PNG")
    if "viewBox" not in root.attrib and not {"width", "height"} <= root.attrib.keys():
        raise FileRefused("says neither its size nor its viewBox", "save it with a viewBox")
    for element in elements:
        _check(element)
    Tree.register_namespace("", SVG)
    return Tree.tostring(root, encoding="unicode")


def _check(element: Tree.Element) -> None:
    """Refuse an element that is not for drawing, and attributes that act or reach outside the file."""
    name = str(element.tag).removeprefix(f"{{{SVG}}}")
    if name not in ELEMENTS:
        raise FileRefused(f"holds <{name[:40]}>, which may act or load something", "remove it; only shapes are allowed")
    for key, value in element.attrib.items():
        plain = re.sub(r"\s", "", value).lower()
        is_link = key in ("href", XLINK)
        is_outside = bool(re.search(r"url\((?!['\"]?#)", plain)) or any(each in plain for each in ACTING)
        if (
            key.lower().startswith("on")
            or (is_link and not plain.startswith("#"))
            or is_outside
            or key.endswith("}base")
        ):
            raise FileRefused(f"<{name}> has {key[:40]}, which acts or leads outside the file", "remove the attribute")
