"""Many responses of the same people, some values missing, and one design: checked, sorted and summed by person.

Metabolites whose values are missing in the same rows share a pattern, and all that depends on the design is worked
out once for each pattern: once in all where nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.products import serial_product

RANK_TOLERANCE = 1e-9  # of a singular value of the design, relative to the largest
ESTIMABLE = 1e-7  # what of a contrast may lie outside the rows of the design


@dataclass(frozen=True, eq=False)
class DesignSpace:
    """A design (N, p) as an orthonormal basis (N, r) of its columns, r its rank.

    `weights` turns contrasts of coefficients into contrasts of the effects in this basis; dependent columns are
    allowed, and a contrast that they leave open is said to be not estimable.
    """

    basis: FloatArray  # (N, r)
    sizes: FloatArray  # (p,), by which the columns were divided
    singular: FloatArray  # (r,)
    right: FloatArray  # (p, r)

    @property
    def rank(self) -> int:
        return len(self.singular)

    @property
    def columns(self) -> int:
        return len(self.sizes)

    def weights(self, contrasts: ArrayLike) -> tuple[FloatArray, BoolArray]:
        """Weights (q, r) of the effects for contrasts (q, p) of the coefficients, and which are estimable (q,)."""
        rows = np.atleast_2d(np.asarray(contrasts, dtype=np.float64))
        if rows.ndim != 2 or rows.shape[1] != self.columns:
            raise ValueError(f"contrasts {rows.shape} need a weight for each of the {self.columns} columns")
        if not np.isfinite(rows).all() or not rows.any(axis=1).all():
            raise ValueError("contrasts must be finite, and none of them zero throughout")
        scaled = rows / self.sizes
        inside = scaled @ self.right
        outside = np.linalg.norm(scaled - inside @ self.right.T, axis=1)
        return inside / self.singular, outside <= ESTIMABLE * np.linalg.norm(scaled, axis=1)


@dataclass(frozen=True, eq=False)
class PatternSums:
    """What the patterns of missing values leave of a design: products of basis rows, summed.

    gram (P, r, r) over all rows; by_person (P, n, r), each person's sums; by_visits (P, V, r, r), the products of
    these sums over the people who have 1, ..., V rows; people (P, V), how many these are.
    """

    gram: FloatArray
    by_person: FloatArray
    by_visits: FloatArray
    people: IntArray


@dataclass(frozen=True, eq=False)
class ResponseMatrix:
    """Responses (N, G) of one design, rows sorted by person; a missing value is 0 here and not `observed`."""

    values: FloatArray  # (N, G)
    observed: BoolArray  # (P, N), the patterns
    pattern: IntArray  # (G,)
    design: DesignSpace
    person: IntArray  # (N,), from 0
    starts: IntArray  # (n,), the first row of each person
    rows: IntArray  # (N,), where each row stood in the input

    @property
    def metabolites(self) -> int:
        return int(self.values.shape[1])

    @property
    def most_visits(self) -> int:
        """The most rows of one person."""
        return int(np.bincount(self.person).max())

    @cached_property
    def complete(self) -> BoolArray:
        """Which metabolites have every value (G,)."""
        whole = np.asarray(self.observed.all(axis=1))
        return np.asarray(whole[self.pattern])

    @cached_property
    def cells(self) -> FloatArray:
        """1 where a value was observed, else 0 (N, G)."""
        return np.ascontiguousarray(self.observed.T[:, self.pattern], dtype=np.float64)

    @cached_property
    def count(self) -> IntArray:
        """Number of observed values of each metabolite (G,)."""
        return np.asarray(self.observed.sum(axis=1)[self.pattern])

    @cached_property
    def pattern_visits(self) -> IntArray:
        """How many observed rows each person has in each pattern (n, P)."""
        return np.asarray(self.by_person(self.observed.T.astype(np.int64)))

    @cached_property
    def visits(self) -> IntArray:
        """How many observed values each person has of each metabolite (n, G)."""
        return np.asarray(self.pattern_visits[:, self.pattern])

    @cached_property
    def mean(self) -> FloatArray:
        """Mean of the observed values of each metabolite (G,); NaN without any."""
        return np.where(self.count > 0, self.values.sum(axis=0) / np.maximum(self.count, 1), np.nan)

    @cached_property
    def sums(self) -> PatternSums:
        """Products of the design, summed over rows and people."""
        basis, most = self.design.basis, self.most_visits
        seen = self.observed.astype(np.float64)
        products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
        gram = serial_product(seen, products).reshape(len(seen), self.design.rank, self.design.rank)
        sums = np.stack([self.by_person(seen.T * column[:, None]).T for column in basis.T], axis=-1)  # (P, n, r)
        by_visits, people = [], []
        for visits in range(1, most + 1):
            chosen = (self.pattern_visits == visits).T
            some = sums * chosen[:, :, None]
            by_visits.append(some.transpose(0, 2, 1) @ some)
            people.append(chosen.sum(axis=1))
        return PatternSums(gram, sums, np.stack(by_visits, axis=1), np.stack(people, axis=1))

    def scores(self, rows: FloatArray) -> FloatArray:
        """Products (G, r) of rows (N, G) with the basis of the design."""
        return serial_product(rows.T, self.design.basis)

    def fitted(self, effects: FloatArray) -> FloatArray:
        """What effects (G, r) predict for every row (N, G)."""
        return serial_product(self.design.basis, effects.T)

    def by_person(self, rows: FloatArray | IntArray) -> FloatArray:
        """Sums of rows (N, ...) over each person (n, ...)."""
        return np.asarray(np.add.reduceat(rows, self.starts, axis=0))

    def to_rows(self, people: FloatArray) -> FloatArray:
        """Values of people (n, ...) at each of their rows (N, ...)."""
        return np.asarray(people[self.person])


def arrange(response: ArrayLike, design: ArrayLike, person: ArrayLike | None = None) -> ResponseMatrix:
    """Check and sort response (N, G) with NaN where a value is missing, design (N, p), and person (N,), any labels.

    Without `person` every row is a person of its own. Columns of the design may depend on each other. Raises
    ValueError for other shapes, no rows, infinite responses, and a design that is not finite or zero throughout.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    labels = np.arange(len(y)) if person is None else np.asarray(person)
    if y.ndim != 2 or x.ndim != 2 or len(x) != len(y) or labels.shape != (len(y),) or not len(y):
        raise ValueError(f"response {y.shape}, design {x.shape} and person {labels.shape} need (N, G), (N, p), (N,)")
    if np.isinf(y).any() or not np.isfinite(x).all():
        raise ValueError("responses must be finite or NaN (missing), and the design finite throughout")
    number = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(number, kind="stable")
    y, number = y[order], number[order]
    missing = np.isnan(y)
    patterns, pattern = _patterns(missing)
    return ResponseMatrix(
        values=np.where(missing, 0.0, y),
        observed=~patterns,
        pattern=pattern,
        design=design_space(x[order]),
        person=number,
        starts=np.flatnonzero(np.diff(number, prepend=-1)),
        rows=order,
    )


def design_space(design: FloatArray) -> DesignSpace:
    """An orthonormal basis of the columns of a design (N, p); ValueError where it is zero throughout."""
    sizes = np.linalg.norm(design, axis=0)
    sizes = np.where(sizes > 0, sizes, 1.0)
    left, singular, right = np.linalg.svd(design / sizes, full_matrices=False)
    if not design.size or singular[0] == 0:
        raise ValueError("the design needs a column that is not zero throughout")
    kept = singular > RANK_TOLERANCE * singular[0]
    return DesignSpace(np.ascontiguousarray(left[:, kept]), sizes, singular[kept], right[kept].T)


def _patterns(missing: BoolArray) -> tuple[BoolArray, IntArray]:
    """The distinct columns of (N, G), as rows (P, N), and the number of each column's (G,)."""
    if not missing.any():
        return np.zeros((1, len(missing)), dtype=np.bool_), np.zeros(missing.shape[1], dtype=np.int64)
    packed = np.ascontiguousarray(np.packbits(missing.T, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
    return missing.T[first], pattern.ravel().astype(np.int64)
