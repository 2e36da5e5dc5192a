"""Cells of CSV: nothing that a spreadsheet program computes, everything as it was entered, numbers as numbers."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.web.spreadsheets import csv_lines, original_cell, safe_cell

FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "'=1",
    "  =1+1",
    "-",
    "=",
)
NUMBERS = ("-5.2", "-0", "+3", "-1e-3", "12", "-4,5")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_comes_back(text: str) -> None:
    cell = safe_cell(text)
    assert cell == f"'{text}"
    assert original_cell(cell) == text


@pytest.mark.parametrize("text", [*NUMBERS, "fever", "", "a=b", "a-b", "2026-01-31"])
def test_what_computes_nothing_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text
    assert original_cell(text) == text


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert original_cell(safe_cell(text)) == text
    assert not safe_cell(text).lstrip(" ").startswith(("=", "@", "\t", "\r", "\uff1d", "\uff20"))


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2)))
def test_a_table_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    text = b"".join(csv_lines(["one", "=two"], rows)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [[original_cell(cell) for cell in row] for row in read] == [["one", "=two"], *rows]
