"""The CRM's posterior: prior cases, limits, and properties of all counts."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods._counts import IntArray
from firstdose.methods.power_model import Model, OneParameterPosterior, beta_at, rates_at

SKELETON = (0.05, 0.12, 0.25, 0.40)
POSTERIORS = [
    OneParameterPosterior("empiric", SKELETON),
    OneParameterPosterior("logistic", SKELETON, prior_variance=0.5),
]
each_posterior = pytest.mark.parametrize("posterior", POSTERIORS, ids=lambda each: each.model)


@st.composite
def states(draw: st.DrawFn) -> tuple[IntArray, IntArray]:
    """One state of four levels, up to 25 participants at each."""
    n = draw(st.lists(st.integers(0, 25), min_size=4, max_size=4))
    return np.array([n]), np.array([[draw(st.integers(0, each)) for each in n]])


@each_posterior
def test_without_data_the_prior_answers(posterior: OneParameterPosterior) -> None:
    none = [0, 0, 0, 0]
    assert posterior.mean(none, none) == pytest.approx(0, abs=1e-14)
    assert posterior.variance(none, none) == pytest.approx(posterior.prior_variance, rel=1e-12)
    np.testing.assert_allclose(posterior.rates(none, none), [SKELETON], rtol=1e-12)
    # The rate of the level with skeleton 0.25 exceeds 0.25 as often as beta is below 0.
    assert posterior.probability_above(0.25, none, none)[0, 2] == pytest.approx(0.5, abs=1e-12)


@each_posterior
def test_many_participants_leave_the_observed_rate(posterior: OneParameterPosterior) -> None:
    rates = posterior.rates([0, 0, 2000, 0], [0, 0, 700, 0])
    assert rates[0, 2] == pytest.approx(0.35, abs=0.002)


@each_posterior
@given(states())
def test_one_more_dlt_raises_every_rate(posterior: OneParameterPosterior, state: tuple[IntArray, IntArray]) -> None:
    participants, dlts = state
    for level in np.flatnonzero(dlts < participants)[:2]:
        more = dlts + (np.arange(4) == level)
        assert (posterior.rates(participants, more) > posterior.rates(participants, dlts)).all()
        above = [posterior.probability_above(0.25, participants, each) for each in (dlts, more)]
        assert (above[1] >= above[0] - 1e-12).all()


@each_posterior
@given(states(), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_probabilities_add_up_and_rise_with_the_dose(
    posterior: OneParameterPosterior, state: tuple[IntArray, IntArray], cuts: list[float]
) -> None:
    bounds = [0.0, *sorted(cuts), 1.0]
    parts = [posterior.probability_between(*state, *pair) for pair in pairwise(bounds)]
    assert all(((part >= 0) & (part <= 1)).all() for part in parts)
    np.testing.assert_allclose(sum(parts), 1, atol=1e-8)
    assert (np.diff(posterior.probability_above(0.3, *state)) >= -1e-12).all()
    assert (np.diff(posterior.rates(*state)) > 0).all()
    assert (posterior.variance(*state) > 0).all()


@each_posterior
def test_a_state_does_not_depend_on_its_neighbours(posterior: OneParameterPosterior) -> None:
    random = np.random.default_rng(8)
    participants = random.integers(0, 20, (1500, 4))
    dlts = random.binomial(participants, 0.3)
    together = posterior.mean(participants, dlts), posterior.probability_above(0.3, participants, dlts)
    for row in (0, 700, 1499):
        alone = participants[row], dlts[row]
        np.testing.assert_allclose(together[0][row], posterior.mean(*alone)[0], rtol=0, atol=1e-13)
        np.testing.assert_allclose(together[1][row], posterior.probability_above(0.3, *alone)[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_beta_at_is_where_the_rate_is_reached(model: Model) -> None:
    beta = beta_at(0.3, SKELETON, model)
    np.testing.assert_allclose(np.diagonal(rates_at(beta, SKELETON, model)), 0.3, rtol=1e-12)
    assert beta_at(0.0, SKELETON, model).tolist() == [np.inf] * 4
    assert beta_at(1.0, SKELETON, model).tolist() == [-np.inf] * 4


def test_no_dose_exceeds_the_rate_of_the_logistic_intercept() -> None:
    assert not POSTERIORS[1].probability_above(0.96, [3, 3, 3, 3], [3, 3, 3, 3]).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: OneParameterPosterior("power", SKELETON), "model 'power'"),  # type: ignore[arg-type]
        (lambda: OneParameterPosterior("empiric", (0.1, 0.1)), "must rise strictly between 0 and 1"),
        (lambda: OneParameterPosterior("empiric", ()), "must rise"),
        (lambda: OneParameterPosterior("empiric", (0.1, float("nan"))), "must rise"),
        (lambda: OneParameterPosterior("logistic", (0.1, 0.96)), "between 0 and 0.952574"),
        (lambda: OneParameterPosterior("empiric", SKELETON, prior_variance=0), "prior_variance 0"),
        (lambda: POSTERIORS[0].mean([3, 3, 3], [0, 0, 0]), r"need \(states, 4\)"),
        (lambda: POSTERIORS[0].mean([3, 3, 3, 3], [0, 0, 0, 4]), "4 DLTs in 3 participants"),
        (lambda: POSTERIORS[0].probability_between([0] * 4, [0] * 4, 0.4, 0.3), "lower <= upper"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
