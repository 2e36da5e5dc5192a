"""Rates per time at risk: literal inputs and properties."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.rates import clustered_rate, garwood, rate_ratio_central, rate_ratio_minlike

RATIOS = [rate_ratio_central, rate_ratio_minlike]


def test_zero_events_in_closed_form() -> None:
    lower, upper = garwood(0, [15.0, 30.0], certainty=0.95, side="upper")
    np.testing.assert_allclose(upper, -np.log(0.05) / np.array([15, 30]), rtol=1e-13)
    assert not lower.any()


def test_one_sided_limits_are_those_of_twice_the_error() -> None:
    lower, upper = garwood([1, 4], 10, certainty=0.9)
    np.testing.assert_allclose(garwood([1, 4], 10, side="upper")[1], upper)
    lower_alone, unbounded = garwood([1, 4], 10, side="lower")
    np.testing.assert_allclose(lower_alone, lower)
    assert np.isinf(unbounded).all()


def test_nobody_at_risk_excludes_nothing() -> None:
    assert [float(limit) for limit in garwood(0, 0)] == [0, np.inf]


@given(st.integers(0, 200), st.floats(0.01, 1e4), st.floats(0.5, 0.999))
def test_limits_hold_the_rate_and_scale_with_time(events: int, time: float, certainty: float) -> None:
    lower, upper = garwood(events, time, certainty=certainty)
    assert lower <= events / time <= upper
    np.testing.assert_allclose(np.array(garwood(events, 2 * time, certainty=certainty)) * 2, [lower, upper], rtol=1e-12)


counts = st.integers(0, 25)
times = st.floats(0.5, 40)


@pytest.mark.parametrize("ratio", RATIOS)
@given(counts, times, counts, times)
def test_exchanging_the_groups_inverts_the_ratio(
    ratio: Callable[..., object], events: int, time: float, other: int, other_time: float
) -> None:
    one, turned = vars(ratio(events, time, other, other_time)), vars(ratio(other, other_time, events, time))
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(1 / np.float64(turned["upper"]), one["lower"], rtol=1e-7)
    assert one["p"] == pytest.approx(turned["p"], rel=1e-9)
    assert one["lower"] <= one["upper"]
    if events + other:
        assert one["lower"] <= one["ratio"] * (1 + 1e-12)
        assert one["ratio"] <= one["upper"] * (1 + 1e-12)


@given(counts, times, counts, times)
def test_minlike_limits_agree_with_the_probability(events: int, time: float, other: int, other_time: float) -> None:
    found = rate_ratio_minlike(events, time, other, other_time)
    if found.p > 0.0501:
        assert found.lower <= 1.000001
        assert found.upper >= 0.999999


def test_no_events_at_all() -> None:
    for ratio in RATIOS:
        found = ratio(0, 10.0, 0, 20.0)
        assert np.isnan(found.ratio)
        assert (found.lower, found.upper, found.p) == (0, np.inf, 1)


def test_clustered_rate_is_wider_than_garwood_where_one_person_has_most_events() -> None:
    events, time = np.array([12, 1, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1]), np.ones(15)
    found = clustered_rate(events, time, replicates=1999, seed=4)
    assert found.rate == pytest.approx(18 / 15)
    assert found.upper > float(garwood(18, 15)[1])
    assert found == clustered_rate(events, time, replicates=1999, seed=4)


@given(st.lists(st.integers(0, 6), min_size=3, max_size=15), st.integers(0, 10))
def test_clustered_limits_hold_the_rate(events: list[int], seed: int) -> None:
    if sum(one > 0 for one in events) >= 2 and len(set(events)) > 1:
        found = clustered_rate(events, np.ones(len(events)), replicates=199, seed=seed)
        assert found.lower <= found.upper


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: garwood(1, -1), "finite and not negative"),
        (lambda: garwood(1, 0), "events without time"),
        (lambda: garwood(1.5, 1), "whole numbers"),
        (lambda: garwood(1, 1, certainty=1), "certainty"),
        (lambda: rate_ratio_central(1, 0, 1, 1), "positive"),
        (lambda: rate_ratio_minlike(1, 1, -1, 1), "-1"),
        (lambda: rate_ratio_minlike(1, 1, 1, 1, certainty=2), "certainty"),
        (lambda: clustered_rate([0, 0, 3], [1, 1, 1], replicates=9, seed=1), "fewer than two people have events"),
        (lambda: clustered_rate([1, 2], [1, 0], replicates=9, seed=1), "positive"),
        (lambda: clustered_rate([2, 4], [1, 2], replicates=9, seed=1), "the same rate"),
        (lambda: clustered_rate([1], [1], replicates=9, seed=1), "two or more people"),
        (lambda: clustered_rate([1, 2], [1, 1], replicates=0, seed=1), "replicates"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
