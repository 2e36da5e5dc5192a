"""Benjamini and Hochberg's adjustment, and Holm's: their definitions, and what is missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.false_discovery import benjamini_hochberg, holm


def test_example() -> None:
    """By hand: 4 tests, p times 4 over its rank, never above a later one."""
    np.testing.assert_allclose(benjamini_hochberg([0.01, 0.04, 0.03, 0.5]), [0.04, 4 * 0.04 / 3, 4 * 0.04 / 3, 0.5])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.001, 0.999))
def test_calls_what_the_step_up_rule_calls(p: list[float], level: float) -> None:
    ordered = sorted(p)
    passing = [rank for rank, each in enumerate(ordered, 1) if each * len(p) / rank <= level]
    limit = ordered[max(passing) - 1] if passing else -1.0
    called = benjamini_hochberg(p) <= level
    assert called.tolist() == [each <= limit for each in p]


def test_missing_tests_are_not_counted() -> None:
    nan = float("nan")
    adjusted = benjamini_hochberg([0.01, nan, 0.04, nan])
    np.testing.assert_allclose(adjusted, [0.02, nan, 0.04, nan])
    assert np.isnan(benjamini_hochberg([nan])).all()
    assert len(benjamini_hochberg([])) == 0


@pytest.mark.parametrize("p", [[1.2], [-0.1], [[0.5]]])
def test_no_probabilities(p: list[float]) -> None:
    for adjust in (benjamini_hochberg, holm):
        with pytest.raises(ValueError, match="probabilities"):
            adjust(p)


def test_holm_example() -> None:
    """By hand: p times 4, 3, 2, 1 from the smallest on, never below an earlier one."""
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.01, float("nan"), 0.04]), [0.02, float("nan"), 0.04])
    assert len(holm([])) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.001, 0.999))
def test_holm_calls_what_the_step_down_rule_calls(p: list[float], level: float) -> None:
    """Holm's procedure as published: from the smallest p on, stop at the first that exceeds its share of the level."""
    called = 0
    for rank, each in enumerate(sorted(p)):
        if each * (len(p) - rank) > level:
            break
        called += 1
    assert int((holm(p) <= level).sum()) == called
