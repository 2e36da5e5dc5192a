"""Analysis of covariance of many trials at once against least squares trial by trial."""

import numpy as np
import pytest

from firstdose.methods.ancova import adjusted_contrasts
from firstdose.methods.linear_fits import fit_linear
from firstdose.methods.response_matrix import arrange


def test_against_least_squares() -> None:
    random = np.random.default_rng(8)
    trials, people, arms = 25, 30, 3
    arm = np.resize([0, 1, 2, 1], people)
    x = random.normal(size=(trials, people))
    y = 0.5 * x + np.array([0.0, 0.4, -0.2])[arm] + random.normal(size=(trials, people))
    seen = random.random((trials, people)) < 0.85
    contrasts = np.array([[-1.0, 1.0, 0.0], [-0.5, -0.5, 1.0]])
    found = adjusted_contrasts(y, x, seen, arm, contrasts)
    for trial in range(trials):
        here = seen[trial]
        design = np.column_stack([(arm[here, None] == np.arange(arms)).astype(float), x[trial, here]])
        coefficients, left, _, _ = np.linalg.lstsq(design, y[trial, here], rcond=None)
        free = here.sum() - arms - 1
        covariance = np.linalg.inv(design.T @ design) * left[0] / free
        rows = np.column_stack([contrasts, np.zeros(2)])
        assert found.estimate[trial] == pytest.approx(rows @ coefficients)
        assert found.error[trial] == pytest.approx(np.sqrt(np.diag(rows @ covariance @ rows.T)))
        assert found.degrees_of_freedom[trial] == free
        # The fit of the analysis of metabolites on the same people is the same.
        fit = fit_linear(arrange(y[trial, here][:, None], design))
        told = fit.contrasts(rows)
        assert told.estimate[0] == pytest.approx(found.estimate[trial])
        assert np.sqrt(np.diag(told.covariance[0]) * fit.variance[0]) == pytest.approx(found.error[trial])


def test_an_arm_without_anybody_is_not_estimated() -> None:
    y, x = np.zeros((1, 6)), np.arange(6.0)[None]
    seen = np.array([[True, True, True, False, False, False]])
    found = adjusted_contrasts(y, x, seen, np.array([0, 0, 0, 1, 1, 1]), np.array([[-1.0, 1.0]]))
    assert np.isnan(found.estimate[0, 0])
