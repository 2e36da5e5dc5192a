"""The samples as a whole: principal components and what they follow, and trends over the order of measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.methods.false_discovery import benjamini_hochberg
from firstdose.methods.tail_probabilities import t_two_sided

Numbers = NDArray[np.float64]
Texts = NDArray[np.str_]
COMPONENTS = 3
PER_INJECTIONS = 10.0


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Scores of the samples (N, k), the share of the variation of each component (k,), and how many metabolites took
    part: those without missing values, since nothing is imputed for it either.
    """

    scores: Numbers
    shares: Numbers
    metabolites: int


@dataclass(frozen=True, eq=False)
class RunOrderTrends:
    """Slope of each metabolite (G,) in log2 units per ten injections within batches, p and p adjusted over all."""

    slope: Numbers
    p: Numbers
    adjusted_p: Numbers


def principal_components(prepared: Prepared) -> PrincipalComponents | None:
    """Components of the complete metabolites, each less its mean; None with fewer than two of them or of samples."""
    whole = prepared.values[:, ~np.isnan(prepared.values).any(axis=0)]
    if min(whole.shape) < 2:
        return None
    left, singular, _ = np.linalg.svd(whole - whole.mean(axis=0), full_matrices=False)
    total = np.square(singular).sum()
    if total == 0:
        return None
    count = min(COMPONENTS, len(singular))
    scores = left[:, :count] * singular[:count]
    largest = np.abs(scores).argmax(axis=0)
    signs = np.sign(scores[largest, np.arange(count)])  # the largest score counts as positive: the sign is arbitrary
    return PrincipalComponents(scores * signs, np.square(singular[:count]) / total, whole.shape[1])


def share_explained(score: Numbers, groups: Texts) -> float:
    """The share of the variation of scores (N,) that lies between groups (N,); NaN with one group or all apart."""
    names, number = np.unique(groups, return_inverse=True)
    if not 1 < len(names) < len(score):
        return float("nan")
    means = np.bincount(number, weights=score) / np.bincount(number)
    total = np.square(score - score.mean()).sum()
    return float(np.square(means[number] - score.mean()).sum() / total) if total > 0 else float("nan")


def run_order_trends(prepared: Prepared) -> RunOrderTrends | None:
    """Trends over the order of measurement; None where it is not known of every sample, or does not vary in batches.

    Straight lines by least squares with a level for each batch, Student's t. Visits and doses that were measured in
    order would show as a trend too.
    """
    order, values = prepared.run_order, prepared.values
    if not np.isfinite(order).all():
        return None
    number = np.unique(prepared.batches, return_inverse=True)[1]
    known = ~np.isnan(values)
    x = np.where(known, order[:, None] / PER_INJECTIONS, 0.0)
    y = np.where(known, values, 0.0)
    x, y = _within(x, known, number), _within(y, known, number)
    batches = (_by_batch(known.astype(np.float64), number) > 0).sum(axis=0)
    free = known.sum(axis=0) - batches - 1.0
    spread = np.square(x).sum(axis=0)
    usable = (free > 0) & (spread > 0)
    if not usable.any():
        return None
    slope = np.where(usable, (x * y).sum(axis=0) / np.where(usable, spread, 1.0), np.nan)
    rest = np.square(y - x * np.where(usable, slope, 0.0)).sum(axis=0)
    error = np.sqrt(rest / np.where(usable, free, 1.0) / np.where(usable, spread, 1.0))
    usable &= error > 0
    t = np.where(usable, slope / np.where(usable, error, 1.0), np.nan)
    p = t_two_sided(t, np.where(usable, free, np.nan))
    return RunOrderTrends(slope, p, benjamini_hochberg(p))


def _by_batch(values: Numbers, number: NDArray[np.int64]) -> Numbers:
    totals = np.zeros((int(number.max()) + 1, values.shape[1]))
    np.add.at(totals, number, values)
    return totals


def _within(values: Numbers, known: NDArray[np.bool_], number: NDArray[np.int64]) -> Numbers:
    """Values less the mean of those known in their batch; 0 where missing."""
    means = _by_batch(values, number) / np.maximum(_by_batch(known.astype(np.float64), number), 1.0)
    return np.where(known, values - means[number], 0.0)
