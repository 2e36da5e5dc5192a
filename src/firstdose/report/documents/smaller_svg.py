"""The plotting library's drawings in fewer letters: they look the same, and files that hold them stay small."""

from __future__ import annotations

import re

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PATH = re.compile(r'\bd="([^"]*)"')
NUMBER = re.compile(r"-?\d+\.\d+")
PLACE = re.compile(r'\b(?:x|y)="-?\d+\.\d+"|translate\([^)]*\)|rotate\([^)]*\)')
TURN = re.compile(r"(?:translate|scale|rotate)\([^)]*\)")
STYLE = re.compile(r'style="([^"]*)"')
SEGMENT = re.compile(r"([A-Za-z])([^A-Za-z]*)")
USED = re.compile(r'(?:href="#|url\(#)([^")]+)')
MOVED_GLYPH = re.compile(r'(<use xlink:href="#[^"]*") transform="translate\((-?[\d.]+),0\)"')
GROUP = re.compile(r'<g id="([^"]+)">')
GROUP_EDGE = re.compile(r"</?g\b[^>]*>")
NAME = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')
ALIKE = re.compile(r'<use ([^>]*) style="([^"]*)"/>(?:\n<use [^>]* style="\2"/>){2,}')
BETWEEN = re.compile(r">\s+<")

DECIMALS = 2
"""Of a place in points, of which 72 make an inch: finer than any printer."""


def smaller(svg: str) -> str:
    """The same drawing without comments, names that nothing points to, and digits that nobody can see."""
    text = COMMENT.sub("", svg)
    text = PATH.sub(lambda found: f'd="{_path(found[1])}"', text)
    text = PLACE.sub(lambda found: _rounded(found[0]), text)
    text = TURN.sub(lambda found: found[0].replace(" ", ","), text)
    text = STYLE.sub(lambda found: f'style="{found[1].replace(": ", ":").replace("; ", ";").strip(" ;")}"', text)
    text = MOVED_GLYPH.sub(r'\1 x="\2"', text)
    pointed = set(USED.findall(text))
    text = GROUP.sub(lambda found: found[0] if found[1] in pointed else "<g>", text)
    text = BETWEEN.sub(">\n<", _without_bare_groups(text))
    return _with_short_names(_with_shared_styles(text))


def _without_bare_groups(text: str) -> str:
    """Without groups that say nothing of what they hold."""
    is_said: list[bool] = []

    def edge(found: re.Match[str]) -> str:
        if found[0].startswith("</"):
            return found[0] if is_said.pop() else ""
        if found[0].endswith("/>"):
            return found[0]
        is_said.append(found[0] != "<g>")
        return found[0] if is_said[-1] else ""

    return GROUP_EDGE.sub(edge, text)


def _path(path: str) -> str:
    """A path, its numbers rounded; level and upright lines by one number; a letter once for like steps in a row."""
    steps = []
    before = ""
    place = ("", "")
    for letter, numbers in SEGMENT.findall(path):
        values = _rounded(numbers).split()
        shown = letter
        if letter == "L" and values[1] == place[1]:
            shown, text = "H", values[0]
        elif letter == "L" and values[0] == place[0]:
            shown, text = "V", values[1]
        else:
            text = ",".join(values)
        # Numbers after those of a move are lines to where they say.
        is_same = (shown in "LQC" and before == shown) or (shown == "L" and before == "M")
        steps.append(f",{text}" if is_same else f"{shown}{text}")
        before, place = shown, (values[-2], values[-1]) if values else ("", "")
    return "".join(steps)


def _with_short_names(text: str) -> str:
    """The drawing with what is pointed to named by numbers, in their order."""
    names = dict.fromkeys(USED.findall(text))
    short = {name: f"n{number}" for number, name in enumerate(names)}
    return NAME.sub(lambda found: f"{found[1]}{short.get(found[2], found[2])}", text)


def _with_shared_styles(text: str) -> str:
    """The drawing with the style of many like marks in a row said once, around them."""
    return ALIKE.sub(lambda found: f'<g style="{found[2]}">{found[0].replace(_style(found[2]), "")}</g>', text)


def _style(style: str) -> str:
    return f' style="{style}"'


def _rounded(text: str) -> str:
    return NUMBER.sub(lambda found: _number(float(found[0])), text)


def _number(value: float) -> str:
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
