"""Two groups compared by permutation: literal inputs and properties."""

from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.permutation import (
    compare_ranks,
    compare_values,
    simulated_ranks,
    simulated_values,
    smallest_attainable,
)


def test_complete_separation_reaches_the_smallest_attainable() -> None:
    first = np.arange(9) < 3
    found = compare_values([9.5, 8, 7, 1, 2, 3, 4, 5, 6], first)
    assert found.p_increasing == pytest.approx(1 / comb(9, 3), rel=1e-13)
    assert smallest_attainable(first) == pytest.approx(1 / comb(9, 3), rel=1e-13)


def test_two_cohorts_of_three_cannot_go_below_five_percent() -> None:
    assert smallest_attainable([True] * 3 + [False] * 3) == pytest.approx(0.05)


def test_strata_multiply_their_arrangements() -> None:
    first, strata = [True, True, False, False] * 2, ["a"] * 4 + ["b"] * 4
    assert smallest_attainable(first, strata) == pytest.approx(1 / 36)
    found = compare_ranks([4, 3, 2, 1, 40, 30, 20, 10], first, strata)
    assert found.p_increasing == pytest.approx(1 / 36)
    assert found.statistic == 14
    assert found.mean == pytest.approx(10)


def test_a_difference_between_strata_alone_is_none() -> None:
    found = compare_values([1, 1, 100, 100], [True, False, True, False], [1, 1, 2, 2])
    assert (found.p_increasing, found.p_decreasing) == (1, 1)


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans(), st.integers(0, 1)), min_size=2, max_size=10).filter(
        lambda rows: 0 < sum(first for _, first, _ in rows) < len(rows)
    ),
    st.sampled_from([compare_values, compare_ranks]),
)
def test_swapping_groups_turns_the_tails_around(rows: list[tuple[int, bool, int]], test: Callable[..., object]) -> None:
    values, first, strata = map(np.array, zip(*rows, strict=True))
    one, other = vars(test(values, first, strata)), vars(test(values, ~first, strata))
    assert one["p_increasing"] == pytest.approx(other["p_decreasing"], rel=1e-9)
    assert one["p_distance"] == pytest.approx(other["p_distance"], rel=1e-9)
    assert one["variance"] == pytest.approx(other["variance"], rel=1e-9, abs=1e-9)
    assert one["p_increasing"] + one["p_decreasing"] >= 1 - 1e-12


def test_simulation_agrees_within_its_error() -> None:
    values, first, strata = [3, 1, 4, 1, 5, 9, 2, 6, 5], np.arange(9) % 2 == 0, [1, 1, 1, 1, 2, 2, 2, 2, 2]
    for exact, simulated in ((compare_values, simulated_values), (compare_ranks, simulated_ranks)):
        p = exact(values, first, strata).p_distance
        found = simulated(values, first, strata, permutations=2000, seed=3)
        assert abs(found.p_distance - p) < 4.5 * max(found.error, 1e-3)
        assert found == simulated(values, first, strata, permutations=2000, seed=3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare_values([1, 2], [True, True]), "both groups"),
        (lambda: compare_values([1, 2], [1, 0]), "boolean"),
        (lambda: compare_ranks([1, float("nan")], [True, False]), "finite"),
        (lambda: compare_ranks([1, 2], [True, False], [1]), "shapes"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
