"""SAS transport files of version 5 (XPORT), written many rows at a time.

The layout is that of SAS's technical note TS-140: records of 80 bytes, a description of 140 bytes for each variable,
then the rows without anything between them. Numbers are IBM's hexadecimal ones of 64 bits, which hold every double
within their range exactly.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

RECORD, DESCRIPTION = 80, 140
ROWS_AT_A_TIME = 50_000
MISSING = b"." + bytes(7)
WIDTH_OF_NUMBER = 8
DAYS_FROM_1960_TO_1970 = 3653
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SYSTEM = b"6.06    bsd4.2  "
"""Release and operating system, which the layout asks for; these are the ones that other free writers state."""
NUMBER, TEXT = 1, 2


@dataclass(frozen=True)
class Column:
    """One variable: its name, its label, and for dates the name of the format and its width."""

    name: str
    label: str
    display_format: str = ""
    display_width: int = 0


def transport_file(
    name: str, label: str, columns: tuple[Column, ...], frame: pl.DataFrame, created: datetime
) -> Iterator[bytes]:
    """The file in parts; numbers are doubles, whole numbers and days.

    ValueError for letters outside of ASCII, and for numbers that the format cannot hold.
    """
    widths = [_width(frame[each.name]) for each in columns]
    stamp = f"{created:%d}{MONTHS[created.month - 1]}{created:%y:%H:%M:%S}".encode("ascii")
    yield _header("LIBRARY")
    yield b"SAS     SAS     SASLIB  " + SYSTEM + b" " * 24 + stamp + stamp.ljust(RECORD)
    yield _header("MEMBER", "000000000000000001600000000140") + _header("DSCRPTR")
    yield b"SAS     " + _text(name, 8) + b"SASDATA " + SYSTEM + b" " * 24 + stamp
    yield stamp + b" " * 16 + _text(label, 40) + b" " * 8
    yield _header("NAMESTR", f"000000{len(columns):04}".ljust(30, "0"))
    yield _filled(b"".join(_descriptions(columns, frame, widths)))
    yield _header("OBS")
    parts = [_rows(frame[start : start + ROWS_AT_A_TIME], columns, widths) for start in _starts(frame.height)]
    yield from parts
    yield b" " * (-sum(map(len, parts)) % RECORD)


def hexadecimal(numbers: np.ndarray) -> np.ndarray:
    """Doubles as IBM's hexadecimal numbers, in words of 64 bits; ValueError for those that are beyond its range.

    A number is sign, 16 to a power (with 64 added), and a fraction from 1/16 to 1 in 56 bits.
    """
    fraction, power = np.frexp(np.abs(numbers))
    sixteens = -(-power // 4)
    is_zero = numbers == 0
    stored = np.where(is_zero, 0, sixteens + 64)
    if not np.isfinite(numbers).all() or (stored < 0).any() or (stored > 127).any():
        raise ValueError("a transport file cannot hold this number")
    bits = np.ldexp(fraction, 56 + power - 4 * sixteens).astype(np.uint64)
    sign = np.where((numbers < 0) & ~is_zero, np.uint64(1) << np.uint64(63), np.uint64(0))
    words: np.ndarray = sign | (stored.astype(np.uint64) << np.uint64(56)) | bits
    return words


def _starts(height: int) -> range:
    """The first row of each part."""
    return range(0, height, ROWS_AT_A_TIME)


def _header(kind: str, numbers: str = "0" * 30) -> bytes:
    """The record before each part of the file."""
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode("ascii")


def _text(text: str, width: int) -> bytes:
    """A text with blanks behind it."""
    return text.encode("ascii").ljust(width)


def _filled(content: bytes) -> bytes:
    """Content with blanks up to the end of its last record."""
    return content + b" " * (-len(content) % RECORD)


def _width(values: pl.Series) -> int:
    """How many bytes a variable takes in each row."""
    if values.dtype != pl.String:
        return WIDTH_OF_NUMBER
    longest = values.str.len_bytes().max()
    return max(1, longest) if isinstance(longest, int) else 1


def _descriptions(columns: tuple[Column, ...], frame: pl.DataFrame, widths: list[int]) -> Iterator[bytes]:
    """What the file says of each variable."""
    place = 0
    for number, (each, width) in enumerate(zip(columns, widths, strict=True), start=1):
        kind = TEXT if frame.schema[each.name] == pl.String else NUMBER
        is_to_the_right = int(kind == NUMBER)
        yield (
            struct.pack(">4h", kind, 0, width, number)
            + _text(each.name, 8)
            + _text(each.label, 40)
            + _text(each.display_format, 8)
            + struct.pack(">4h", each.display_width, 0, is_to_the_right, 0)
            + b" " * 8
            + struct.pack(">2hi", 0, 0, place)
        ).ljust(DESCRIPTION, b"\0")
        place += width


def _rows(frame: pl.DataFrame, columns: tuple[Column, ...], widths: list[int]) -> bytes:
    """Rows one after the other."""
    content = np.empty((frame.height, sum(widths)), np.uint8)
    place = 0
    for each, width in zip(columns, widths, strict=True):
        values = frame[each.name]
        made = _texts(values, width) if values.dtype == pl.String else _numbers(values)
        content[:, place : place + width] = made
        place += width
    return content.tobytes()


def _texts(values: pl.Series, width: int) -> np.ndarray:
    """Texts as bytes, a row each, with blanks behind them."""
    together = "".join(values.fill_null("").str.pad_end(width).to_list()).encode("ascii")
    return np.frombuffer(together, np.uint8).reshape(len(values), width)


def _numbers(values: pl.Series) -> np.ndarray:
    """Numbers as bytes, a row each; a day is counted from 1960, and nothing is SAS's missing value."""
    if values.dtype == pl.Date:
        values = values.cast(pl.Int32) + DAYS_FROM_1960_TO_1970
    words = hexadecimal(values.cast(pl.Float64).fill_null(0).to_numpy())
    content = words.astype(">u8").view(np.uint8).reshape(len(values), WIDTH_OF_NUMBER)
    content[values.is_null().to_numpy()] = np.frombuffer(MISSING, np.uint8)
    return content
