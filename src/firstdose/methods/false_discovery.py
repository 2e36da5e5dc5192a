"""Probabilities adjusted for many tests by the expected share of false discoveries."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """Adjusted probabilities (G,): the smallest share of false discoveries at which each test is called.

    NaN stay NaN and are not counted. Source: Benjamini and Hochberg, J R Stat Soc B 1995;57:289. Raises ValueError
    for other shapes and for what is no probability.
    """
    given = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(given))
    if given.ndim != 1 or (given[tested] < 0).any() or (given[tested] > 1).any():
        raise ValueError("p must be probabilities or NaN, of shape (G,)")
    falling = tested[np.argsort(-given[tested], kind="stable")]
    shares = given[falling] * len(tested) / np.arange(len(tested), 0, -1)
    adjusted = np.full(given.shape, np.nan)
    adjusted[falling] = np.minimum(np.minimum.accumulate(shares), 1.0) if len(tested) else shares
    return adjusted
