"""Least squares for many responses at once: ordinary, with a common correlation within people, or within people only.

With correlation c the covariance of a person's v observations is that of compound symmetry, (1 - c) I + c J, whose
inverse and symmetric root are known: (I - k J) / (1 - c) with k = c / (1 - c + c v), and (I - d J) / sqrt(1 - c) with
d = (1 - sqrt((1 - c) / (1 - c + c v))) / v. People's sums suffice, no matrix of people is formed. Letting c go to 1
gives k = d = 1 / v: deviations from each person's mean, the fit with an effect of every person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.response_matrix import ResponseMatrix

NO_INFORMATION = 1e-10  # of a direction of the design, relative to what complete data would hold
NO_VARIATION = 1e-10  # of the residuals, relative to the largest response
NEVER_OBSERVED = "never observed"
NO_DEGREES_OF_FREEDOM = "no residual degrees of freedom"
NEVER_CHANGES = "no variation left by the design"


@dataclass(frozen=True, eq=False)
class Weighting:
    """Inverse and root of the covariance of people with 0, ..., V observations: see the module. Both (V + 1,)."""

    inverse: FloatArray
    root: FloatArray
    scale: float


@dataclass(frozen=True, eq=False)
class ContrastEstimates:
    """Contrasts of the coefficients: estimates (G, q) and their covariances in units of the variance (P, q, q).

    An estimate is NaN where the design or the values that are missing leave it open.
    """

    estimate: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, eq=False)
class LinearFits:
    """Fits of many responses (G metabolites, P patterns of missing values).

    variance (G,) is the residual variance; with a correlation, that of one observation. problem (G,) says why a
    metabolite has no usable variance, else it is "". correlation is None for fits within people.
    """

    data: ResponseMatrix
    effects: FloatArray  # (G, r), in the basis of the design
    inverse: FloatArray  # (P, r, r)
    held: FloatArray  # (P, r, r), projection onto what a pattern holds of the design
    variance: FloatArray
    degrees_of_freedom: IntArray
    problem: tuple[str, ...]
    correlation: float | None

    @property
    def usable(self) -> BoolArray:
        """Which metabolites have a residual variance (G,)."""
        return np.array([not problem for problem in self.problem], dtype=np.bool_)

    @property
    def residuals(self) -> FloatArray:
        """Observed less fitted values (N, G), rows as in `data`; 0 where nothing was observed."""
        return np.asarray(self.data.cells * (self.data.values - self.data.fitted(self.effects)))

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of the design's columns (G, p), NaN where not estimable."""
        return self.contrasts(np.eye(self.data.design.columns)).estimate

    @property
    def unscaled_deviations(self) -> FloatArray:
        """Standard errors of the coefficients divided by the residual standard deviation (G, p)."""
        rows = np.eye(self.data.design.columns)
        parts = [np.sqrt(self.contrasts(row).covariance[:, 0, 0]) for row in rows]
        return np.stack(parts, axis=1)[self.data.pattern]

    def contrasts(self, rows: ArrayLike) -> ContrastEstimates:
        """Linear combinations (q, p) of the coefficients; ValueError for other shapes and rows that are zero."""
        weights, estimable = self.data.design.weights(rows)
        sizes = np.linalg.norm(weights, axis=1)
        lost = np.linalg.norm(weights - weights @ self.held, axis=2) > 1e-6 * sizes  # (P, q)
        lost |= ~estimable
        covariance = np.where(lost[:, :, None] | lost[:, None, :], np.nan, weights @ self.inverse @ weights.T)
        return ContrastEstimates(np.where(lost[self.data.pattern], np.nan, self.effects @ weights.T), covariance)


def fit_linear(data: ResponseMatrix, correlation: float = 0.0) -> LinearFits:
    """Generalised least squares with one correlation between any two observations of a person; 0 is ordinary.

    Source: Smyth, Michaud and Scott, Bioinformatics 2005;21:2067. Raises ValueError for a correlation that is
    impossible with so many observations of a person.
    """
    most = data.most_visits
    lowest = -1 / (most - 1) if most > 1 else -1.0
    if not lowest < correlation < 1:
        raise ValueError(f"correlation {correlation} must lie between {lowest:.3g} and 1 with {most} rows of a person")
    return _fit(data, weighting(correlation, most), correlation)


def fit_within_people(data: ResponseMatrix) -> LinearFits:
    """Ordinary least squares with an effect of every person: only what changes within people is estimable."""
    visits = np.arange(data.most_visits + 1)
    share = np.asarray(1 / np.maximum(visits, 1), dtype=np.float64)
    return _fit(data, Weighting(share, share, 1.0), None)


def weighting(correlation: float, most: int) -> Weighting:
    """The weights of people with up to `most` observations."""
    visits = np.arange(most + 1)
    alone, together = 1 - correlation, 1 - correlation + correlation * visits
    root = np.asarray((1 - np.sqrt(alone / together)) / np.maximum(visits, 1), dtype=np.float64)
    return Weighting(np.asarray(correlation / together, dtype=np.float64), root, 1 / alone)


def weighted(data: ResponseMatrix, weights: Weighting, values: FloatArray) -> FloatArray:
    """Inverse covariance times values (N, G), which are 0 where nothing was observed."""
    people = weights.inverse[data.visits] * data.by_person(values)
    return np.asarray(weights.scale * (values - data.cells * data.to_rows(people)))


def whitened(data: ResponseMatrix, weights: Weighting, values: FloatArray) -> FloatArray:
    """Symmetric root of the inverse covariance times values (N, G), which are 0 where nothing was observed."""
    people = weights.root[data.visits] * data.by_person(values)
    return np.asarray(np.sqrt(weights.scale) * (values - data.cells * data.to_rows(people)))


def without_variation(data: ResponseMatrix, squares: FloatArray) -> BoolArray:
    """Whether sums of squared residuals (G,) are no more than rounding leaves of such responses."""
    largest = np.abs(data.values).max(axis=0, initial=0.0)
    return np.asarray(squares <= (NO_VARIATION * largest) ** 2 * np.maximum(data.count, 1))


def pseudo_inverse(gram: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Inverse (P, r, r) on what is held, the projection onto it, and its rank (P,), of matrices (P, r, r)."""
    values, vectors = np.linalg.eigh(gram)
    kept = values > NO_INFORMATION
    turned = vectors.transpose(0, 2, 1)
    inverse = (vectors * np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)[:, None, :]) @ turned
    return inverse, (vectors * kept[:, None, :]) @ turned, kept.sum(axis=1)


def _fit(data: ResponseMatrix, weights: Weighting, correlation: float | None) -> LinearFits:
    sums = data.sums
    gram = weights.scale * (sums.gram - np.einsum("v,pvij->pij", weights.inverse[1:], sums.by_visits))
    inverse, held, rank = pseudo_inverse(gram)
    effects, residuals = np.zeros((data.metabolites, data.design.rank)), data.values
    for _ in range(2):  # the second round removes the rounding that large values leave
        score = data.scores(weighted(data, weights, residuals))
        effects = effects + (inverse[data.pattern] @ score[:, :, None])[:, :, 0]
        residuals = data.cells * (data.values - data.fitted(effects))
    squares = np.square(whitened(data, weights, residuals)).sum(axis=0)
    free = data.count - rank[data.pattern]
    if correlation is None:
        free = free - (data.visits > 0).sum(axis=0)
    constant = without_variation(data, squares)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(free > 0, squares / free, np.nan)
    problem = np.select(
        [data.count == 0, free <= 0, constant], [NEVER_OBSERVED, NO_DEGREES_OF_FREEDOM, NEVER_CHANGES], ""
    )
    return LinearFits(data, effects, inverse, held, variance, free, tuple(problem.tolist()), correlation)
