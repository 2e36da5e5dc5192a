"""Tipping points: the algebra of an omitted cause, refits of every cell, and the frontier by search."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import linregress

from firstdose.analysis.attribution.tipping import (
    drift_frontier,
    drift_grid,
    exposure_grid,
    is_gone,
    nearer_limit,
)
from firstdose.methods.straight_line import fit_slope

DOUBLING = np.repeat(np.log2([5, 10, 16, 24]), (3, 3, 3, 6))
YEARS = np.sort(np.random.default_rng(1).uniform(0, 2.5, 15))


def test_a_drug_of_known_effect_and_exposure_is_taken_out() -> None:
    """An outcome without any slope, plus 0.3 per ng/mL of an exposure that rises by 0.5 ng/mL per doubling."""
    noise = np.random.default_rng(2).normal(size=15)
    line = np.polynomial.Polynomial.fit(DOUBLING, noise, 1)
    flat = noise - line(DOUBLING)  # a slope of exactly 0
    spurious = fit_slope(DOUBLING, flat + 0.3 * 0.5 * DOUBLING)
    grid = exposure_grid((spurious.estimate, spurious.lower, spurious.upper), np.array([0.0, 0.3]), np.array([0.5]))
    assert grid.estimate[:, 0] == pytest.approx([0.15, 0.0])
    assert grid.upper[1, 0] - grid.lower[1, 0] == pytest.approx(spurious.upper - spurious.lower)
    assert is_gone(grid, 1)[1, 0] == 1


def test_every_cell_of_drift_is_a_refit() -> None:
    value = 0.4 * DOUBLING + np.random.default_rng(3).normal(scale=0.2, size=15)
    drifts, steps = np.array([0.0, 0.2, -0.4]), np.array([0.0, 0.5])
    grid = drift_grid(DOUBLING, value, YEARS, drifts, steps)
    for row, drift in enumerate(drifts):
        for column, step in enumerate(steps):
            refit = fit_slope(DOUBLING, value - drift * YEARS - step * (np.ptp(DOUBLING) + DOUBLING.min() <= DOUBLING))
            assert grid.estimate[row, column] == pytest.approx(refit.estimate)
            assert (grid.lower[row, column], grid.upper[row, column]) == pytest.approx((refit.lower, refit.upper))
    assert grid.estimate[0, 0] == pytest.approx(linregress(DOUBLING, value).slope)


@given(st.integers(0, 10_000), st.floats(-1, 1))
def test_the_frontier_is_where_the_interval_first_touches_0(seed: int, slope: float) -> None:
    value = slope * DOUBLING + np.random.default_rng(seed).normal(scale=0.3, size=15)
    fitted = fit_slope(DOUBLING, value)
    found = drift_frontier(DOUBLING, value, YEARS)
    if nearer_limit(fitted.estimate, fitted.lower, fitted.upper) == 0:
        assert found == 0
        return
    assume(np.isfinite(found))
    touched = fit_slope(DOUBLING, value - found * YEARS)
    assert min(abs(touched.lower), abs(touched.upper)) < 1e-7
    for share in (0.25, 0.5, 0.75, 0.99):  # nowhere earlier
        earlier = fit_slope(DOUBLING, value - share * found * YEARS)
        assert earlier.lower * earlier.upper > 0


def test_where_dates_do_not_go_with_dose_no_drift_undoes_the_slope() -> None:
    dose, years = np.repeat([1.0, 2.0], 4), np.tile([0.0, 1.0, 2.0, 3.0], 2)
    value = dose + np.array([0.01, -0.02, 0.015, -0.005, 0.0, 0.01, -0.01, 0.0])
    assert np.isnan(drift_frontier(dose, value, years)) or abs(drift_frontier(dose, value, years)) > 0.1


def test_the_limit_on_the_side_of_0() -> None:
    assert nearer_limit(2, 1, 3) == 1
    assert nearer_limit(-2, -3, -1) == -1
    assert nearer_limit(1, -1, 3) == 0


def test_two_people_have_no_grid() -> None:
    with pytest.raises(ValueError, match="three people"):
        drift_grid(DOUBLING[:2], DOUBLING[:2], YEARS[:2], np.zeros(1), np.zeros(1))
