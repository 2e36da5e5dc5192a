"""Firth's logistic regression: closed forms, separation and errors."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.firth import firth_logistic


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_an_intercept_alone_adds_half_an_event(count: tuple[int, int]) -> None:
    people, events = count
    outcome = np.arange(people) < events
    fit = firth_logistic(np.ones((people, 1)), outcome)
    assert fit.coefficients[0] == pytest.approx(np.log((events + 0.5) / (people - events + 0.5)), abs=1e-7)
    assert fit.lower[0] < fit.coefficients[0] < fit.upper[0]


def test_two_separated_groups_stay_finite() -> None:
    group = np.repeat([0.0, 1.0], 5)
    fit = firth_logistic(np.column_stack([np.ones(10), group]), group)
    assert fit.coefficients[1] == pytest.approx(2 * np.log(5.5 / 0.5), abs=1e-7)
    assert np.isfinite([fit.lower, fit.upper]).all()
    assert fit.p[1] < 0.01


def test_nothing_happened_is_no_trend() -> None:
    dose = np.repeat([5.0, 10, 16, 24], [3, 3, 3, 6])
    fit = firth_logistic(np.column_stack([np.ones(15), np.log2(dose)]), np.zeros(15))
    assert fit.lower[1] < 0 < fit.upper[1]
    assert fit.p[1] > 0.5


def test_what_is_asked_for_alone_is_the_same() -> None:
    design, outcome = np.column_stack([np.ones(6), [5.0, 5, 10, 10, 20, 20]]), [0, 1, 0, 0, 1, 1]
    every, one = firth_logistic(design, outcome), firth_logistic(design, outcome, asked=(1,))
    assert (one.lower[1], one.upper[1], one.p[1]) == (every.lower[1], every.upper[1], every.p[1])
    assert np.isnan([one.lower[0], one.upper[0], one.p[0]]).all()
    assert np.array_equal(one.coefficients, every.coefficients)


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=8, max_size=8), st.floats(0.01, 1000))
def test_units_of_the_dose_do_not_matter(outcome: list[bool], unit: float) -> None:
    dose = np.array([5.0, 5, 10, 10, 16, 16, 24, 24])
    one, other = (firth_logistic(np.column_stack([np.ones(8), some]), outcome) for some in (dose, dose * unit))
    np.testing.assert_allclose(other.coefficients[1] * unit, one.coefficients[1], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose([other.lower[1] * unit, other.upper[1] * unit], [one.lower[1], one.upper[1]], rtol=1e-6)
    np.testing.assert_allclose(other.p, one.p, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: firth_logistic(np.ones((4, 2)), [0, 1, 0, 1]), "not identified"),
        (lambda: firth_logistic(np.ones((4, 1)), [0, 1, 0, 2]), "0 or 1"),
        (lambda: firth_logistic(np.full((4, 1), np.nan), [0, 1, 0, 1]), "finite"),
        (lambda: firth_logistic(np.ones(4), [0, 1, 0, 1]), "shapes"),
        (lambda: firth_logistic(np.ones((4, 1)), [0, 1, 0, 1], certainty=0), "certainty"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
