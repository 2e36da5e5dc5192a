"""Transport files byte by byte as pyreadstat writes them, and numbers as a plain program makes them hexadecimal."""

from __future__ import annotations

import struct
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.cdisc.writing.transport_file import Column, hexadecimal, transport_file

CREATED = datetime(2026, 3, 31, 12, 5, 6)
STAMPS = (144, 160, 464, 480)
"""Where a file holds the times of the library and of its dataset, which pyreadstat takes from the clock."""
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
NUMBERS = st.floats(-1e70, 1e70, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-70)
LARGEST, SMALLEST = 7.2e75, 5.4e-79


def written(frame: pl.DataFrame, labels: list[str]) -> bytes:
    columns = tuple(
        Column(name, label, *(("DATE", 9) if frame.schema[name] == pl.Date else ()))
        for name, label in zip(frame.columns, labels, strict=True)
    )
    return b"".join(transport_file("TEST", "What it is", columns, frame, CREATED))


def by_pyreadstat(frame: pl.DataFrame, labels: list[str], path: Path) -> bytes:
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    pyreadstat.write_xport(
        frame,
        str(path),
        file_label="What it is",
        column_labels=list(labels),
        table_name="TEST",
        file_format_version=5,
        variable_format=dict.fromkeys(dates, "DATE9."),
    )
    content = bytearray(path.read_bytes())
    for place in STAMPS:
        content[place : place + 16] = b"31MAR26:12:05:06"
    return bytes(content)


rows_of_all_kinds = st.lists(
    st.tuples(
        st.none() | ASCII.map(str.rstrip),
        st.none() | NUMBERS,
        st.none() | st.integers(-(2**53), 2**53),
        st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    ),
    min_size=1,
    max_size=20,
)


@given(rows=rows_of_all_kinds)
def test_any_rows_are_the_bytes_of_another_writer(
    rows: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    schema = {"TEXT": pl.String, "NUMBER": pl.Float64, "WHOLE": pl.Int64, "DAY": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    labels = ["A text", "A number", "A whole number", "A day"]
    path = tmp_path_factory.getbasetemp() / "other.xpt"
    other = by_pyreadstat(frame.with_columns(pl.col("WHOLE").cast(pl.Float64)), labels, path)
    assert written(frame, labels) == other


def value_of(word: int) -> Fraction:
    """The number that the bits mean, by the definition of the format."""
    sign, power, fraction = word >> 63, (word >> 56) & 127, word & (2**56 - 1)
    size = Fraction(fraction, 2**56) * (
        Fraction(16 ** (power - 64)) if power >= 64 else Fraction(1, 16 ** (64 - power))
    )
    return -size if sign else size


@given(st.floats(SMALLEST, LARGEST), st.booleans())
def test_a_number_is_held_exactly(number: float, is_negative: bool) -> None:
    signed = -number if is_negative else number
    word = int(hexadecimal(np.array([signed]))[0])
    assert value_of(word) == Fraction(signed)
    assert (word >> 52) & 15, "the first of the hexadecimal digits is not nothing"


@pytest.mark.parametrize("number", [1e75, LARGEST, -LARGEST, SMALLEST, 1.0, 2.0**53])
def test_the_largest_and_the_smallest_numbers_are_held_exactly(number: float) -> None:
    assert value_of(int(hexadecimal(np.array([number]))[0])) == Fraction(number)


def test_nothing_and_zero_are_different() -> None:
    content = written(pl.DataFrame({"NUMBER": [None, 0.0, -0.0]}), ["A number"])
    rows = content[content.index(b"OBS     HEADER") + 60 :]
    assert rows[:24] == b"." + bytes(7) + bytes(16)
    assert rows[24:] == b" " * 56


@pytest.mark.parametrize("number", [1e76, -1e76, 1e-80, float("inf"), float("nan")])
def test_what_the_format_cannot_hold_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        hexadecimal(np.array([number]))


def test_letters_outside_of_ascii_are_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        written(pl.DataFrame({"TEXT": ["Übelkeit"]}), ["A text"])


def test_many_rows_are_written_in_parts_without_a_seam(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = pl.DataFrame({"TEXT": [f"row {number}" for number in range(100)], "NUMBER": [float(n) for n in range(100)]})
    whole = written(frame, ["A text", "A number"])
    monkeypatch.setattr("firstdose.cdisc.writing.transport_file.ROWS_AT_A_TIME", 7)
    assert written(frame, ["A text", "A number"]) == whole
    path = tmp_path / "test.xpt"
    path.write_bytes(whole)
    columns, about = pyreadstat.read_xport(path, encoding="ASCII", output_format="dict")
    assert pl.DataFrame(columns).equals(frame)
    assert struct.unpack(">h", whole[640 + 4 : 640 + 6]) == (6,)
    assert about.column_labels == ["A text", "A number"]
