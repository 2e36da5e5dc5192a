"""Slopes at the same run of measurement, against normal equations with a column for each run."""

import numpy as np
import pytest

from firstdose.analysis.attribution.dose_slopes import adjusted_slopes, permuted_slope
from firstdose.analysis.attribution.held_runs import COINCIDE, slope_at_same_run
from firstdose.analysis.attribution.tipping import drift_frontier, drift_grid

DOUBLING = np.log2(np.repeat([5.0, 10.0, 16.0, 24.0], [3, 3, 3, 6]))
RUNS = (np.arange(15)[:, None] % 3 == np.array([1, 2])).astype(float)
DRAW = np.random.default_rng(5)
VALUE = 0.3 * DOUBLING + 2.0 * RUNS[:, 0] + DRAW.normal(scale=0.2, size=15)


def test_the_slope_is_that_of_the_model_with_a_level_for_each_run() -> None:
    found = slope_at_same_run(DOUBLING, VALUE, RUNS)
    expected = adjusted_slopes(np.column_stack([DOUBLING, RUNS]), VALUE)[0]
    assert (found.estimate, found.lower, found.upper, found.p) == pytest.approx(
        (expected.estimate, expected.lower, expected.upper, expected.p)
    )
    assert found.degrees_of_freedom == 11


def test_runs_that_are_the_doses_leave_no_slope() -> None:
    runs = (DOUBLING[:, None] == np.unique(DOUBLING)[1:]).astype(float)
    with pytest.raises(ValueError, match=COINCIDE):
        slope_at_same_run(DOUBLING, VALUE, runs)
    with pytest.raises(ValueError, match=COINCIDE):
        permuted_slope(DOUBLING, VALUE, 1, runs)


def test_permutation_and_drift_do_not_answer_to_what_sets_the_runs_apart() -> None:
    years, shift = np.linspace(0, 2, 15), 50.0 * RUNS[:, 1]
    one, other = (permuted_slope(DOUBLING, each, 1, RUNS).p for each in (VALUE, VALUE + shift))
    assert one == other
    assert drift_frontier(DOUBLING, VALUE + shift, years, runs=RUNS) == pytest.approx(
        drift_frontier(DOUBLING, VALUE, years, runs=RUNS)
    )
    none = np.zeros(1)
    grid, slope = drift_grid(DOUBLING, VALUE, years, none, none, runs=RUNS), slope_at_same_run(DOUBLING, VALUE, RUNS)
    assert (grid.estimate[0, 0], grid.lower[0, 0]) == pytest.approx((slope.estimate, slope.lower))
