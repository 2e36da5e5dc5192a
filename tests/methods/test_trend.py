"""Trend tests on small literal inputs and as properties."""

from collections.abc import Callable
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods._conditional_sums import TooManyArrangements
from firstdose.methods.trend import (
    cochran_armitage,
    jonckheere_terpstra,
    mid_ranks,
    simulated_jonckheere_terpstra,
    simulated_spearman,
    spearman,
)

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=2, max_size=9).filter(
    lambda rows: len({dose for _, dose in rows}) > 1
)


def test_a_perfect_rise_is_one_arrangement_of_all() -> None:
    found = jonckheere_terpstra([1, 2, 3, 4, 5, 6], [5, 5, 10, 10, 16, 16])
    assert found.statistic == 12
    assert found.p_increasing == pytest.approx(1 / (factorial(6) / 8), rel=1e-14)
    assert found.p_decreasing == pytest.approx(1)
    assert found.mean == pytest.approx(6)


def test_values_that_are_all_the_same_tell_nothing() -> None:
    found = jonckheere_terpstra([7, 7, 7, 7], [1, 1, 2, 2])
    assert (found.statistic, found.p_increasing, found.p_decreasing, found.p_doubled, found.p_distance) == (
        2,
        1,
        1,
        1,
        1,
    )


@given(pairs)
def test_turning_the_doses_around_turns_the_tails_around(rows: list[tuple[int, int]]) -> None:
    values, doses = map(np.array, zip(*rows, strict=True))
    for test in (jonckheere_terpstra, spearman):
        if test is spearman and len(set(values)) == 1:
            continue
        found, turned = test(values, doses), test(values, -doses)
        assert turned.p_increasing == pytest.approx(found.p_decreasing, rel=1e-12)
        assert turned.p_decreasing == pytest.approx(found.p_increasing, rel=1e-12)
        assert turned.p_distance == pytest.approx(found.p_distance, rel=1e-12)
        assert found.p_doubled == pytest.approx(min(1, 2 * min(found.p_increasing, found.p_decreasing)))


@given(pairs, st.sampled_from([jonckheere_terpstra, spearman]))
def test_only_the_order_of_values_matters(rows: list[tuple[int, int]], test: Callable[..., object]) -> None:
    values, doses = map(np.array, zip(*rows, strict=True))
    if len(set(values)) > 1:
        assert test(np.exp(values), doses) == test(values, doses)


def test_zero_events_of_15_leave_one_arrangement() -> None:
    found = cochran_armitage([3, 3, 3, 6], [0, 0, 0, 0], [5, 10, 16, 24])
    assert (found.statistic, found.p_increasing, found.p_decreasing, found.variance) == (0, 1, 1, 0)


def test_all_events_at_the_top_dose() -> None:
    found = cochran_armitage([3, 3, 3, 6], [0, 0, 0, 4], [5, 10, 16, 24])
    assert found.p_increasing == pytest.approx(comb(6, 4) / comb(15, 4), rel=1e-13)


@given(
    st.lists(st.integers(0, 6), min_size=3, max_size=5).flatmap(
        lambda sizes: st.tuples(st.just(sizes), st.tuples(*(st.integers(0, size) for size in sizes)))
    ),
    st.floats(-30, 30),
    st.floats(0.1, 9),
)
def test_scores_may_be_moved_and_scaled(counts: tuple[list[int], tuple[int, ...]], shift: float, scale: float) -> None:
    participants, events = map(np.array, counts)
    scores = np.log2([5, 10, 16, 24, 40])[: len(participants)]
    if (participants > 0).sum() < 2:
        return
    one, other = (cochran_armitage(participants, events, some) for some in (scores, shift + scale * scores))
    for name in ("p_increasing", "p_decreasing", "p_distance"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9)


def test_decimal_scores_that_add_up_to_the_same_are_the_same() -> None:
    thirds, whole = (cochran_armitage([4, 4, 4], [1, 1, 2], scores) for scores in ([0.1, 0.2, 0.3], [1, 2, 3]))
    assert thirds.p_increasing == pytest.approx(whole.p_increasing, rel=1e-14)


def test_two_doses_are_fishers_exact_test() -> None:
    found = cochran_armitage([3, 6], [0, 3], [1, 2])
    assert found.p_increasing == pytest.approx(comb(6, 3) / comb(9, 3), rel=1e-14)


def test_spearman_of_equal_order_is_one() -> None:
    found = spearman([1, 2, 3, 4], [10, 20, 30, 40])
    assert found.statistic == pytest.approx(1)
    assert found.p_increasing == pytest.approx(1 / 24)
    assert found.p_distance == pytest.approx(2 / 24)


def test_mid_ranks() -> None:
    assert mid_ranks([3, 1, 3, 2]).tolist() == [3.5, 1, 3.5, 2]


def test_simulation_agrees_within_its_error_and_is_never_zero() -> None:
    values, doses = [6.5, 7, 7.5, 7, 7.5, 8, 7.5, 7.5, 8, 8, 8, 7, 7.5, 8, 6.5], [1] * 3 + [2] * 3 + [3] * 3 + [4] * 6
    exact = jonckheere_terpstra(values, doses)
    found = simulated_jonckheere_terpstra(values, doses, permutations=2000, seed=1)
    assert abs(found.p_distance - exact.p_distance) < 4.5 * found.error
    assert abs(found.p_increasing - exact.p_increasing) < 4.5 * found.error_of(exact.p_increasing)
    perfect = simulated_spearman(range(12), range(12), permutations=200, seed=1)
    assert perfect.p_increasing == pytest.approx(1 / 201)


def test_what_is_too_large_says_so() -> None:
    with pytest.raises(TooManyArrangements, match="simulate instead"):
        spearman(range(20), range(20))
    with pytest.raises(TooManyArrangements, match="simulate instead"):
        jonckheere_terpstra(np.arange(300), np.arange(300) % 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jonckheere_terpstra([1, 2], [1, 1]), "two or more different doses"),
        (lambda: jonckheere_terpstra([1, float("nan")], [1, 2]), "finite number"),
        (lambda: jonckheere_terpstra([1, 2, 3], [1, 2]), "shapes"),
        (lambda: spearman([1, 1], [1, 2]), "one value only"),
        (lambda: cochran_armitage([3, 3], [1, 4], [1, 2]), "4 DLTs in 3"),
        (lambda: cochran_armitage([3, 3], [1, 1], [1, 1]), "different scores"),
        (lambda: cochran_armitage([3, 3], [1, 1], [1, 2, 3]), "shapes"),
        (lambda: cochran_armitage([3, 3], [1, 1], [1, np.inf]), "finite"),
        (lambda: simulated_spearman([1, 2], [1, 2], permutations=0, seed=1), "permutations 0"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
