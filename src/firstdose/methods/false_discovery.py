"""Probabilities adjusted for many tests: by the expected share of false discoveries, or the chance of any."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstdose.methods._counts import FloatArray


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """Adjusted probabilities (G,): the smallest share of false discoveries at which each test is called.

    NaN stay NaN and are not counted. Source: Benjamini and Hochberg, J R Stat Soc B 1995;57:289. Raises ValueError
    for other shapes and for what is no probability.
    """
    given, tested = _tested(p)
    falling = tested[np.argsort(-given[tested], kind="stable")]
    shares = given[falling] * len(tested) / np.arange(len(tested), 0, -1)
    adjusted = np.full(given.shape, np.nan)
    adjusted[falling] = np.minimum(np.minimum.accumulate(shares), 1.0) if len(tested) else shares
    return adjusted


def holm(p: ArrayLike) -> FloatArray:
    """Adjusted probabilities (G,): the smallest chance of any false call at which each test is called.

    It holds however the tests depend on each other. NaN stay NaN and are not counted. Source: Holm, Scand J Stat
    1979;6:65. Raises ValueError for other shapes and for what is no probability.
    """
    given, tested = _tested(p)
    rising = tested[np.argsort(given[tested], kind="stable")]
    adjusted = np.full(given.shape, np.nan)
    scaled = given[rising] * np.arange(len(tested), 0, -1)
    adjusted[rising] = np.minimum(np.maximum.accumulate(scaled), 1.0) if len(tested) else scaled
    return adjusted


def _tested(p: ArrayLike) -> tuple[FloatArray, NDArray[np.int64]]:
    """The probabilities (G,) as an array, and the places of those that are not NaN."""
    given = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(given))
    if given.ndim != 1 or (given[tested] < 0).any() or (given[tested] > 1).any():
        raise ValueError("p must be probabilities or NaN, of shape (G,)")
    return given, tested
