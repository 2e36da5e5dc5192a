"""Covariance of one person's visits: named structures, their parameters, and derivatives for REML.

Every structure is scale times core times scale. The scales are exp of the first parameters: one standard deviation
for all visits, or one for each ("heterogeneous"). The core is a correlation matrix whose correlations are
rho = theta / sqrt(1 + theta^2); for compound symmetry rho = (m expit(theta) - 1) / (m - 1), which stays above its limit
for m visits. For the unstructured form the core is T T' with a unit lower triangle T whose entries below the diagonal
are the remaining parameters, row by row, and the scales are those of the rows of T. All parameters are real numbers
without limits. These are the parameters of R's mmrm, so that its small-sample figures can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

import numpy as np
from scipy.special import expit

from firstdose.methods._counts import BoolArray, FloatArray, IntArray

Pattern: TypeAlias = Literal["compound symmetry", "autoregressive", "toeplitz", "ante-dependence", "unstructured"]


@dataclass(frozen=True, eq=False)
class CovarianceValues:
    """Covariance matrices V of each pattern of visits and their derivatives, padded to m visits.

    matrices (P, m, m) with the unit matrix at visits a pattern lacks; first (q, P, m, m) and second (q, q, P, m, m)
    with zeros there.
    """

    matrices: FloatArray
    first: FloatArray
    second: FloatArray


class CovarianceModel(Protocol):
    """What the likelihood asks of a covariance model whose data have been sorted into P patterns of visits."""

    @property
    def name(self) -> str: ...

    @property
    def parameter_count(self) -> int: ...

    def values(self, parameters: FloatArray) -> CovarianceValues: ...

    def matrices(self, parameters: FloatArray) -> FloatArray: ...

    def starts(self) -> list[FloatArray]: ...

    def boundary(self, parameters: FloatArray) -> str: ...


@dataclass(frozen=True)
class Structure:
    """A covariance structure for visits in a fixed order, told apart by its pattern and its scales."""

    name: str
    pattern: Pattern
    heterogeneous: bool

    def parameter_count(self, visits: int) -> int:
        """Scales first, then correlations (or the entries of the unit lower triangle)."""
        return (visits if self.heterogeneous else 1) + core_parameter_count(self.pattern, visits)

    def matrix(self, parameters: FloatArray, visits: int) -> FloatArray:
        """Covariance of all visits, shape (visits, visits). A Toeplitz one may fail to be positive definite."""
        return self.derivatives(parameters, visits)[0]

    def derivatives(self, parameters: FloatArray, visits: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The covariance (m, m), its first (q, m, m) and second (q, q, m, m) derivatives by the parameters."""
        scales = np.eye(visits) if self.heterogeneous else np.ones((1, visits))
        core = core_derivatives(self.pattern, parameters[len(scales) :], visits)
        return scaled(parameters[: len(scales)], scales, core)

    def parameters_of(self, covariance: FloatArray) -> FloatArray:
        """Parameters of a covariance (m, m) that has this structure; of another, of one that resembles it.

        Raises numpy.linalg.LinAlgError for an unstructured covariance that is not positive definite.
        """
        if self.pattern == "unstructured":
            factor = np.linalg.cholesky(covariance)
            scales = np.diag(factor)
            return np.concatenate([np.log(scales), (factor / scales[:, None])[np.tril_indices(len(factor), -1)]])
        scales = np.sqrt(np.diag(covariance))
        correlations = covariance / np.outer(scales, scales)
        if not self.heterogeneous:
            scales = np.sqrt(np.mean(scales**2, keepdims=True))
        count = core_parameter_count(self.pattern, len(covariance))
        rho = np.diag(correlations, 1) if self.pattern == "ante-dependence" else correlations[0, 1 : count + 1]
        if self.pattern == "compound symmetry":
            others = len(covariance) - 1
            return np.concatenate([np.log(scales), np.log1p(others * rho) - np.log1p(-rho) - np.log(others)])
        return np.concatenate([np.log(scales), rho / np.sqrt(1.0 - rho**2)])


def scaled(
    log_scales: FloatArray, which: FloatArray, core: tuple[FloatArray, FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """D C D and its derivatives, by the logarithms of the scales and then by the parameters of the core.

    which has shape (scales, m): 1 where a scale belongs to a visit. The core and its derivatives have shapes
    (..., m, m), (k, ..., m, m) and (k, k, ..., m, m).
    """
    matrix, first, second = core
    d = np.exp(log_scales @ which)
    dd = d[:, None] * d
    v = dd * matrix
    between = which[:, :, None] + which[:, None, :]  # V changes by this multiple of itself
    between = between.reshape(len(which), *[1] * (matrix.ndim - 2), *between.shape[1:])
    by_scale, by_core = between * v, dd * first
    mixed = between[:, None] * by_core[None, :]
    upper = np.concatenate([between[:, None] * by_scale[None, :], mixed], axis=1)
    lower = np.concatenate([np.swapaxes(mixed, 0, 1), dd * second], axis=1)
    return v, np.concatenate([by_scale, by_core]), np.concatenate([upper, lower])


def core_parameter_count(pattern: Pattern, visits: int) -> int:
    """Parameters of the core of a pattern; none for a single visit."""
    if pattern == "unstructured":
        return visits * (visits - 1) // 2
    if pattern in ("toeplitz", "ante-dependence"):
        return visits - 1
    return min(1, visits - 1)


def core_derivatives(
    pattern: Pattern, parameters: FloatArray, visits: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The core (m, m) of a pattern and its first (k, m, m) and second (k, k, m, m) derivatives."""
    if pattern == "unstructured":
        return _triangle_derivatives(parameters, visits)
    return _power_derivatives(_powers(pattern, visits), *_correlations(pattern, parameters, visits))


def _correlations(pattern: Pattern, theta: FloatArray, visits: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each parameter's rho and its first and second derivative."""
    if pattern == "compound symmetry":
        share, rest = expit(theta), expit(-theta)
        slope = visits / max(visits - 1, 1) * share * rest
        return (visits * share - 1.0) / max(visits - 1, 1), slope, slope * (rest - share)
    root = np.hypot(1.0, theta)
    return theta / root, root**-3, -3.0 * theta * root**-5


def _powers(pattern: Pattern, visits: int) -> IntArray:
    """Exponents (k, m, m): each correlation is a product of powers of the k parameters' rho."""
    lag = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    if pattern == "compound symmetry":
        powers = (lag > 0)[None]
    elif pattern == "autoregressive":
        powers = lag[None]
    elif pattern == "toeplitz":
        powers = lag == np.arange(1, visits)[:, None, None]
    else:
        step = np.arange(visits - 1)[:, None, None]
        first, last = np.minimum.outer(np.arange(visits), np.arange(visits)), lag
        powers = (first <= step) & (step < first + last)
    return powers[: core_parameter_count(pattern, visits)].astype(np.int64)


def _power_derivatives(
    powers: IntArray, rho: FloatArray, slope: FloatArray, bend: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    k, visits = len(powers), powers.shape[-1]
    each = rho[:, None, None] ** powers
    once = powers * rho[:, None, None] ** np.maximum(powers - 1, 0)
    twice = powers * (powers - 1) * rho[:, None, None] ** np.maximum(powers - 2, 0)
    first, second = np.empty((k, visits, visits)), np.empty((k, k, visits, visits))
    for i in range(k):
        others = np.delete(each, i, axis=0).prod(axis=0)
        first[i] = others * once[i] * slope[i]
        second[i, i] = others * (twice[i] * slope[i] ** 2 + once[i] * bend[i])
        for j in range(i):
            rest = np.delete(each, (i, j), axis=0).prod(axis=0)
            second[i, j] = second[j, i] = rest * once[i] * slope[i] * once[j] * slope[j]
    return each.prod(axis=0), first, second


def _triangle_derivatives(entries: FloatArray, visits: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows, columns = np.tril_indices(visits, -1)
    triangle = np.eye(visits)
    triangle[rows, columns] = entries
    return product_derivatives(triangle, rows, columns)


def product_derivatives(
    triangle: FloatArray, rows: IntArray, columns: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """T T' (m, m) and its derivatives by the entries of T at (rows, columns)."""
    units = np.zeros((len(rows), *triangle.shape))
    units[np.arange(len(rows)), rows, columns] = 1.0
    half = units @ triangle.T
    mixed = units[:, None] @ np.swapaxes(units, 1, 2)[None, :]
    return triangle @ triangle.T, half + np.swapaxes(half, 1, 2), mixed + np.swapaxes(mixed, 2, 3)


def padded(visits_seen: BoolArray, matrix: FloatArray, first: FloatArray, second: FloatArray) -> CovarianceValues:
    """Restrict V and its derivatives to the visits of each pattern; visits_seen has shape (P, m)."""
    both = visits_seen[:, :, None] & visits_seen[:, None, :]
    rest = np.eye(visits_seen.shape[1]) * ~visits_seen[:, :, None]
    return CovarianceValues(
        np.where(both, matrix, rest),
        np.where(both, first[:, None], 0.0),
        np.where(both, second[:, :, None], 0.0),
    )


def _structures() -> dict[str, Structure]:
    patterns: tuple[Pattern, ...] = ("compound symmetry", "autoregressive", "toeplitz", "ante-dependence")
    made = [Structure(pattern, pattern, False) for pattern in patterns]
    made += [Structure(f"{pattern}, heterogeneous", pattern, True) for pattern in patterns]
    return {structure.name: structure for structure in (*made, Structure("unstructured", "unstructured", True))}


STRUCTURES = MappingProxyType(_structures())
