"""Restricted and full log-likelihood of a linear mixed model, with exact gradient and Hessian.

Written from Harville, JASA 1977;72:320 and Lindstrom and Bates, JASA 1988;83:1014. The fixed effects are profiled
out. Everything works on sums over patterns of visits, so that its cost does not grow with the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import CovarianceValues
from firstdose.methods.mixed_model_data import PatternSums


@dataclass(frozen=True, eq=False)
class Curvature:
    """The likelihood at one set of covariance parameters, in the units of the orthonormal basis and scaled response.

    coefficients (p,) and their covariance (p, p) = Phi; gradient (q,), hessian (q, q) of the log-likelihood;
    expected (q, q), the expected information. In the letters of Kenward and Roger 1997: slopes (q, p, p) = -P_i,
    squares (q, q, p, p) = Q_ij, bends (q, q, p, p) = R_ij; the last two are made when they are asked for, since the
    search for a maximum does without.
    """

    log_likelihood: float
    coefficients: FloatArray
    covariance: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    expected: FloatArray
    slopes: FloatArray
    turned: _Turned
    sums: PatternSums

    @cached_property
    def squares(self) -> FloatArray:
        rows, columns, place = _pairs(len(self.gradient))
        square = self._of_coefficients(self.turned.by[rows] @ self.turned.once[columns])
        return np.asarray(((square + np.swapaxes(square, -1, -2)) / 2.0)[place])

    @cached_property
    def bends(self) -> FloatArray:
        rows, columns, place = _pairs(len(self.gradient))
        inverse = self.turned.inverse
        return self._of_coefficients(inverse @ self.turned.second[rows, columns] @ inverse)[place]

    def _of_coefficients(self, matrices: FloatArray) -> FloatArray:
        return self.sums.weighted(matrices)[..., :-1, :-1]


@dataclass(frozen=True, eq=False)
class _Turned:
    """inverse (P, m, m) = V^-1; by (q, P, m, m) = V^-1 V_i; once = V^-1 V_i V^-1; second (q, q, P, m, m) = V_ij."""

    inverse: FloatArray
    by: FloatArray
    once: FloatArray
    second: FloatArray


def log_likelihood(matrices: FloatArray, sums: PatternSums, *, restricted: bool) -> float:
    """Log-likelihood without its constant for covariances V (P, m, m); -inf where one is not positive definite."""
    parts = _solve(matrices, sums)
    return -np.inf if parts is None else _value(parts, restricted)


def curvature(values: CovarianceValues, sums: PatternSums, *, restricted: bool) -> Curvature:
    """Log-likelihood with all derivatives; raises ValueError where a covariance is not positive definite."""
    here = curvature_if_possible(values, sums, restricted=restricted)
    if here is None:
        raise ValueError("the covariance is not positive definite here")
    return here


def curvature_if_possible(values: CovarianceValues, sums: PatternSums, *, restricted: bool) -> Curvature | None:
    """The same; None where a covariance is not positive definite."""
    parts = _solve(values.matrices, sums)
    if parts is None:
        return None
    p, phi, c = sums.columns - 1, parts.covariance, np.append(-parts.coefficients, 1.0)
    inverse, people, count = parts.inverse, sums.people, len(values.first)
    by = inverse @ values.first
    once = by @ inverse
    slope = sums.weighted(once)
    slopes = slope[:, :p, :p]
    tilt = slope[:, :p] @ c  # X'V^-1 V_i V^-1 r

    trace_one = np.einsum("iPaa,P->i", by, people)
    trace_two = expected = _pair_traces(by, people)
    around = sums.contracted(np.outer(c, c))
    ends = [inverse * people[:, None, None], inverse @ around @ inverse]
    quadratic_one, quadratic_two = c @ slope @ c, _pair_products(by, once @ around)
    if restricted:
        whole = np.zeros((p + 1, p + 1))
        whole[:p, :p] = phi
        around = sums.contracted(whole)
        ends.append(inverse @ around @ inverse)
        turned = phi @ slopes
        trace_one = trace_one - np.einsum("iaa->i", turned)
        trace_two = trace_two - 2.0 * _pair_products(by, once @ around) + _pair_products(turned, turned)
        expected = trace_two
    bent = values.second.reshape(count, count, -1) @ np.stack([end.ravel() for end in ends], axis=1)
    trace_bend, quadratic_bend = bent[..., 0], bent[..., 1]
    if restricted:
        trace_bend = trace_bend - bent[..., 2]
    gradient = -(trace_one - quadratic_one) / 2.0
    hessian = -(trace_bend - trace_two - quadratic_bend + 2.0 * (quadratic_two - tilt @ phi @ tilt.T)) / 2.0
    return Curvature(
        _value(parts, restricted),
        parts.coefficients,
        phi,
        gradient,
        (hessian + hessian.T) / 2.0,
        (expected + expected.T) / 4.0,
        slopes,
        _Turned(inverse, by, once, values.second),
        sums,
    )


def _pairs(count: int) -> tuple[IntArray, IntArray, IntArray]:
    """Rows and columns of the pairs i <= j, and where each (i, j) and (j, i) stands among them, shape (q, q)."""
    rows, columns = np.triu_indices(count)
    place = np.empty((count, count), dtype=np.int64)
    place[rows, columns] = place[columns, rows] = np.arange(len(rows))
    return rows.astype(np.int64), columns.astype(np.int64), place


@dataclass(frozen=True, eq=False)
class _Solved:
    inverse: FloatArray
    log_determinant: float
    information: FloatArray
    covariance: FloatArray
    coefficients: FloatArray
    squares: float


def _solve(matrices: FloatArray, sums: PatternSums) -> _Solved | None:
    if not np.isfinite(matrices).all():
        return None
    try:
        factor = np.linalg.cholesky(matrices)
        root = np.linalg.inv(factor)
    except np.linalg.LinAlgError:
        return None
    inverse = np.swapaxes(root, 1, 2) @ root
    with np.errstate(divide="ignore"):
        logs = np.log(np.einsum("Paa->Pa", factor)).sum(axis=1)
    cross = sums.weighted(inverse)
    p = sums.columns - 1
    try:
        covariance = np.linalg.inv(cross[:p, :p])
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(logs).all() and np.isfinite(covariance).all()):
        return None
    covariance = (covariance + covariance.T) / 2.0
    coefficients = covariance @ cross[:p, p]
    squares = float(cross[p, p] - cross[:p, p] @ coefficients)
    return _Solved(inverse, 2.0 * float(logs @ sums.people), cross[:p, :p], covariance, coefficients, squares)


def _value(parts: _Solved, restricted: bool) -> float:
    sign, log_information = np.linalg.slogdet(parts.information) if restricted else (1.0, 0.0)
    if sign <= 0 or parts.squares <= 0:
        return -np.inf
    return -(parts.log_determinant + float(log_information) + parts.squares) / 2.0


def _pair_traces(by: FloatArray, people: IntArray) -> FloatArray:
    """Sum over people of tr(V^-1 V_i V^-1 V_j), shape (q, q)."""
    return _pair_products(by * people[:, None, None], by)


def _pair_products(left: FloatArray, right: FloatArray) -> FloatArray:
    """The traces of L_i R_j, summed over patterns where there are any; left and right (q, ..., m, m), shape (q, q)."""
    count = len(left)
    return np.asarray(left.reshape(count, -1) @ np.swapaxes(right, -1, -2).reshape(count, -1).T)
