"""Tests that a contrast is larger than the least that matters, in either direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import LinearFits
from firstdose.methods.moderated_tests import moderated_t
from firstdose.methods.moderated_variance import ModeratedVariances
from firstdose.methods.tail_probabilities import t_above


@dataclass(frozen=True, eq=False)
class BeyondThreshold:
    """A contrast of each metabolite against a threshold (G,): how far beyond it in standard errors (signed, 0 if it
    lies within), and the probability of so large an estimate when the true size is the threshold.
    """

    statistic: FloatArray
    p: FloatArray


def treat(fits: LinearFits, variances: ModeratedVariances, contrast: ArrayLike, threshold: float) -> BeyondThreshold:
    """Test that the size of a contrast (p,) exceeds the threshold; a threshold of 0 is the moderated t test.

    Source: McCarthy and Smyth, Bioinformatics 2009;25:765 (TREAT). Raises ValueError for a threshold that is negative
    or not finite, and as `moderated_t`.
    """
    if not 0 <= threshold < np.inf:
        raise ValueError(f"threshold {threshold} must be a finite number and not negative")
    found = moderated_t(fits, variances, contrast)
    size = np.abs(found.estimate)
    nearer = (size - threshold) / found.standard_error
    farther = (size + threshold) / found.standard_error
    free = found.degrees_of_freedom
    p = t_above(nearer, free) + t_above(farther, free)
    return BeyondThreshold(np.sign(found.estimate) * np.maximum(nearer, 0.0), p)
