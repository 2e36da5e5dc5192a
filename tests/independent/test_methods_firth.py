"""Firth's regression against a general-purpose search of the penalised likelihood."""

import numpy as np
import pytest
from scipy.optimize import minimize

from firstdose.methods._counts import FloatArray
from firstdose.methods.firth import firth_logistic


def penalised(beta: FloatArray, x: FloatArray, y: FloatArray) -> float:
    chance = 1 / (1 + np.exp(-(x @ beta)))
    information = sum(p * (1 - p) * np.outer(row, row) for p, row in zip(chance, x, strict=True))
    return float(np.sum(y * np.log(chance) + (1 - y) * np.log(1 - chance)) + 0.5 * np.log(np.linalg.det(information)))


def best(x: FloatArray, y: FloatArray, column: int | None = None, value: float = 0.0) -> tuple[float, FloatArray]:
    """The penalised maximum, with one coefficient held where a column is named."""
    free = [index for index in range(x.shape[1]) if index != column]

    def full(part: FloatArray) -> FloatArray:
        beta = np.full(x.shape[1], value)
        beta[free] = part
        return beta

    found = minimize(
        lambda part: -penalised(full(part), x, y), np.zeros(len(free)), method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000},
    )  # fmt: skip
    return -float(found.fun), full(found.x)


@pytest.mark.parametrize("outcome", [[0] * 9 + [1] * 6, [0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1], [0] * 14 + [1]])
def test_maximum_and_profile_limits(outcome: list[int]) -> None:
    dose = np.repeat([5.0, 10, 16, 24], [3, 3, 3, 6])
    x, y = np.column_stack([np.ones(15), np.log2(dose) - 3.5]), np.array(outcome, dtype=float)
    fit = firth_logistic(x, y)
    top, beta = best(x, y)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-9)
    np.testing.assert_allclose(fit.coefficients, beta, atol=1e-5)
    for limit in (fit.lower[1], fit.upper[1]):
        assert 2 * (top - best(x, y, 1, limit)[0]) == pytest.approx(3.841458820694124, abs=1e-6)
    assert fit.log_likelihood_intercept_only == pytest.approx(best(x, y, 1, 0.0)[0], abs=1e-9)
