"""The fonts that drawings are lettered with: the one that comes along, and those of the machine for further letters."""

from __future__ import annotations

import warnings
from functools import cache

OWN_FONT = "DejaVu Sans"
"""Latin, Greek, Cyrillic, Hebrew and Arabic letters, the same on every machine."""
FURTHER_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK KR", "Source Han Sans",
    "Hiragino Sans", "PingFang SC", "PingFang HK", "Apple SD Gothic Neo", "AppleGothic", "Arial Unicode MS",
    "Yu Gothic", "MS Gothic", "Microsoft YaHei", "Microsoft JhengHei", "SimHei", "Malgun Gothic",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "NanumGothic", "IPAexGothic",
    "Noto Sans Thai", "Tahoma", "Noto Sans Devanagari", "Nirmala UI", "Noto Sans Bengali", "Noto Sans Tamil",
    "Noto Sans Ethiopic", "Ebrima", "Noto Sans Symbols2", "Segoe UI Symbol", "Unifont",
)  # fmt: skip
"""Fonts that systems come with, for letters that the own font lacks: the first that has one draws it."""


@cache
def font_families() -> tuple[str, ...]:
    """The own font, and which of the further ones this machine has."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return (OWN_FONT, *(name for name in FURTHER_FONTS if name in installed))


@cache
def drawable_letters() -> frozenset[int]:
    """The letters that any of these fonts has."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset().union(*(get_font(findfont(name)).get_charmap() for name in font_families()))


def say_nothing_of_missing_letters() -> None:
    """A letter that no font has is drawn as a box, which is seen; a warning on the screen would help nobody."""
    warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from", category=UserWarning)
