"""Isotonic regression of many short rows at once: DLT rates that may not fall as the dose rises."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray

_ROWS_AT_A_TIME = 4096  # keeps the work arrays in the processor's cache


def isotonic_fit(estimates: ArrayLike, weights: ArrayLike, tried: ArrayLike) -> FloatArray:
    """Weighted least-squares non-decreasing fit of each row over the levels tried; shape (S, L).

    estimates, weights and tried (boolean) have shape (S, L), or (L,) for one row. Levels not tried
    take no part, whatever stands there, and come back as nan. A row that does not fall comes back
    unchanged, and the levels of a pooled block share one value to rounding.
    The same as pool-adjacent-violators; computed for all rows together by the max-min formula
    max over i <= j of min over k >= j of mean(i..k).
    Source: Barlow et al., Statistical Inference under Order Restrictions, 1972, ch. 1.
    Raises ValueError where a tried level has no finite estimate or no positive, finite weight.
    """
    value, weight = np.asarray(estimates, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    used = np.asarray(tried, dtype=np.bool_)
    if value.ndim not in (1, 2) or not value.shape == weight.shape == used.shape:
        raise ValueError(f"shapes {value.shape}, {weight.shape} and {used.shape} must be one and the same (S, L)")
    value, weight, used = np.atleast_2d(value), np.atleast_2d(weight), np.atleast_2d(used)
    fit = np.empty_like(value)
    for first in range(0, len(value), _ROWS_AT_A_TIME):
        rows = slice(first, first + _ROWS_AT_A_TIME)
        known = np.ascontiguousarray(used[rows].T)
        y = np.where(known, value[rows].T, 0.0)
        w = np.where(known, weight[rows].T, 0.0)
        if not (np.isfinite(y).all() and np.isfinite(w).all() and np.array_equal(w > 0, known)):
            raise ValueError("every tried level needs a finite estimate and a positive, finite weight")
        fit[rows] = np.where(known, _max_min(y, w), np.nan).T
    return fit


def _max_min(value: FloatArray, weight: FloatArray) -> FloatArray:
    """The max-min formula for arrays of shape (L, rows); a weight of zero marks a level not tried."""
    levels, rows = value.shape
    best = np.full((levels, rows), -np.inf)
    mean = np.empty((levels, rows))
    for i in range(levels):
        # Means of i..k are taken as differences from level i, so that equal values stay equal exactly.
        excess, total = np.zeros(rows), np.where(weight[i] > 0, weight[i], 1.0)
        mean[i] = value[i]
        for k in range(i + 1, levels):
            excess += weight[k] * (value[k] - value[i])
            total += weight[k]
            np.add(value[i], excess / total, out=mean[k])
        mean[i:, weight[i] == 0] = -np.inf
        for j in range(levels - 1, i - 1, -1):
            if j < levels - 1:
                np.minimum(mean[j], mean[j + 1], out=mean[j])
            np.maximum(best[j], mean[j], out=best[j])
    return best
