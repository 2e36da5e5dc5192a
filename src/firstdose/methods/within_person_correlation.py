"""The correlation between observations of one person: by restricted maximum likelihood, and one common to all.

The covariance of the observations is proportional to (1 - c) I + c Z Z', with Z the indicators of people. Let M remove
the design. M Z Z' M has eigenvalues l, and the squared components s of the responses along its eigenvectors are
independent, each chi-squared times its variance 1 - c + c l: that is the restricted likelihood, a function of c alone
once the scale is profiled out. The eigenvectors do not depend on the responses, so one decomposition serves all
metabolites that miss the same values. It is no larger than visits times columns of the design, however many the people:
among those with v observations, what is orthogonal to their sums of the design has eigenvalue v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.linear_fits import pseudo_inverse, without_variation
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.products import serial_product
from firstdose.methods.response_matrix import ResponseMatrix

TRIM = 0.15  # of the transformed correlations at either end, before their mean is taken
MARGIN = 0.01  # kept from the correlations at which the covariance is singular
ZERO = 1e-9  # an eigenvalue this small is 0: it lies in the design
GRID, NEWTON_STEPS, HALVINGS = 32, 12, 40
CLOSE = 1e-12  # a step so small is the last
MOST_NUMBERS = 2_000_000  # held at once


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues (P, K), how often each counts (P, K), and sums of squared components (G, K)."""

    values: FloatArray
    counts: FloatArray
    squares: FloatArray
    pattern: IntArray  # (G,)

    @property
    def informative(self) -> BoolArray:
        """Which metabolites have components of more than one variance (G,)."""
        used = self.counts > 0.5
        largest = np.where(used, self.values, -np.inf).max(axis=1)
        smallest = np.where(used, self.values, np.inf).min(axis=1)
        return np.asarray((largest > smallest + ZERO)[self.pattern])


@dataclass(frozen=True, eq=False)
class WithinPersonCorrelation:
    """The correlation of each metabolite (G,), NaN where it cannot be estimated, and the common one.

    `common` is the hyperbolic tangent of the trimmed mean of the inverse hyperbolic tangents.
    """

    each: FloatArray
    common: float


def within_person_correlation(data: ResponseMatrix) -> WithinPersonCorrelation:
    """The correlation within people, given the design, for each metabolite and for all of them.

    Source: Smyth, Michaud and Scott, Bioinformatics 2005;21:2067 (restricted maximum likelihood by metabolite, their
    mean on the scale of the inverse hyperbolic tangent, 15 % trimmed at either end). Raises NotEstimable where nobody
    was observed twice and where no metabolite informs.
    """
    if data.most_visits < 2:
        raise NotEstimable("nobody was observed twice, so there is no correlation within people")
    found = spectrum(data)
    informative = found.informative & ~without_variation(data, found.squares.sum(axis=1))
    each = np.where(informative, _maximise(found, -1 / (data.most_visits - 1) + MARGIN, 1 - MARGIN), np.nan)
    return WithinPersonCorrelation(each, common_correlation(each))


def common_correlation(each: FloatArray) -> float:
    """One correlation for all metabolites, from those of each (G,); NaN are left out."""
    transformed = np.sort(np.arctanh(each[np.isfinite(each)]))
    if not len(transformed):
        raise NotEstimable("no metabolite informs about the correlation within people")
    cut = int(TRIM * len(transformed))
    return float(np.tanh(transformed[cut : len(transformed) - cut].mean()))


def restricted_log_likelihood(found: Spectrum, correlation: FloatArray) -> FloatArray:
    """Restricted log-likelihood, its scale profiled out and up to a constant, at correlations (G,)."""
    values, counts = found.values[found.pattern], found.counts[found.pattern]
    variances = 1 + correlation[:, None] * (values - 1)
    scale = np.log((found.squares / variances).sum(axis=1))
    return np.asarray(-0.5 * ((counts * np.log(variances)).sum(axis=1) + counts.sum(axis=1) * scale))


def spectrum(data: ResponseMatrix) -> Spectrum:
    """Eigenvalues and squared components of every metabolite."""
    sums, most = data.sums, data.most_visits
    inverse, _, rank = pseudo_inverse(sums.gram)
    residuals = _residuals(data, inverse)
    roots, back = _roots(sums.by_visits)  # (P, V, r, r) each
    held = np.flatnonzero(roots.any(axis=(0, 3)))  # of V r directions those (K) in which there is anything at all
    stacked = roots.reshape(len(roots), -1, data.design.rank)[:, held]  # (P, K, r)
    diagonal = np.diag(held // data.design.rank + 1.0)
    values, vectors = np.linalg.eigh(diagonal - stacked @ inverse @ stacked.transpose(0, 2, 1))
    along, beside = _components(data, residuals, back, vectors, held)
    in_design = values <= ZERO * most
    along = np.where(in_design[data.pattern], 0.0, along / np.where(in_design, 1.0, values)[data.pattern])
    plain = np.arange(1.0, most + 1)
    same = np.abs(values[:, :, None] - plain) <= ZERO * most  # (P, K, V): those that count with the others of v
    counted = ~in_design & ~same.any(axis=2)
    left = sums.people - np.bincount(held // data.design.rank, minlength=most) + same.sum(axis=1)
    beside = beside + np.einsum("gk,gkv->gv", along, same[data.pattern])
    along = np.where(counted[data.pattern], along, 0.0)
    rest = data.count - rank[data.pattern] - counted.sum(axis=1)[data.pattern] - left.sum(axis=1)[data.pattern]
    remaining = np.square(residuals).sum(axis=0) - along.sum(axis=1) - beside.sum(axis=1)
    rest_by_pattern = np.zeros(len(values))
    rest_by_pattern[data.pattern] = rest
    visits = np.broadcast_to(plain, (len(values), most))
    return Spectrum(
        np.column_stack([np.where(in_design, 0.0, values), visits, np.zeros(len(values))]),
        np.column_stack([counted, left, rest_by_pattern]),
        np.column_stack([along, beside, np.where(rest > 0, np.maximum(remaining, 0.0), 0.0)]),
        data.pattern,
    )


def _residuals(data: ResponseMatrix, inverse: FloatArray) -> FloatArray:
    effects = (inverse[data.pattern] @ data.scores(data.values)[:, :, None])[:, :, 0]
    return data.cells * (data.values - data.fitted(effects))


def _roots(products: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of S'S the root R with S = Q R, Q having orthonormal columns, and the matrix that turns S'h into Q'h."""
    values, vectors = np.linalg.eigh(products)
    kept = values > 1e-12 * np.maximum(values[..., -1:], 1e-300)
    sizes = np.sqrt(np.where(kept, values, 1.0))
    turned = vectors.swapaxes(-1, -2)
    return turned * np.where(kept, sizes, 0.0)[..., None], turned * (kept / sizes)[..., None]


def _components(
    data: ResponseMatrix, residuals: FloatArray, back: FloatArray, vectors: FloatArray, held: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Squared components along the eigenvectors (G, K), times the eigenvalue, and beside them (G, V)."""
    people, most, rank = data.by_person(residuals), data.most_visits, data.design.rank
    inside = np.zeros((data.metabolites, most, rank))
    size = np.stack(
        [(np.square(people) * (data.visits == visits)).sum(axis=0) for visits in range(1, most + 1)], axis=1
    )
    order = np.argsort(data.pattern, kind="stable")
    alike = np.split(order, np.cumsum(np.bincount(data.pattern, minlength=len(back)))[:-1])
    has_visits = data.pattern_visits.T[:, :, None] == np.arange(1, most + 1)  # (P, n, V)
    for pattern, places in enumerate(alike):
        sums = (has_visits[pattern][:, :, None] * data.sums.by_person[pattern][:, None, :]).reshape(-1, most * rank)
        score = serial_product(people[:, places].T, sums).reshape(-1, most, rank)
        inside[places] = (score.swapaxes(0, 1) @ back[pattern].swapaxes(1, 2)).swapaxes(0, 1)
    beside = np.maximum(size - np.square(inside).sum(axis=2), 0.0) / np.arange(1, data.most_visits + 1)
    joined = inside.reshape(data.metabolites, most * rank)[:, held, None]
    along = (vectors.transpose(0, 2, 1)[data.pattern] @ joined)[:, :, 0]
    return np.square(along), beside


def _maximise(found: Spectrum, lowest: float, highest: float) -> FloatArray:
    """The best of a grid, then where the slope between its neighbours is 0 (G,).

    Newton steps from the best of the grid, and halving where one would leave what is known to hold the maximum.
    """
    grid = np.linspace(lowest, highest, GRID)
    with np.errstate(divide="ignore", invalid="ignore"):
        every = _on_grid(found, grid)
        best = np.argmax(np.where(np.isfinite(every), every, -np.inf), axis=0)
        low, high, at = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, GRID - 1)], grid[best]
        slope, _ = _slope(found, at)
        is_end = ((best == 0) & (slope <= 0)) | ((best == GRID - 1) & (slope >= 0))
        for count in range(NEWTON_STEPS + HALVINGS):
            slope, bend = _slope(found, at)
            low, high = np.where(slope > 0, at, low), np.where(slope > 0, high, at)
            there = at - slope / bend
            is_safe = (there >= low) & (there <= high) & (count < NEWTON_STEPS)
            there = np.where(is_end, at, np.where(is_safe, there, (low + high) / 2))
            is_there, at = np.abs(there - at) <= CLOSE, there
            if np.all(is_there | ~np.isfinite(slope)):
                break
    return np.asarray(at)


def _on_grid(found: Spectrum, grid: FloatArray) -> FloatArray:
    """`restricted_log_likelihood` with each correlation of a grid (C,) common to all metabolites (C, G)."""
    at_once = max(1, MOST_NUMBERS // max(1, found.squares.size))
    parts = []
    for first in range(0, len(grid), at_once):
        variances = 1 + grid[first : first + at_once, None] * (found.values - 1)[:, None, :]  # (P, C, K)
        scale = np.log(((1 / variances)[found.pattern] @ found.squares[:, :, None])[:, :, 0])
        size = (np.log(variances) @ found.counts[:, :, None])[:, :, 0]
        parts.append(-0.5 * (size[found.pattern] + found.counts.sum(axis=1)[found.pattern, None] * scale).T)
    return np.concatenate(parts)


def _slope(found: Spectrum, correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Twice the slope of the restricted log-likelihood at correlations (G,), and how that changes."""
    values, counts = found.values[found.pattern], found.counts[found.pattern]
    pull = (values - 1) / (1 + correlation[:, None] * (values - 1))
    share = found.squares / (1 + correlation[:, None] * (values - 1))
    whole, once, twice = share.sum(axis=1), (share * pull).sum(axis=1), (share * pull**2).sum(axis=1)
    slope = counts.sum(axis=1) * once / whole - (counts * pull).sum(axis=1)
    bend = counts.sum(axis=1) * ((once / whole) ** 2 - 2 * twice / whole) + (counts * pull**2).sum(axis=1)
    return slope, bend
