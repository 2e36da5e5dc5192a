"""The one-parameter dose-toxicity models of the continual reassessment method (CRM).

With a skeleton s (the DLT rates expected beforehand) and beta ~ N(0, prior_variance):
empiric   rate_j = s_j ** exp(beta)
logistic  logit(rate_j) = intercept + exp(beta) * x_j,  x_j = logit(s_j) - intercept
so that beta = 0 gives the skeleton and a larger beta means safer doses.
Sources: O'Quigley, Pepe and Fisher, Biometrics 1990;46:33; Cheung, Dose Finding by the Continual
Reassessment Method, 2011, whose parametrisation is that of the R package dfcrm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, logit

from firstdose.methods._counts import FloatArray, as_count_rows
from firstdose.methods.quadrature import integrate_likelihood, legendre_pieces, size_classes

Model: TypeAlias = Literal["empiric", "logistic"]


@dataclass(frozen=True)
class OneParameterPosterior:
    """Posterior of the CRM's parameter and rates, for many trial states at once.

    Counts have shape (S, L), L the skeleton's length; one state may be given flat. By quadrature
    with fixed nodes: means and variances within 1e-9 of adaptive quadrature, probabilities 1e-8.
    Raises ValueError for an unknown model, a skeleton that does not rise strictly between 0 and 1
    (for the logistic model, below the rate expit(intercept) that no dose can exceed) and a
    variance outside 0 to 1000.
    """

    model: Model
    skeleton: tuple[float, ...]
    prior_variance: float = 1.34
    intercept: float = 3.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "skeleton", tuple(float(rate) for rate in self.skeleton))
        check_skeleton(self.skeleton, self.model, self.intercept)
        if not 0 < self.prior_variance <= 1000:
            raise ValueError(f"prior_variance {self.prior_variance} must be positive and at most 1000")

    def mean(self, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """Posterior mean of beta; shape (S,)."""
        moments = self._integrals(participants, dlts, None)
        return np.asarray(moments[:, 1] / moments[:, 0])

    def variance(self, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """Posterior variance of beta; shape (S,)."""
        moments = self._integrals(participants, dlts, None)
        return np.asarray(moments[:, 2] / moments[:, 0] - (moments[:, 1] / moments[:, 0]) ** 2)

    def rates(self, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """DLT rates at the posterior mean of beta (not their posterior means); shape (S, L)."""
        return rates_at(self.mean(participants, dlts), self.skeleton, self.model, self.intercept)

    def probability_above(self, threshold: float, participants: ArrayLike, dlts: ArrayLike) -> FloatArray:
        """Posterior probability that each level's rate exceeds `threshold`; shape (S, L)."""
        return self.probability_between(participants, dlts, threshold, 1.0)

    def probability_between(self, participants: ArrayLike, dlts: ArrayLike, lower: float, upper: float) -> FloatArray:
        """Posterior probability that lower < rate <= upper at each level; shape (S, L).

        Raises ValueError unless 0 <= lower <= upper <= 1.
        """
        if not 0 <= lower <= upper <= 1:
            raise ValueError(f"need 0 <= lower <= upper <= 1, got {lower} and {upper}")
        integrals = self._integrals(participants, dlts, (float(lower), float(upper)))
        return np.asarray(np.clip(integrals[:, 1:] / integrals[:, :1], 0.0, 1.0))

    def _integrals(self, participants: ArrayLike, dlts: ArrayLike, bounds: tuple[float, float] | None) -> FloatArray:
        """Normalising constant, then the first two moments of beta or each level's part between bounds."""
        n, t = as_count_rows(participants, dlts, len(self.skeleton))
        classes = size_classes(n)
        result = np.empty((len(n), 3 if bounds is None else 1 + len(self.skeleton)))
        for size in np.unique(classes):
            rows = classes == size
            log_rates, log_others, weights = _tables(self, int(size), bounds)
            result[rows] = integrate_likelihood(log_rates, log_others, weights, n[rows], t[rows])
        return result


def check_skeleton(skeleton: tuple[float, ...], model: Model, intercept: float) -> None:
    """Raise ValueError unless the model exists and the skeleton rises strictly within its range."""
    if model not in ("empiric", "logistic"):
        raise ValueError(f"model {model!r} must be 'empiric' or 'logistic'")
    highest = 1.0 if model == "empiric" else float(expit(intercept))
    if not (len(skeleton) and np.all(np.diff([0.0, *skeleton, highest]) > 0)):
        raise ValueError(f"skeleton {skeleton} must rise strictly between 0 and {highest:.6g}")


def rates_at(beta: ArrayLike, skeleton: tuple[float, ...], model: Model, intercept: float = 3.0) -> FloatArray:
    """DLT rates of the model at beta of any shape; a last axis of length L is added."""
    slope = np.exp(np.asarray(beta, dtype=np.float64))[..., None]
    s = np.asarray(skeleton, dtype=np.float64)
    if model == "empiric":
        return np.asarray(np.exp(slope * np.log(s)))
    return np.asarray(expit(intercept + slope * (logit(s) - intercept)))


def beta_at(rate: float, skeleton: tuple[float, ...], model: Model, intercept: float = 3.0) -> FloatArray:
    """The beta at which each level has `rate`; shape (L,).

    The rate is exceeded at any smaller beta, so -inf means never.
    """
    s = np.asarray(skeleton, dtype=np.float64)
    with np.errstate(divide="ignore"):
        if model == "empiric":
            return np.asarray(np.log(np.log(rate) / np.log(s)))
        return np.asarray(np.log(np.maximum((logit(rate) - intercept) / (logit(s) - intercept), 0.0)))


def nodes_and_weights(posterior: OneParameterPosterior, size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithms of the rates and of their complements at nodes for so many participants, shape (L, nodes).

    The weights, shape (nodes, 3), are the prior's for the normalising constant and for the first two moments of beta.
    """
    return _tables(posterior, size, None)


@lru_cache(maxsize=64)
def _tables(
    posterior: OneParameterPosterior, size: int, bounds: tuple[float, float] | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithms of rates and of their complements at the nodes (L, nodes), and weights (nodes, C)."""
    model, skeleton, intercept = posterior.model, posterior.skeleton, posterior.intercept
    deviation = np.sqrt(posterior.prior_variance)
    reach = 7.5 * deviation + 2.0
    step = 0.86 / np.sqrt(_largest_information(model, intercept) * (size + 6) + 1 / posterior.prior_variance)
    if bounds is None:
        half = int(np.ceil(reach / step))
        beta = np.arange(-half, half + 1) * step
        prior = np.exp(-((beta / deviation) ** 2) / 2)
        columns = [np.ones_like(beta), beta, beta**2]
    else:
        above, below = (beta_at(rate, skeleton, model, intercept) for rate in bounds)
        edges = np.sort(np.clip(np.concatenate([above, below, [-reach, reach]]), -reach, reach))
        beta, weight, _ = legendre_pieces(edges[None, :], 1.1 * step, 5)
        prior = weight * np.exp(-((beta / deviation) ** 2) / 2)
        inside = (beta[:, None] < above) & (beta[:, None] >= below)
        columns = [np.ones_like(beta), *inside.T.astype(np.float64)]
    weights = np.ascontiguousarray(np.stack(columns, axis=1) * prior[:, None])
    return *_log_rates(beta, posterior), weights


def _log_rates(beta: FloatArray, posterior: OneParameterPosterior) -> tuple[FloatArray, FloatArray]:
    slope, s = np.exp(beta), np.asarray(posterior.skeleton)[:, None]
    if posterior.model == "empiric":
        log_rate = slope * np.log(s)
        return log_rate, np.log(-np.expm1(log_rate))
    log_odds = posterior.intercept + slope * (logit(s) - posterior.intercept)
    return log_expit(log_odds), log_expit(-log_odds)


def _largest_information(model: Model, intercept: float) -> float:
    """Most that one participant can tell about beta, over all rates: sets how narrow a posterior may be."""
    rate = np.linspace(0.001, 0.999, 999)
    if model == "empiric":
        return float((rate * np.log(rate) ** 2 / (1 - rate)).max())
    return float((rate * (1 - rate) * (logit(rate) - intercept) ** 2).max())
