"""Moderated variances: the prior that made the variances is found again, and bounds of what moderation may do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import fit_linear
from firstdose.methods.moderated_variance import (
    VariancePrior,
    estimate_prior,
    moderate_variances,
    natural_spline,
    posterior_variance,
    trigamma_inverse,
)
from firstdose.methods.moderated_variance_robust import LOWER_TAIL, UPPER_TAIL, winsorised_moments
from firstdose.methods.response_matrix import arrange

FREE = 38.0


def variances(seed: int, count: int, prior: float, scale: float = 0.4, free: float = FREE) -> FloatArray:
    """As the model has it: scale times F with `free` and `prior` degrees of freedom."""
    rng = np.random.default_rng(seed)
    return scale * (rng.chisquare(free, count) / free) / (rng.chisquare(prior, count) / prior)


@given(st.floats(1e-9, 1e9))
def test_trigamma_inverse(value: float) -> None:
    assert polygamma(1, trigamma_inverse(value)) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("prior", [3.0, 10.0])
def test_the_prior_is_found_again(prior: float, robust: bool) -> None:
    found = estimate_prior(variances(1, 20_000, prior), np.full(20_000, FREE), robust=robust)
    assert np.median(found.degrees_of_freedom) == pytest.approx(prior, rel=0.1)
    assert found.variance[0] == pytest.approx(0.4, rel=0.05)


def test_unequal_degrees_of_freedom_give_the_same_prior() -> None:
    rng = np.random.default_rng(2)
    free = rng.integers(10, 39, 20_000).astype(float)
    drawn = 0.4 * rng.chisquare(free) / free / (rng.chisquare(6, 20_000) / 6)
    for robust in (False, True):
        found = estimate_prior(drawn, free, robust=robust)
        assert np.median(found.degrees_of_freedom) == pytest.approx(6, rel=0.1)


@pytest.mark.parametrize("robust", [False, True])
def test_a_trend_is_followed(robust: bool) -> None:
    abundance = np.random.default_rng(3).uniform(10, 20, 4000)
    drawn = variances(4, 4000, 8.0) * np.exp(0.2 * (abundance - 15))
    found = estimate_prior(drawn, np.full(4000, FREE), abundance, robust=robust)
    inner = (abundance > 11) & (abundance < 19)
    np.testing.assert_allclose(np.log(found.variance / 0.4)[inner], 0.2 * (abundance - 15)[inner], atol=0.15)
    assert np.median(found.degrees_of_freedom) == pytest.approx(8, rel=0.15)


def test_equal_variances_have_an_infinite_prior() -> None:
    found = estimate_prior(np.full(50, 0.3), np.full(50, FREE))
    assert np.isinf(found.degrees_of_freedom).all()
    assert posterior_variance(found, np.full(50, 9.9), np.full(50, FREE)) == pytest.approx(found.variance)
    again = estimate_prior(np.full(50, 0.3), np.full(50, FREE), robust=True)
    assert np.isinf(again.degrees_of_freedom).all()


def test_outliers_get_a_weaker_prior_and_leave_that_of_others_alone() -> None:
    clean = variances(5, 400, 12.0)
    spoilt = clean.copy()
    spoilt[:8] = 60.0
    free = np.full(400, FREE)
    plain = estimate_prior(spoilt, free).degrees_of_freedom[0]
    found = estimate_prior(spoilt, free, robust=True).degrees_of_freedom
    undisturbed = np.median(estimate_prior(clean, free, robust=True).degrees_of_freedom)
    assert plain < 4 < 0.7 * undisturbed < np.median(found)
    assert found[:8].max() < 1
    assert (found > 0.8 * found.max()).mean() > 0.9


def test_outliers_among_metabolites_that_vary_no_more_than_by_chance() -> None:
    """The prior of the others is then infinite."""
    rng = np.random.default_rng(6)
    drawn = 0.4 * rng.chisquare(FREE, 300) / FREE
    drawn[:3] = 40.0
    found = estimate_prior(drawn, np.full(300, FREE), robust=True).degrees_of_freedom
    assert np.isinf(found[3:]).mean() > 0.9
    assert found[:3].max() < 5


@pytest.mark.parametrize("denominator", [2.0, 30.0, float("inf")])
def test_winsorised_moments_are_those_of_a_sample(denominator: float) -> None:
    rng = np.random.default_rng(7)
    under = 1.0 if np.isinf(denominator) else rng.chisquare(denominator, 400_000) / denominator
    drawn = np.log(rng.chisquare(10, 400_000) / 10 / under)
    drawn = np.clip(drawn, *np.quantile(drawn, [LOWER_TAIL, 1 - UPPER_TAIL]))
    mean, variance = winsorised_moments(10, denominator)
    assert mean == pytest.approx(drawn.mean(), abs=5 * drawn.std() / 600)
    assert variance == pytest.approx(drawn.var(), rel=0.01)


@given(st.integers(0, 500), st.booleans())
def test_the_posterior_lies_between_the_two(seed: int, robust: bool) -> None:
    drawn, free = variances(seed, 60, 4.0), np.full(60, FREE)
    prior = estimate_prior(drawn, free, robust=robust)
    posterior = posterior_variance(prior, drawn, free)
    assert (posterior >= np.minimum(drawn, prior.variance) * (1 - 1e-12)).all()
    assert (posterior <= np.maximum(drawn, prior.variance) * (1 + 1e-12)).all()


@pytest.mark.parametrize("count", [2, 4, 7, 31])
@pytest.mark.parametrize("robust", [False, True])
def test_few_metabolites_and_equal_abundances(count: int, robust: bool) -> None:
    drawn, free = variances(8, count, 4.0), np.full(count, FREE)
    places = np.linspace(0, 1, count)
    for abundance in (np.ones(count), np.round(places), places):
        found = estimate_prior(drawn, free, abundance, robust=robust)
        assert (found.variance > 0).all()
        assert (found.degrees_of_freedom > 0).all()


def test_one_metabolite_is_not_moderated() -> None:
    values = np.random.default_rng(9).normal(size=(12, 1))
    fits = fit_linear(arrange(values, np.ones((12, 1)), np.repeat(np.arange(4), 3)))
    found = moderate_variances(fits, trend=True, robust=True)
    assert found.variance == pytest.approx(fits.variance)
    assert found.degrees_of_freedom[0] == 11


def test_unusable_metabolites_take_no_part() -> None:
    values = np.random.default_rng(10).normal(size=(12, 40))
    spoilt = np.column_stack([np.full(12, np.nan), values, np.full(12, 3.0)])
    alone, beside = (
        moderate_variances(fit_linear(arrange(each, np.ones((12, 1)))), trend=True) for each in (values, spoilt)
    )
    np.testing.assert_allclose(beside.variance[1:-1], alone.variance)
    assert np.isnan(beside.variance[[0, -1]]).all()
    assert np.isnan(beside.prior.degrees_of_freedom[[0, -1]]).all()


def test_the_total_is_at_most_what_there_is() -> None:
    values = np.random.default_rng(11).normal(size=(12, 5))
    fits = fit_linear(arrange(values, np.ones((12, 1))))
    assert (moderate_variances(fits).degrees_of_freedom <= 55).all()


def test_natural_splines_are_straight_outside_and_smooth_inside() -> None:
    x = np.linspace(0, 10, 1001)
    basis = natural_spline(x, 4)
    assert np.linalg.matrix_rank(basis) == 4
    second = np.diff(basis, 2, axis=0) / 0.01**2
    assert np.abs(second[[0, -1]]).max() < 0.01 * np.abs(second).max()
    assert np.abs(np.diff(second, axis=0)).max() < 0.02 * np.abs(second).max()


def test_prior_without_degrees_leaves_the_variance() -> None:
    prior = VariancePrior(np.ones(2), np.zeros(2))
    assert posterior_variance(prior, np.array([2.0, 3.0]), np.full(2, 5.0)).tolist() == [2, 3]
