"""Texts of a frame become cells that no spreadsheet program computes, and can be had back."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from firstdose.records.spreadsheets import original_cell, safe_cell, safe_frame

TEXTS = st.one_of(st.text(), st.text(alphabet="=+-@'\t\r\n ＝＋－＠0123456789.,eE٣a"))


@given(st.lists(st.one_of(st.none(), TEXTS)))
@example(["=1+1", " =1", "-5", "-5.2e-3", "-٣", "'a", "'", "", "5\n", "-5\n", None, "+", "＝1"])
def test_a_frame_is_made_safe_as_each_cell_is(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"name": texts, "number": [-1.5] * len(texts)}, schema={"name": pl.String, "number": float})
    safe = safe_frame(frame)
    assert safe["name"].to_list() == [None if text is None else safe_cell(text) for text in texts]
    assert [None if cell is None else original_cell(cell) for cell in safe["name"]] == texts
    assert safe["number"].to_list() == frame["number"].to_list()


def test_formulas_are_marked_and_negative_numbers_are_not() -> None:
    safe = safe_frame(pl.DataFrame({"name": ["=cmd|' /C calc'!A0", "-5.2", "alanine"]}))
    assert safe["name"].to_list() == ["'=cmd|' /C calc'!A0", "-5.2", "alanine"]
