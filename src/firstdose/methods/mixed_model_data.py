"""Observations of a mixed model: checked, put on a common scale, and summed over people with the same visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import BoolArray, FloatArray, IntArray

RANK_TOLERANCE = 1e-9
SMALLEST_VARIANCE = 1e-8  # of a visit, relative to all residuals, in the first guess
NO_VARIATION = 1e-10  # relative to the largest response


class NotEstimable(ValueError):
    """The data cannot answer what the model asks; the message says why."""


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows of a mixed model sorted by person, responses that are missing left out.

    The fixed-effects design is replaced by an orthonormal basis (design = basis @ triangle) and the response by its
    least-squares residuals divided by `scale`, so that neither units nor offsets reach the numerics.
    """

    basis: FloatArray  # (N, p)
    residuals: FloatArray  # (N,)
    triangle: FloatArray  # (p, p)
    least_squares: FloatArray  # (p,)
    scale: float
    person: IntArray  # (N,), 0, 1, ... in the order of the sorted labels
    rows: IntArray  # (N,), where each row stood in the input
    people: tuple[object, ...]
    rows_given: int

    @property
    def count(self) -> int:
        return len(self.residuals)

    @property
    def fixed_effects(self) -> int:
        return int(self.basis.shape[1])


@dataclass(frozen=True, eq=False)
class PatternSums:
    """All that a likelihood needs of the data: products of rows summed over the people of each pattern.

    products (P * m * m, k * k) with k = p + 1 columns (basis, then residuals); people (P,).
    """

    products: FloatArray
    people: IntArray
    visits: int
    columns: int

    def weighted(self, matrices: FloatArray) -> FloatArray:
        """Sum over people of [basis, residuals]' M [basis, residuals], for M (..., P, m, m); shape (..., k, k)."""
        flat = matrices.reshape(*matrices.shape[:-3], -1)
        return (flat @ self.products).reshape(*matrices.shape[:-3], self.columns, self.columns)

    def contracted(self, weights: FloatArray) -> FloatArray:
        """C (P, m, m) such that the sum of M * C is that of weights * weighted(M); weights (k, k) are symmetric."""
        return np.asarray((self.products @ weights.ravel()).reshape(len(self.people), self.visits, self.visits))


def observe(response: ArrayLike, design: ArrayLike, subject: ArrayLike) -> Observations:
    """Check response (N,), design (N, p) and subject (N,) and sort them by person.

    A response that is NaN is a missed observation and left out with its row. Raises ValueError for other shapes,
    infinite numbers and NaN in the design; NotEstimable for a design whose columns depend on each other, for as many
    columns as observations, for people who were all seen once only, and for a response that the design explains
    completely or that never changes within any person.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    labels = np.asarray(subject)
    if y.ndim != 1 or x.ndim != 2 or labels.shape != y.shape or len(x) != len(y):
        raise ValueError(
            f"response {y.shape}, design {x.shape} and subject {labels.shape} need shapes (N,), (N, p), (N,)"
        )
    kept = np.flatnonzero(~np.isnan(y))
    if not (np.isfinite(y[kept]).all() and np.isfinite(x[kept]).all()):
        raise ValueError("responses must be finite or NaN (missed), and the design finite where a response is")
    if not len(kept):
        raise NotEstimable("nothing was observed")
    people, person = np.unique(labels[kept], return_inverse=True)
    order = np.argsort(person, kind="stable")
    kept, person = kept[order], person[order]
    y, x = y[kept], x[kept]
    _refuse_what_never_changes(y, person)
    basis, triangle = _orthonormal(x)
    coefficients = basis.T @ y
    residuals = y - basis @ coefficients
    correction = basis.T @ residuals
    residuals -= basis @ correction
    scale = float(np.sqrt(np.mean(residuals**2)))
    if scale <= NO_VARIATION * float(np.abs(y).max()):
        raise NotEstimable("the fixed effects explain every response completely: no variation is left")
    return Observations(
        basis,
        residuals / scale,
        triangle,
        coefficients + correction,
        scale,
        person.astype(np.int64),
        kept,
        tuple(people),
        len(labels),
    )


def sum_patterns(observations: Observations, slot: IntArray, slots: int, pattern: IntArray) -> PatternSums:
    """Sum the products of rows over the people of each pattern.

    slot (N,) is the place of each row among a person's `slots` visits; pattern (people,) numbers the people's
    patterns from 0.
    """
    columns = observations.fixed_effects + 1
    rows = np.zeros((len(pattern), slots, columns))
    rows[observations.person, slot] = np.column_stack([observations.basis, observations.residuals])
    people = np.bincount(pattern)
    products = np.empty((len(people), slots * slots, columns * columns))
    for each in range(len(people)):
        flat = rows[pattern == each].reshape(-1, slots * columns)
        product = (flat.T @ flat).reshape(slots, columns, slots, columns)
        products[each] = product.transpose(0, 2, 1, 3).reshape(slots * slots, columns * columns)
    return PatternSums(products.reshape(-1, columns * columns), people.astype(np.int64), slots, columns)


def visit_slots(visit: ArrayLike, observations: Observations, visits: int | None) -> tuple[IntArray, int]:
    """The visit of each observation (N,) and how many were planned (default: the highest given plus one).

    Raises ValueError unless visit holds an integer from 0, below `visits`, for each row given to `observe`.
    """
    given = np.asarray(visit)
    if given.shape != (observations.rows_given,) or not np.issubdtype(given.dtype, np.integer) or given.min() < 0:
        raise ValueError("visit must hold integers from 0, one for each response")
    count = int(given.max()) + 1 if visits is None else visits
    if given.max() >= count:
        raise ValueError(f"visit {given.max()} is not one of {count} visits, which count from 0")
    return given[observations.rows].astype(np.int64), count


def rough_covariance(observations: Observations, visit: IntArray, visits: int) -> FloatArray:
    """Mean products (m, m) of the residuals of people who have both visits; a visit nobody has gets variance 1."""
    rows = np.zeros((len(observations.people), visits))
    seen = rows.copy()
    rows[observations.person, visit], seen[observations.person, visit] = observations.residuals, 1.0
    together = seen.T @ seen
    covariance = rows.T @ rows / np.maximum(together, 1.0)
    variances = np.where(np.diag(together) > 0, np.maximum(np.diag(covariance), SMALLEST_VARIANCE), 1.0)
    np.fill_diagonal(covariance, variances)
    return np.asarray(covariance)


def visit_patterns(observations: Observations, visit: IntArray, visits: int) -> tuple[BoolArray, IntArray]:
    """The distinct sets of visits kept (P, m) and the number of each person's; ValueError for a visit twice."""
    seen = np.zeros((len(observations.people), visits), dtype=np.int64)
    np.add.at(seen, (observations.person, visit), 1)
    if seen.max() > 1:
        person, slot = np.argwhere(seen > 1)[0]
        raise ValueError(f"person {observations.people[person]} has visit {slot} more than once")
    patterns, pattern = np.unique(seen.astype(bool), axis=0, return_inverse=True)
    return patterns, pattern.ravel().astype(np.int64)


def design_patterns(observations: Observations, design: FloatArray) -> tuple[FloatArray, BoolArray, IntArray, IntArray]:
    """Distinct random-effects designs (P, m, k), their visits (P, m), each row's slot (N,) and person's pattern."""
    counts = np.bincount(observations.person)
    first = np.cumsum(counts) - counts
    slot = np.arange(observations.count) - first[observations.person]
    stacked = np.zeros((len(counts), counts.max(), design.shape[1] + 1))
    stacked[observations.person, slot, :-1] = design
    stacked[observations.person, slot, -1] = 1.0
    patterns, pattern = np.unique(stacked, axis=0, return_inverse=True)
    return patterns[..., :-1], patterns[..., -1] > 0, slot, pattern.ravel().astype(np.int64)


def _orthonormal(design: FloatArray) -> tuple[FloatArray, FloatArray]:
    count, columns = design.shape
    if not columns:
        raise ValueError("the design needs at least one column")
    if count <= columns:
        raise NotEstimable(f"{count} observations cannot estimate {columns} fixed effects and their error")
    sizes = np.linalg.norm(design, axis=0)
    singular = np.linalg.svd(design / np.where(sizes > 0, sizes, 1.0), compute_uv=False)
    if singular[-1] <= RANK_TOLERANCE * singular[0]:
        rank = int((singular > RANK_TOLERANCE * singular[0]).sum())
        raise NotEstimable(f"the {columns} columns of the design have rank {rank}: some effects cannot be told apart")
    basis, triangle = np.linalg.qr(design / sizes)
    return basis, triangle * sizes


def _refuse_what_never_changes(response: FloatArray, person: IntArray) -> None:
    if person.max() + 1 == len(person):
        raise NotEstimable("nobody was observed twice")
    largest = np.full(person.max() + 1, -np.inf)
    smallest = -largest
    np.maximum.at(largest, person, response)
    np.minimum.at(smallest, person, response)
    if float((largest - smallest).max()) <= NO_VARIATION * float(np.abs(response).max()):
        raise NotEstimable("the outcome never changes within any person")
