"""At which level a participant counts, and a cohort by those levels: worked out by hand."""

from __future__ import annotations

import pytest

from firstdose.designs.history import History, parse_outcomes
from firstdose.dosing import by_level, level_counted, level_given, with_open_place
from tests.dosing.trial import protocol

PLAIN = protocol()


@pytest.mark.parametrize(
    ("dose", "level"), [(5.0, 1), (4.5, 1), (4.4, None), (9.0, 2), (7.0, None), (26.4, 4), (None, None)]
)
def test_the_level_given_is_that_whose_dose_lies_within_ten_per_cent(dose: float | None, level: int | None) -> None:
    assert level_given(PLAIN, dose) == level


@pytest.mark.parametrize(
    ("assigned", "given", "has_dlt", "counted"),
    [
        (2, 1, True, 1), (2, 1, False, 2), (2, 1, None, 2), (2, None, True, 2), (2, 2, True, 2), (None, 1, True, 1),
        (None, 1, False, None),
    ],
)  # fmt: skip
def test_only_a_dlt_counts_at_the_level_given(
    assigned: int | None, given: int | None, has_dlt: bool | None, counted: int | None
) -> None:
    assert level_counted(assigned, given, has_dlt) == counted


def test_the_own_level_comes_last_and_everyone_keeps_their_order() -> None:
    levels = {"a": 2, "b": 3, "c": 1, "d": 2, "e": None, "f": 3}
    assert by_level(2, list(levels), levels.get) == [(3, ["b", "f"]), (1, ["c"]), (2, ["a", "d"])]
    # where nobody counts at the cohort's own level, the rule decides from the lowest
    assert [level for level, _ in by_level(4, list(levels), levels.get)] == [3, 2, 1]
    assert by_level(2, [], levels.get) == []


@pytest.mark.parametrize(
    ("before", "after"), [("1NNN 2T", "1NNN 2T?"), ("1NNN 2T?", "1NNN 2T?"), ("1NNN 1T", "1NNN 1T+ 2?")]
)
def test_a_place_is_open_at_the_level_of_the_last_cohort(before: str, after: str) -> None:
    assert str(with_open_place(parse_outcomes(before, 4), 2)) == after
    assert str(with_open_place(History(), 2)) == "2?"
