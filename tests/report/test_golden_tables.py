"""Every table of the virtual reference trial says what it said; `golden_tables.py` tells how to renew the texts."""

from difflib import unified_diff

import pytest

from tests.report.golden_tables import GOLDEN, texts

MOST_LINES = 60
LARGEST = 300_000
"""Bytes that all texts together may have."""


def kept() -> list[str]:
    return sorted(path.name for path in GOLDEN.glob("*.txt"))


def test_every_chapter_has_its_text_and_all_of_them_stay_small() -> None:
    assert sorted(texts()) == kept()
    assert sum(path.stat().st_size for path in GOLDEN.glob("*.txt")) <= LARGEST


@pytest.mark.parametrize("name", kept())
def test_the_tables_of_a_chapter_say_what_they_said(name: str) -> None:
    before, now = (GOLDEN / name).read_text("utf-8"), texts().get(name, "")
    if before == now:
        return
    difference = list(unified_diff(before.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=1))
    more = [f"... {len(difference) - MOST_LINES} lines more"] if len(difference) > MOST_LINES else []
    pytest.fail(f"the tables of {name} changed:\n" + "\n".join([*difference[:MOST_LINES], *more]), pytrace=False)
