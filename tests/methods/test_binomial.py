"""Posterior tails and intervals of one rate, on small literal inputs and as properties."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.binomial import (
    Interval,
    clopper_pearson,
    jeffreys,
    largest_undetected_rate,
    probability_above,
    probability_of_at_least_one,
    wilson,
)

INTERVALS = [clopper_pearson, wilson, jeffreys]
counts = st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
rates = st.floats(0, 1)


def test_probability_above_of_a_uniform_posterior_is_the_complement() -> None:
    np.testing.assert_allclose(probability_above(0.3, [[0, 0]], [[0, 0]]), [[0.7, 0.7]], rtol=1e-15)


def test_probability_above_in_closed_form() -> None:
    np.testing.assert_allclose(probability_above(0.3, [3, 3], [0, 3]), [0.7**4, 1 - 0.3**4], rtol=1e-14)


def test_many_states_give_the_figures_of_each_state_alone() -> None:
    participants, dlts = np.divmod(np.arange(5000) % 49, 7)
    dlts = np.minimum(participants, dlts)
    together = probability_above(0.25, participants, dlts)
    alone = [float(probability_above(0.25, n, t)) for n, t in zip(participants, dlts, strict=True)]
    assert together.tolist() == alone


@given(counts, rates)
def test_one_more_dlt_makes_a_high_rate_more_probable(count: tuple[int, int], threshold: float) -> None:
    participants, dlts = count
    fewer, more = probability_above(threshold, participants + 1, np.array([dlts, dlts + 1]))
    assert fewer <= more


@pytest.mark.parametrize("interval", INTERVALS)
@given(counts, st.floats(0.5, 0.999))
def test_intervals_hold_the_observed_rate_and_turn_around(
    interval: Callable[..., Interval], count: tuple[int, int], certainty: float
) -> None:
    participants, events = count
    lower, upper = interval(participants, events, certainty=certainty)
    assert 0 <= lower <= upper <= 1
    if interval is not jeffreys and participants:
        assert lower <= events / participants <= upper
    turned = interval(participants, participants - events, certainty=certainty)
    np.testing.assert_allclose([1 - turned[1], 1 - turned[0]], [lower, upper], atol=1e-9)


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_one_sided_limit_is_that_of_the_two_sided_interval_with_twice_the_error(
    interval: Callable[..., Interval],
) -> None:
    participants, events = np.array([3, 6, 15, 15]), np.array([0, 1, 7, 15])
    lower, upper = interval(participants, events, certainty=0.9)
    zero, upper_alone = interval(participants, events, certainty=0.95, side="upper")
    lower_alone, one = interval(participants, events, certainty=0.95, side="lower")
    np.testing.assert_allclose(upper_alone, upper, rtol=1e-12)
    np.testing.assert_allclose(lower_alone, lower, rtol=1e-12)
    assert not zero.any()
    assert (one == 1).all()


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
def test_nobody_observed_excludes_nothing(interval: Callable[..., Interval]) -> None:
    assert [float(limit) for limit in interval(0, 0)] == [0, 1]


def test_zero_events_leave_these_rates_possible() -> None:
    percent = 100 * largest_undetected_rate([0, 3, 6, 15])
    assert percent.round(1).tolist() == [100, 63.2, 39.3, 18.1]


@given(st.integers(0, 200), st.floats(0.5, 0.999))
def test_largest_undetected_rate_is_the_exact_limit_at_zero_events(n: int, certainty: float) -> None:
    _, upper = clopper_pearson(n, 0, certainty=certainty, side="upper")
    assert largest_undetected_rate(n, certainty) == pytest.approx(float(upper), rel=1e-10)


@given(st.integers(1, 200), st.floats(0.5, 0.999))
def test_the_largest_undetected_rate_is_detected_with_the_certainty(n: int, certainty: float) -> None:
    rate = largest_undetected_rate(n, certainty)
    assert probability_of_at_least_one(rate, n) == pytest.approx(certainty, rel=1e-10)


def test_probability_of_at_least_one_broadcasts_and_knows_its_ends() -> None:
    expected = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.75], [0.0, 1.0, 1.0]]
    rate = np.array([[0.0], [0.5], [1.0]])
    np.testing.assert_allclose(probability_of_at_least_one(rate, [0, 1, 2]), expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("participants", "dlts", "message"),
    [
        ([3, 3], [0, 4], r"at \(1,\): 4 DLTs in 3 participants"),
        (3, -1, "-1 DLTs"),
        (3, 0.5, "dlts must be whole numbers"),
        (float("nan"), 0, "participants must be whole numbers"),
        ("3", 0, "participants must be whole numbers"),
    ],
)
def test_what_are_no_counts_is_refused(participants: object, dlts: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        probability_above(0.3, participants, dlts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: probability_above(1.2, 3, 1), "threshold 1.2"),
        (lambda: probability_above(0.3, 3, 1, prior=(0, 1)), "two positive numbers"),
        (lambda: clopper_pearson(3, 1, certainty=1.0), "certainty 1.0"),
        (lambda: wilson(3, 1, side="left"), "side 'left'"),  # type: ignore[arg-type]
        (lambda: probability_of_at_least_one(1.5, 3), "between 0 and 1"),
        (lambda: largest_undetected_rate(-1), "-1 participants"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_whole_numbers_may_come_as_floats() -> None:
    assert probability_above(0.3, 3.0, 0.0) == probability_above(0.3, 3, 0)
    assert probability_above(0.3, [], []).shape == (0,)
