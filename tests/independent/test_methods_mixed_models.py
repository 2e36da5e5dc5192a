"""Mixed models against a naive re-programming: full N x N matrices, one person at a time, numerical derivatives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import minimize

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import STRUCTURES
from firstdose.methods.mixed_model import fit_random_effects, fit_repeated_measures
from firstdose.methods.mixed_model_fit import MixedModelFit
from firstdose.methods.mixed_model_inference import contrasts, joint_test, kenward_roger, satterthwaite
from firstdose.methods.mixed_model_prediction import predict_random_effects

VISITS = 3


@dataclass
class Trial:
    response: FloatArray
    design: FloatArray
    subject: IntArray
    visit: IntArray


def trial(seed: int, people: int = 18) -> Trial:
    """Doses, a trend, correlated errors; about one visit in seven is missed, and rows stand in any order."""
    random = np.random.default_rng(seed)
    subject, visit = np.divmod(np.arange(people * VISITS), VISITS)
    dose = np.log2(np.array([5.0, 10.0, 16.0, 24.0]))[subject % 4]
    factor = np.array([[1.0, 0, 0], [0.6, 1.1, 0], [0.5, 0.3, 0.8]])
    response = (random.normal(size=(people, VISITS)) @ factor.T).ravel() + 3 + 0.4 * visit
    design = np.column_stack([np.ones(len(visit)), visit == 1, visit == 2, dose, dose * visit]).astype(float)
    kept = random.permutation(np.flatnonzero(random.random(len(visit)) > 0.15))
    return Trial(response[kept], design[kept], subject[kept], visit[kept])


class Naive:
    """Restricted log-likelihood of covariance parameters, with everything about it by matrices of all observations."""

    def __init__(self, data: Trial, covariance: Callable[[FloatArray, IntArray], FloatArray], restricted: bool = True):
        self.data, self.covariance, self.restricted = data, covariance, restricted

    def full(self, parameters: FloatArray) -> FloatArray:
        matrix = np.zeros((len(self.data.response),) * 2)
        for person in np.unique(self.data.subject):
            rows = np.flatnonzero(self.data.subject == person)
            matrix[np.ix_(rows, rows)] = self.covariance(parameters, rows)
        return matrix

    def solve(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        inverse = np.asarray(np.linalg.inv(self.full(parameters)), dtype=np.float64)
        phi = np.asarray(np.linalg.inv(self.data.design.T @ inverse @ self.data.design), dtype=np.float64)
        return inverse, phi, phi @ self.data.design.T @ inverse @ self.data.response

    def log_likelihood(self, parameters: FloatArray) -> float:
        inverse, phi, beta = self.solve(parameters)
        r = self.data.response - self.data.design @ beta
        n, p = self.data.design.shape
        value = (n - p * self.restricted) * np.log(2 * np.pi) - np.linalg.slogdet(inverse)[1] + r @ inverse @ r
        return float(-(value - self.restricted * np.linalg.slogdet(phi)[1]) / 2)

    def derivatives(self, parameters: FloatArray) -> list[FloatArray]:
        step = 1e-5 * np.eye(len(parameters))
        return [(self.full(parameters + h) - self.full(parameters - h)) / 2e-5 for h in step]

    def second_derivative(self, parameters: FloatArray, i: int, j: int) -> FloatArray:
        h = 1e-4 * np.eye(len(parameters))
        corners = [(a, b, self.full(parameters + a * h[i] + b * h[j])) for a in (1, -1) for b in (1, -1)]
        return np.asarray(sum(a * b * matrix for a, b, matrix in corners) / 4e-8)

    def weights(self, parameters: FloatArray, expected: bool) -> FloatArray:
        """Inverse information: expected from traces, observed by differences of the log-likelihood."""
        count = len(parameters)
        if not expected:
            h = 1e-3 * np.eye(count)
            hessian = np.zeros((count, count))
            for i in range(count):
                for j in range(count):
                    for a in (1, -1):
                        for b in (1, -1):
                            hessian[i, j] += a * b * self.log_likelihood(parameters + a * h[i] + b * h[j]) / 4e-6
            return np.asarray(np.linalg.inv(-hessian))
        inverse, phi, _ = self.solve(parameters)
        x = self.data.design
        projection = inverse - inverse @ x @ phi @ x.T @ inverse
        half = [projection @ derivative for derivative in self.derivatives(parameters)]
        return np.asarray(np.linalg.inv([[np.trace(a @ b) / 2 for b in half] for a in half]), dtype=np.float64)

    def kenward_roger(
        self, parameters: FloatArray, rows: FloatArray, expected: bool, general: bool
    ) -> tuple[FloatArray, float, float, float]:
        """Adjusted covariance, scale, degrees of freedom and F of the 1997 paper, in its letters."""
        inverse, phi, beta = self.solve(parameters)
        x, v, w = self.data.design, self.derivatives(parameters), self.weights(parameters, expected)
        count, sides = len(parameters), x.T @ inverse
        p_ = [-sides @ d @ sides.T for d in v]
        inner = np.zeros_like(phi)
        for i in range(count):
            for j in range(count):
                inner += w[i, j] * (sides @ v[i] @ inverse @ v[j] @ sides.T - p_[i] @ phi @ p_[j])
                if general:
                    inner -= w[i, j] * sides @ self.second_derivative(parameters, i, j) @ sides.T / 4
        adjusted = phi + 2 * phi @ inner @ phi
        theta = rows.T @ np.linalg.inv(rows @ phi @ rows.T) @ rows
        l = len(rows)  # noqa: E741
        t = [theta @ phi @ each @ phi for each in p_]
        a1 = sum(w[i, j] * np.trace(t[i]) * np.trace(t[j]) for i in range(count) for j in range(count))
        a2 = sum(w[i, j] * np.trace(t[i] @ t[j]) for i in range(count) for j in range(count))
        b = (a1 + 6 * a2) / (2 * l)
        g = ((l + 1) * a1 - (l + 4) * a2) / ((l + 2) * a2)
        c = np.array([g, l - g, l + 2 - g]) / (3 * l + 2 * (1 - g))
        e = 1 / (1 - a2 / l)
        variance = 2 / l * (1 + c[0] * b) / ((1 - c[1] * b) ** 2 * (1 - c[2] * b))
        m = 4 + (l + 2) / (l * variance / (2 * e**2) - 1)
        scale = m / (e * (m - 2))
        estimate = rows @ beta
        f = scale / l * estimate @ np.linalg.solve(rows @ adjusted @ rows.T, estimate)
        return adjusted, float(scale), float(m), float(f)


def by_visit(name: str, data: Trial) -> Callable[[FloatArray, IntArray], FloatArray]:
    def covariance(parameters: FloatArray, rows: IntArray) -> FloatArray:
        visits = data.visit[rows]
        return STRUCTURES[name].matrix(parameters, VISITS)[np.ix_(visits, visits)]

    return covariance


def unscaled(fit: MixedModelFit) -> FloatArray:
    return STRUCTURES[fit.structure].parameters_of(fit.covariance)


ROWS = np.array([[0, 1.0, 0, 0, 0], [0, 0, 1.0, 0, 0.5]])


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("restricted", [True, False], ids=["restricted", "full"])
def test_maximum(name: str, restricted: bool) -> None:
    """The same log-likelihood, at which a general search from elsewhere finds nothing higher."""
    data = trial(1)
    fit = fit_repeated_measures(data.response, data.design, data.subject, data.visit, name, restricted=restricted)
    naive = Naive(data, by_visit(name, data), restricted)
    at = unscaled(fit)
    assert fit.convergence.at_maximum
    assert fit.log_likelihood == pytest.approx(naive.log_likelihood(at), rel=1e-12)
    _, phi, beta = naive.solve(at)
    np.testing.assert_allclose(fit.coefficients, beta, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fit.coefficient_covariance, phi, rtol=1e-9, atol=1e-12)
    found = minimize(lambda x: -naive.log_likelihood(x), at + 0.1, method="BFGS", options={"gtol": 1e-4})
    assert -found.fun <= fit.log_likelihood + 1e-9
    assert -found.fun == pytest.approx(fit.log_likelihood, abs=1e-5)


@pytest.mark.parametrize("name", ["compound symmetry", "autoregressive, heterogeneous", "unstructured"])
@pytest.mark.parametrize("expected", [True, False], ids=["expected", "observed"])
@pytest.mark.parametrize("general", [True, False], ids=["general", "linear"])
def test_kenward_roger(name: str, expected: bool, general: bool) -> None:
    data = trial(2)
    fit = fit_repeated_measures(data.response, data.design, data.subject, data.visit, name)
    adjusted, scale, freedom, f = Naive(data, by_visit(name, data)).kenward_roger(
        unscaled(fit), ROWS, expected, general
    )
    found = kenward_roger(
        fit, form="general" if general else "linear", information="expected" if expected else "observed"
    )
    np.testing.assert_allclose(found.covariance, adjusted, rtol=1e-4, atol=1e-6)
    test = joint_test(found, ROWS)
    assert (test.scale, test.denominator_degrees_of_freedom, test.statistic) == pytest.approx(
        (scale, freedom, f), rel=1e-4
    )


def test_satterthwaite_by_differences() -> None:
    """The variance of each coefficient's variance, by the delta method with numerical derivatives."""
    data = trial(3)
    fit = fit_repeated_measures(data.response, data.design, data.subject, data.visit, "toeplitz, heterogeneous")
    naive, at = Naive(data, by_visit(fit.structure, data)), unscaled(fit)
    gradient = np.array(
        [(np.diag(naive.solve(at + h)[1]) - np.diag(naive.solve(at - h)[1])) / 2e-4 for h in np.eye(len(at)) * 1e-4]
    )
    spread = np.einsum("ic,ij,jc->c", gradient, naive.weights(at, expected=False), gradient)
    found = contrasts(satterthwaite(fit), np.eye(5))
    np.testing.assert_allclose(found.degrees_of_freedom, 2 * np.diag(naive.solve(at)[1]) ** 2 / spread, rtol=1e-4)


def test_random_effects() -> None:
    """Intercept and slope; V, the log-likelihood, the adjustment in the variances themselves, and predictions."""
    data = trial(4)
    z = np.column_stack([np.ones(len(data.visit)), data.visit]).astype(float)

    def covariance(parameters: FloatArray, rows: IntArray) -> FloatArray:
        errors, a, b, c = parameters
        return np.asarray(z[rows] @ np.array([[a, b], [b, c]]) @ z[rows].T + errors * np.eye(len(rows)))

    fit = fit_random_effects(data.response, data.design, data.subject, z)
    naive, (effects, errors) = Naive(data, covariance), fit.variance_components
    at = np.array([errors, effects[0, 0], effects[0, 1], effects[1, 1]])
    assert fit.log_likelihood == pytest.approx(naive.log_likelihood(at), rel=1e-12)
    adjusted, scale, freedom, f = naive.kenward_roger(at, ROWS, expected=True, general=False)
    found = kenward_roger(fit)
    np.testing.assert_allclose(found.covariance, adjusted, rtol=1e-6, atol=1e-9)
    test = joint_test(found, ROWS)
    assert (test.scale, test.denominator_degrees_of_freedom, test.statistic) == pytest.approx((scale, freedom, f))
    inverse, _, beta = naive.solve(at)
    for person, predicted in zip(fit.observations.people, predict_random_effects(fit), strict=True):
        rows = np.flatnonzero(data.subject == person)
        residual = (data.response - data.design @ beta)[rows]
        expected = effects @ z[rows].T @ inverse[np.ix_(rows, rows)] @ residual
        np.testing.assert_allclose(predicted, expected, rtol=1e-8, atol=1e-10)
