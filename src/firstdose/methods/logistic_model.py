"""The two-parameter Bayesian logistic regression model (BLRM) of dose and DLT rate.

logit(rate_l) = log_alpha + exp(log_beta) * x_l, x_l = log(dose_l / reference dose), with a bivariate
normal prior on (log_alpha, log_beta). Source: Neuenschwander, Branson and Gsponer, Stat Med 2008;27:2420.
An interval probability is the integral of a function that jumps where a rate crosses a threshold. For
each node of log_beta the range of log_alpha is therefore split at all those crossings and integrated
piece by piece; what is left is smooth in log_beta. The nodes do not depend on the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, logit

from firstdose.methods._counts import FloatArray, as_count_rows
from firstdose.methods.quadrature import integrate_likelihood, legendre_pieces, size_classes

_REACHES = (6.5, 7.5, 10.0, 14.0, 20.0, 28.0, 36.0)  # prior standard deviations; the next where one is too short
_EDGE_SHARE = 1e-7  # a posterior with more than this within one standard deviation of the edge is cut off


class PriorContradicted(ValueError):
    """The data lie so far from what the prior holds possible that the posterior cannot be computed."""


@dataclass(frozen=True)
class TwoParameterPosterior:
    """Posterior of the BLRM's rates, for many trial states at once.

    log_dose_ratios holds x_l, rising, one per level (L); prior_mean and prior_sd those of log_alpha and
    log_beta; thresholds (K, rising) cut the rates into K + 1 intervals. Counts have shape (S, L); one
    state may be given flat. refinement multiplies the density of nodes: 1 gives probabilities within
    about 1e-6, 2 twice the nodes in either direction.
    Raises ValueError for arguments outside these bounds, and for a state so far from the prior that
    its posterior is not found within 36 prior standard deviations.
    """

    log_dose_ratios: tuple[float, ...]
    prior_mean: tuple[float, float]
    prior_sd: tuple[float, float]
    prior_correlation: float = 0.0
    thresholds: tuple[float, ...] = (0.16, 0.33)
    refinement: float = 1.0

    def __post_init__(self) -> None:
        for name in ("log_dose_ratios", "prior_mean", "prior_sd", "thresholds"):
            object.__setattr__(self, name, tuple(float(value) for value in getattr(self, name)))
        x, deviations = self.log_dose_ratios, self.prior_sd
        if not (x and np.isfinite(x).all() and np.all(np.diff(x) > 0)):
            raise ValueError(f"log_dose_ratios {x} must be finite and rise")
        if not (len(self.prior_mean) == 2 and np.isfinite(self.prior_mean).all()):
            raise ValueError(f"prior_mean {self.prior_mean} must be two finite numbers")
        if not (len(deviations) == 2 and 0 < deviations[0] < np.inf and 0 < deviations[1] <= 10):
            raise ValueError(f"prior_sd {deviations} must be two positive numbers, the second at most 10")
        if not -1 < self.prior_correlation < 1:
            raise ValueError(f"prior_correlation {self.prior_correlation} must lie strictly between -1 and 1")
        if not np.all(np.diff([0.0, *self.thresholds, 1.0]) > 0):
            raise ValueError(f"thresholds {self.thresholds} must rise strictly between 0 and 1")
        if not 0 < self.refinement < np.inf:
            raise ValueError(f"refinement {self.refinement} must be positive")

    def interval_probabilities(self, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """Posterior probability of each interval of rates, lowest first; shape (S, L, K + 1)."""
        shape = (-1, len(self.log_dose_ratios), len(self.thresholds) + 1)
        parts = self._integrals(participants, dlts, means=False).reshape(shape)
        return np.asarray(parts / parts.sum(axis=2, keepdims=True))

    def mean_rates(self, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """Posterior mean of each level's DLT rate; shape (S, L)."""
        integrals = self._integrals(participants, dlts, means=True)
        return np.asarray(integrals[:, 1:] / integrals[:, :1])

    def _integrals(self, participants: ArrayLike, dlts: ArrayLike, *, means: bool) -> FloatArray:
        n, t = as_count_rows(participants, dlts, len(self.log_dose_ratios))
        classes = size_classes(n)
        columns = len(self.log_dose_ratios) * (1 if means else len(self.thresholds) + 1) + means
        result = np.empty((len(n), columns))
        for size in np.unique(classes):
            rows = np.flatnonzero(classes == size)
            for reach in _REACHES:
                log_rates, log_others, *weights = _tables(self, int(size), reach)
                sums = integrate_likelihood(log_rates, log_others, weights[means], n[rows], t[rows])
                result[rows], edge, total = sums[:, :columns], sums[:, -2], sums[:, -1]
                rows = rows[~(edge <= _EDGE_SHARE * total) | (total == 0)]
                if not rows.size:
                    break
            else:
                raise PriorContradicted(
                    f"{t[rows[0]].tolist()} DLTs in {n[rows[0]].tolist()} participants contradict the prior"
                    f" {self.prior_mean} +- {self.prior_sd} too much to compute; the prior needs review"
                )
        return result


@lru_cache(maxsize=16)
def _tables(
    posterior: TwoParameterPosterior, size: int, reach: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Log rates and log of one minus them at the nodes (L, nodes); weights for intervals and for means.

    Weights have shape (nodes, C); their last two columns are the outermost standard deviation of the
    region, and all of it.
    """
    log_alpha, slope, distance, prior = _nodes(posterior, size, reach)
    log_odds = log_alpha + slope * np.asarray(posterior.log_dose_ratios)[:, None]
    thresholds = logit(np.asarray(posterior.thresholds))
    interval = (log_odds[:, None, :] > thresholds[:, None]).sum(axis=1)
    inside = interval[:, None, :] == np.arange(len(thresholds) + 1)[:, None]
    last = np.stack([np.where(distance > reach - 1, prior, 0.0), prior], axis=1)
    intervals = np.concatenate([(inside * prior).reshape(-1, len(prior)).T, last], axis=1)
    means = np.concatenate([prior[:, None], (expit(log_odds) * prior).T, last], axis=1)
    return log_expit(log_odds), log_expit(-log_odds), intervals, means


def _nodes(
    posterior: TwoParameterPosterior, size: int, reach: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """log_alpha, exp(log_beta), distance from the prior mean, and weight times prior density; each (nodes,).

    The nodes fill the ellipse `reach` prior standard deviations around the prior mean. Their spacing
    follows the narrowest posterior that `size` participants or the prior can leave.
    """
    (mean_alpha, mean_beta), (sd_alpha, sd_beta) = posterior.prior_mean, posterior.prior_sd
    x, correlation = np.asarray(posterior.log_dose_ratios), posterior.prior_correlation
    spread = sd_alpha * np.sqrt(1 - correlation**2)  # of log_alpha where log_beta is known
    steepest = np.exp(mean_beta) * np.abs(x).max() / spread
    narrowest = 1 / np.sqrt((size + 6) / 1.17 + steepest**2 + 1 / (sd_beta**2 * (1 - correlation**2)))
    step = 0.9 * narrowest / sd_beta / posterior.refinement
    beta = np.arange(-np.floor(reach / step), np.floor(reach / step) + 1) * step
    slope = np.exp(mean_beta + sd_beta * beta)

    crossings = (logit(np.asarray(posterior.thresholds))[:, None] - slope[:, None, None] * x).reshape(len(beta), -1)
    centre = mean_alpha + correlation * sd_alpha * beta
    half = spread * np.sqrt(reach**2 - beta**2)
    low, high = (centre - half)[:, None], (centre + half)[:, None]
    edges = np.sort(np.concatenate([low, np.clip(crossings, low, high), high], axis=1), axis=1)
    step = 0.95 / np.sqrt((size + 6) / 4 + 1 / spread**2) / posterior.refinement
    log_alpha, width, row = legendre_pieces(edges, step, int(np.ceil(2 * posterior.refinement)))

    distance = np.sqrt(((log_alpha - centre[row]) / spread) ** 2 + beta[row] ** 2)
    return log_alpha, slope[row], distance, width * np.exp(-(distance**2) / 2)
