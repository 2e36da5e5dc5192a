"""Cells that a spreadsheet program opens without computing anything: reversible, and numbers stay numbers.

A cell that a program would take for a formula gets an apostrophe in front, and so does one that begins with an
apostrophe: taking one apostrophe away from each cell that begins with one gives back exactly what was entered.
"""

from __future__ import annotations

import re

import polars as pl

MARK = "'"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", MARK)
"""How a cell begins that may be computed; the wide forms of the signs are read as the signs themselves."""
NUMBER = r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?"
RULE = (
    "A cell that begins with =, +, -, @, a tab or a line's end, and is no number, has an apostrophe in front, and so "
    "has one that begins with an apostrophe. Take one apostrophe away from each cell that begins with one."
)
_NUMBER = re.compile(NUMBER, re.ASCII)
_DANGEROUS = r"\A *[" + re.escape("".join(DANGEROUS)) + "]"
_ONLY_NUMBER = rf"\A{NUMBER}\z"


def safe_cell(text: str) -> str:
    """A text as a cell that nothing computes."""
    first = text.lstrip(" ")
    return MARK + text if first.startswith(DANGEROUS) and not _NUMBER.fullmatch(text) else text


def original_cell(cell: str) -> str:
    """The text that a cell was made of."""
    return cell.removeprefix(MARK)


def safe_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose texts are cells that nothing computes, each as by `safe_cell`; other columns stay as they are."""
    text = pl.col(pl.String)
    is_computed = text.str.contains(_DANGEROUS) & ~text.str.contains(_ONLY_NUMBER)
    return frame.with_columns(pl.when(is_computed).then(pl.lit(MARK) + text).otherwise(text).name.keep())
