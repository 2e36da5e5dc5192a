"""Examples of properties are the same whatever ran before in the same process: no literal of the code is among them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LITERAL = 918_273_645_546_372_819


def test_literals_of_imported_modules_are_no_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lies in the range asked for would be drawn in every twentieth example or so."""
    path = tmp_path / "of_the_project.py"
    path.write_text(f"LITERAL = {LITERAL}\n", "utf-8")
    described = importlib.util.spec_from_file_location(path.stem, path)
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, path.stem, module)
    drawn: list[int] = []

    @settings(max_examples=300)
    @given(st.integers(LITERAL - 10**12, LITERAL + 10**12))
    def draw(number: int) -> None:
        drawn.append(number)

    draw()
    assert len(drawn) > 200
    assert LITERAL not in drawn
