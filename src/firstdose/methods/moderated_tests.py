"""Tests of contrasts with moderated variances: t with its interval, F, and the log odds of a difference.

Source: Smyth, Stat Appl Genet Mol Biol 2004;3:3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import LinearFits
from firstdose.methods.moderated_variance import ModeratedVariances
from firstdose.methods.tail_probabilities import f_above, t_above, t_quantile_above, t_two_sided

PROPORTION = 0.01  # of metabolites expected to differ, for the log odds
DEVIATION_LIMITS = (0.1, 4.0)  # of true differences, for the log odds


@dataclass(frozen=True, eq=False)
class ModeratedT:
    """A contrast of each metabolite (G,); NaN where it, or the metabolite's variance, cannot be estimated.

    unscaled_deviation is the standard error divided by the residual standard deviation; degrees_of_freedom those of
    the moderated variance.
    """

    estimate: FloatArray
    standard_error: FloatArray
    statistic: FloatArray
    degrees_of_freedom: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    unscaled_deviation: FloatArray


@dataclass(frozen=True, eq=False)
class ModeratedF:
    """A joint test of several contrasts of each metabolite (G,); NaN as in `ModeratedT`."""

    statistic: FloatArray
    numerator_degrees_of_freedom: int
    denominator_degrees_of_freedom: FloatArray
    p: FloatArray


def moderated_t(
    fits: LinearFits, variances: ModeratedVariances, contrast: ArrayLike, *, certainty: float = 0.95
) -> ModeratedT:
    """Test that a contrast (p,) of the coefficients is zero, with its interval, for each metabolite.

    The contrast's variance is each metabolite's own where values are missing. Raises ValueError for a contrast of
    another shape or zero throughout, and a certainty that does not lie between 0 and 1.
    """
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    found = fits.contrasts(np.asarray(contrast, dtype=np.float64)[None, :])
    estimate = np.where(np.isnan(variances.variance), np.nan, found.estimate[:, 0])
    unscaled = np.sqrt(found.covariance[:, 0, 0])[fits.data.pattern]
    free = np.where(np.isnan(estimate), np.nan, variances.degrees_of_freedom)
    error = unscaled * np.sqrt(variances.variance)
    statistic = estimate / error
    half = t_quantile_above((1 - certainty) / 2, free) * error
    p = t_two_sided(statistic, free)
    return ModeratedT(found.estimate[:, 0], error, statistic, free, p, estimate - half, estimate + half, unscaled)


def moderated_f(fits: LinearFits, variances: ModeratedVariances, contrasts: ArrayLike) -> ModeratedF:
    """Test that several contrasts (q, p) are all zero, for each metabolite.

    With missing values every metabolite has the covariance of its own pattern. Raises ValueError for contrasts of
    another shape, zero throughout, or dependent on each other.
    """
    rows = np.atleast_2d(np.asarray(contrasts, dtype=np.float64))
    if np.linalg.matrix_rank(rows) < len(rows):
        raise ValueError("the contrasts of a joint test must not depend on each other")
    found = fits.contrasts(rows)
    unknown = np.asarray(np.isnan(found.covariance).any(axis=(1, 2)))
    inverse = np.linalg.inv(np.where(unknown[:, None, None], np.eye(len(rows)), found.covariance))[fits.data.pattern]
    inverse[unknown[fits.data.pattern]] = np.nan
    wald = np.einsum("gq,gqr,gr->g", found.estimate, inverse, found.estimate) / len(rows)
    statistic = wald / variances.variance
    free = np.where(np.isnan(statistic), np.nan, variances.degrees_of_freedom)
    return ModeratedF(statistic, len(rows), free, f_above(statistic, len(rows), free))


def log_odds(
    found: ModeratedT, variances: ModeratedVariances, *, proportion: float = PROPORTION
) -> tuple[FloatArray, float]:
    """Log odds that each metabolite differs (G,), and the prior variance of true differences that they rest on.

    That variance, in units of the unscaled one, is a mean over the metabolites with the largest statistics, of what
    would bring a statistic to its rank (Smyth 2004, section 6). Raises ValueError for an impossible proportion.
    """
    if not 0 < proportion < 1:
        raise ValueError(f"proportion {proportion} must lie strictly between 0 and 1")
    tested = ~np.isnan(found.statistic)
    if not tested.any():
        return np.full(len(tested), np.nan), float("nan")
    size, free = np.abs(found.statistic), found.degrees_of_freedom
    unscaled = np.square(found.unscaled_deviation)
    limits = np.square(DEVIATION_LIMITS) / np.median(variances.prior.variance[tested])
    differences = _variance_of_differences(size[tested], free[tested], unscaled[tested], proportion)
    prior = float(np.clip(differences, *limits).mean())
    ratio, square = (unscaled + prior) / unscaled, np.square(size)
    whole = np.isinf(free)
    finite = np.where(whole, 1.0, free)
    gain = np.where(
        whole,
        square / 2 * (1 - 1 / ratio),
        (1 + finite) / 2 * np.log((square + finite) / (square / ratio + finite)),
    )
    return np.log(proportion / (1 - proportion)) - np.log(ratio) / 2 + gain, prior


def _variance_of_differences(size: FloatArray, free: FloatArray, unscaled: FloatArray, proportion: float) -> FloatArray:
    """Variance of true differences that each of the metabolites with the largest statistics speaks for."""
    count = int(np.ceil(proportion / 2 * len(size)))
    proportion = max(count / len(size), proportion)
    most = float(free.max())
    equal = np.where(free < most, t_quantile_above(t_above(size, free), most), size)
    top = np.argsort(-equal, kind="stable")[:count]
    null = t_two_sided(equal[top], most)
    target = ((np.arange(1, count + 1) - 0.5) / len(size) - (1 - proportion) * null) / proportion
    beyond = target > null
    expected = t_quantile_above(np.where(beyond, target, 0.5) / 2, most)
    return np.where(beyond, unscaled[top] * (np.square(equal[top] / expected) - 1), 0.0)
