"""Variances of many metabolites, each moderated by what all of them share: empirical Bayes.

s2 with d degrees of freedom is taken as s0 F(d, d0): the prior variance s0 may follow the mean abundance (`trend`), and
the prior degrees of freedom d0 may be smaller for metabolites whose variance is out of line (`robust`). The posterior
variance is (d0 s0 + d s2) / (d0 + d), and a test on it has d0 + d degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.linear_fits import LinearFits
from firstdose.methods.moderated_variance_robust import robust_prior

KNOTS = ((30, 4), (6, 3), (3, 2))  # so many of a natural spline from so many metabolites on; a constant below


@dataclass(frozen=True, eq=False)
class VariancePrior:
    """Prior variance and prior degrees of freedom of each metabolite, both (G,); infinite where none varies more."""

    variance: FloatArray
    degrees_of_freedom: FloatArray


@dataclass(frozen=True, eq=False)
class ModeratedVariances:
    """Prior and posterior of each metabolite's variance (G,); NaN where a metabolite has no variance of its own."""

    prior: VariancePrior
    variance: FloatArray
    degrees_of_freedom: FloatArray


def moderate_variances(fits: LinearFits, *, trend: bool = False, robust: bool = False) -> ModeratedVariances:
    """Moderate the residual variances of fits.

    Source: Smyth, Stat Appl Genet Mol Biol 2004;3:3 (prior from the mean and variance of log s2); Phipson and others,
    Ann Appl Stat 2016;10:946 (robust). Metabolites without a usable variance take no part and get NaN. The total of
    degrees of freedom is at most what all metabolites have together. With one usable metabolite nothing is moderated.
    """
    usable = fits.usable
    variance, free = fits.variance[usable], fits.degrees_of_freedom[usable].astype(np.float64)
    found = estimate_prior(variance, free, fits.data.mean[usable] if trend else None, robust=robust)
    total = np.minimum(free + found.degrees_of_freedom, free.sum())
    posterior = posterior_variance(found, variance, free)
    spread = [_spread(usable, part) for part in (found.variance, found.degrees_of_freedom, posterior, total)]
    return ModeratedVariances(VariancePrior(*spread[:2]), *spread[2:])


def posterior_variance(prior: VariancePrior, variance: FloatArray, free: FloatArray) -> FloatArray:
    """(d0 s0 + d s2) / (d0 + d) with s2 of shape (..., G); s0 where d0 is infinite."""
    whole = np.isinf(prior.degrees_of_freedom)
    weight = np.where(whole, 0.0, prior.degrees_of_freedom)
    mixed = (weight * prior.variance + free * variance) / (weight + free)
    return np.where(whole, prior.variance, mixed)


def estimate_prior(
    variance: FloatArray, free: FloatArray, abundance: FloatArray | None = None, *, robust: bool = False
) -> VariancePrior:
    """Prior of variances (G,) with their degrees of freedom (G,), all positive; with a trend if abundance is given."""
    if len(variance) < 2:
        return VariancePrior(variance.copy(), np.zeros(len(variance)))
    plain = _moment_prior(variance, free, abundance)
    if not robust or np.isinf(plain.degrees_of_freedom[0]):
        return plain
    limit = float(free.sum())
    return VariancePrior(*robust_prior(variance, free, abundance, plain.variance, plain.degrees_of_freedom[0], limit))


def trigamma_inverse(value: float) -> float:
    """The argument at which the trigamma function has this positive value (Smyth 2004, appendix)."""
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    at = 0.5 + 1 / value
    for _ in range(50):
        here = float(polygamma(1, at))
        step = here * (1 - here / value) / float(polygamma(2, at))
        at += step
        if -step / at < 1e-14:
            break
    return at


def natural_spline(x: FloatArray, knots: int) -> FloatArray:
    """Basis (N, knots) of natural cubic splines with knots at even quantiles of x, the ends among them."""
    at = np.unique(np.quantile(x, np.linspace(0, 1, knots)))
    if len(at) < 2:
        return np.ones((len(x), 1))
    reach = at[-1] - at[0]
    x, at = (x - at[0]) / reach, (at - at[0]) / reach
    cubes = np.maximum(x[:, None] - at, 0.0) ** 3
    slopes = (cubes[:, :-1] - cubes[:, -1:]) / (at[-1] - at[:-1])
    return np.column_stack([np.ones_like(x), x, slopes[:, :-1] - slopes[:, -1:]])


def _moment_prior(variance: FloatArray, free: FloatArray, abundance: FloatArray | None) -> VariancePrior:
    """Mean and variance of log s2, less what the degrees of freedom explain."""
    shifted = np.log(variance) - digamma(free / 2) + np.log(free / 2)
    if abundance is None:
        basis = np.ones((len(shifted), 1))
    else:
        knots = next((count for least, count in KNOTS if len(shifted) >= least), 1)
        basis = natural_spline(abundance, knots)
    effects, _, rank, _ = np.linalg.lstsq(basis, shifted, rcond=None)
    level = basis @ effects
    left = len(shifted) - int(rank)
    excess = -1.0
    if left > 0:
        excess = float(np.square(shifted - level).sum() / left - polygamma(1, free / 2).mean())
    if excess <= 0:
        return VariancePrior(np.exp(level), np.full(len(level), np.inf))
    prior = 2 * trigamma_inverse(excess)
    return VariancePrior(np.exp(level + digamma(prior / 2) - np.log(prior / 2)), np.full(len(level), prior))


def _spread(usable: BoolArray, values: FloatArray) -> FloatArray:
    whole = np.full(len(usable), np.nan)
    whole[usable] = values
    return whole
