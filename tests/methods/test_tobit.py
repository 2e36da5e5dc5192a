"""Models of censored values: against least squares, a plain optimiser over a fine grid, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from firstdose.methods.linear_fits import fit_linear
from firstdose.methods.response_matrix import arrange
from firstdose.methods.tobit import _Likelihood, _nodes, fit_censored

PEOPLE, VISITS = 15, 3


def made(seed: int, correlation: float, metabolites: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(PEOPLE), VISITS)
    visit, dose = np.tile(np.arange(VISITS), PEOPLE), np.repeat(random.normal(size=PEOPLE), VISITS)
    design = np.column_stack([np.ones(len(person)), visit == 1, visit == 2, dose, dose * (visit == 2)]).astype(float)
    own = random.normal(size=(PEOPLE, metabolites))[person] * np.sqrt(correlation)
    noise = random.normal(size=(len(person), metabolites)) * np.sqrt(1 - correlation)
    return 10 + 0.8 * design[:, 4:] + own + noise, design, person


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.62, 0.9])
def test_without_censored_values_it_is_generalised_least_squares(correlation: float) -> None:
    y, design, person = made(1, correlation)
    contrast = np.array([0, 0, 0, 0, 1.0])
    found = fit_censored(y, np.full_like(y, np.nan), design, person, correlation).test(contrast)
    fits = fit_linear(arrange(y, design, person), correlation)
    error = np.sqrt(fits.variance * fits.contrasts(contrast[None]).covariance[0, 0, 0])
    assert np.allclose(found.estimate, fits.contrasts(contrast[None]).estimate[:, 0], atol=1e-4 * error.max())
    assert np.allclose(found.standard_error, error, rtol=1e-3)
    assert np.array_equal(found.degrees_of_freedom, fits.degrees_of_freedom)


def test_the_maximum_is_that_of_a_plain_optimiser_and_a_fine_grid() -> None:
    y, design, person = made(2, 0.5, metabolites=1)
    limit = np.full_like(y, np.quantile(y, 0.3))
    censored = y[:, 0] < limit[:, 0]
    values = np.where(censored[:, None], np.nan, y)
    found = fit_censored(values, limit, design, person, 0.5).test(np.array([0, 0, 0, 0, 1.0]))

    grid = np.linspace(-9, 9, 2_001)

    def minus_log_likelihood(parameters: np.ndarray) -> float:
        mean, deviation = design @ parameters[:-1], np.exp(parameters[-1])
        own, rest = deviation * np.sqrt(0.5), deviation * np.sqrt(0.5)
        total = 0.0
        for each in range(PEOPLE):
            rows = np.flatnonzero(person == each)
            level = (np.where(censored[rows], limit[rows, 0], y[rows, 0]) - mean[rows])[:, None]
            z = (level - own * grid) / rest
            parts = np.where(censored[rows, None], stats.norm.cdf(z), stats.norm.pdf(z) / rest)
            total += np.log(integrate.simpson(stats.norm.pdf(grid) * parts.prod(axis=0), x=grid))
        return -total

    start = np.append(np.linalg.lstsq(design, y[:, 0], rcond=None)[0], 0.0)
    best = optimize.minimize(minus_log_likelihood, start, method="BFGS", options={"maxiter": 40})
    assert found.estimate[0] == pytest.approx(best.x[4], abs=5e-3)


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_information_is_how_the_gradient_changes(correlation: float) -> None:
    y, design, person = made(6, correlation, metabolites=3)
    y[::7], limit = np.nan, np.full_like(y, np.nanquantile(y, 0.3))
    limit[::7] = np.nan
    nodes, weights = _nodes(correlation, VISITS)
    part = _Likelihood(np.where(y < limit, np.nan, y), limit, design, person, nodes, np.log(weights), correlation)
    here = np.tile([10.0, 0.1, -0.2, 0.3, 0.7, 0.2], (3, 1))
    steps = 1e-5 * np.eye(6)
    by_differences = [(part.at(here - step)[1] - part.at(here + step)[1]) / 2e-5 for step in steps]
    assert np.allclose(part.information(here), np.stack(by_differences, axis=2), rtol=1e-6, atol=1e-6)


def test_censoring_is_undone_where_filling_is_biased() -> None:
    y, design, person = made(3, 0.5, metabolites=200)
    limit = np.full_like(y, 9.6)
    values = np.where(y < limit, np.nan, y)
    contrast = np.array([0, 0, 0, 0, 1.0])
    found = fit_censored(values, limit, design, person, 0.5).test(contrast)
    assert np.isfinite(found.estimate).all()
    standard_error = found.estimate.std(ddof=1) / np.sqrt(200)
    assert abs(found.estimate.mean() - 0.8) < 4 * standard_error
    covered = ((found.lower < 0.8) & (found.upper > 0.8)).mean()
    assert 0.88 < covered < 0.99
    ignoring = fit_linear(arrange(values, design, person), 0.5).contrasts(contrast[None]).estimate[:, 0]
    assert abs(ignoring.mean() - 0.8) > 8 * standard_error


def test_what_is_not_known_at_all_has_no_weight_and_open_contrasts_have_no_figure() -> None:
    y, design, person = made(4, 0.4)
    y[::4, 0] = np.nan
    kept = ~np.isnan(y[:, 0])
    contrast = np.array([0, 0, 0, 1.0, 0])
    none = np.full_like(y, np.nan)
    some = fit_censored(y, none, design, person, 0.4).test(contrast)
    alone = fit_censored(y[kept, :1], none[kept, :1], design[kept], person[kept], 0.4).test(contrast)
    assert some.estimate[0] == pytest.approx(alone.estimate[0], abs=1e-3)
    doubled = np.column_stack([design, design[:, 3]])
    assert np.isnan(fit_censored(y, none, doubled, person, 0.4).test(np.array([0, 0, 0, 1.0, 0, 0])).estimate).all()
    y[:, 1] = np.nan
    assert np.isnan(fit_censored(y, none, design, person, 0.4).test(contrast).estimate[1])


def test_malformed_input_is_refused() -> None:
    y, design, person = made(5, 0.4)
    with pytest.raises(ValueError, match="need"):
        fit_censored(y, y[:, :1], design, person, 0.4)
    with pytest.raises(ValueError, match="below 1"):
        fit_censored(y, y, design, person, 1.0)
