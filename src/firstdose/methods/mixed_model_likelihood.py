"""Restricted and full log-likelihood of a linear mixed model, with exact gradient and Hessian.

Written from Harville, JASA 1977;72:320 and Lindstrom and Bates, JASA 1988;83:1014. The fixed effects are profiled
out. Everything works on sums over patterns of visits, so that its cost does not grow with the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import CovarianceValues
from firstdose.methods.mixed_model_data import PatternSums


@dataclass(frozen=True, eq=False)
class Curvature:
    """The likelihood at one set of covariance parameters, in the units of the orthonormal basis and scaled response.

    coefficients (p,) and their covariance (p, p) = Phi; gradient (q,), hessian (q, q) of the log-likelihood;
    expected (q, q), the expected information. In the letters of Kenward and Roger 1997: slopes (q, p, p) = -P_i,
    squares (q, q, p, p) = Q_ij, bends (q, q, p, p) = R_ij.
    """

    log_likelihood: float
    coefficients: FloatArray
    covariance: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    expected: FloatArray
    slopes: FloatArray
    squares: FloatArray
    bends: FloatArray


def log_likelihood(matrices: FloatArray, sums: PatternSums, *, restricted: bool) -> float:
    """Log-likelihood without its constant for covariances V (P, m, m); -inf where one is not positive definite."""
    parts = _solve(matrices, sums)
    return -np.inf if parts is None else _value(parts, restricted)


def curvature(values: CovarianceValues, sums: PatternSums, *, restricted: bool) -> Curvature:
    """Log-likelihood with all derivatives; raises ValueError where a covariance is not positive definite."""
    parts = _solve(values.matrices, sums)
    if parts is None:
        raise ValueError("the covariance is not positive definite here")
    p, phi, c = sums.columns - 1, parts.covariance, np.append(-parts.coefficients, 1.0)
    inverse, people = parts.inverse, sums.people
    by = inverse @ values.first  # V^-1 V_i
    once = by @ inverse
    rows, columns, place = _pairs(len(by))
    slope = sums.weighted(once)
    square = sums.weighted(by[rows] @ once[columns])
    square = ((square + np.swapaxes(square, -1, -2)) / 2.0)[place]
    second = inverse @ values.second[rows, columns]
    bend = sums.weighted(second @ inverse)[place]

    trace_one = np.einsum("iPaa,P->i", by, people)
    trace_two = _pair_traces(by, people)
    trace_bend = np.einsum("iPaa,P->i", second, people)[place]
    tilt = slope[:, :p] @ c  # X'V^-1 V_i V^-1 r
    quadratic_one, quadratic_two, quadratic_bend = c @ slope @ c, c @ square @ c, c @ bend @ c

    slopes, squares, bends = slope[:, :p, :p], square[..., :p, :p], bend[..., :p, :p]
    if restricted:
        turned = phi @ slopes
        trace_one = trace_one - np.einsum("iaa->i", turned)
        trace_two = trace_two - 2.0 * np.einsum("ab,ijba->ij", phi, squares) + np.einsum("iab,jba->ij", turned, turned)
        trace_bend = trace_bend - np.einsum("ab,ijba->ij", phi, bends)
    gradient = -(trace_one - quadratic_one) / 2.0
    hessian = -(trace_bend - trace_two - quadratic_bend + 2.0 * (quadratic_two - tilt @ phi @ tilt.T)) / 2.0
    return Curvature(
        _value(parts, restricted),
        parts.coefficients,
        phi,
        gradient,
        (hessian + hessian.T) / 2.0,
        (trace_two + trace_two.T) / 4.0,
        slopes,
        squares,
        bends,
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
    weighted = by * people[:, None, None]
    return np.asarray(weighted.reshape(len(by), -1) @ np.swapaxes(by, 2, 3).reshape(len(by), -1).T)
