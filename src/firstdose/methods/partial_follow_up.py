"""The one-parameter CRM model while DLT windows are open: weights for partial follow-up (TITE-CRM).

A participant at level j without a DLT so far, of whose window the share w is over, contributes 1 - w * rate_j to the
likelihood; a DLT contributes rate_j and a completed window 1 - rate_j (Cheung and Chappell, Biometrics 2000;56:1177).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray, as_count_rows
from firstdose.methods.power_model import OneParameterPosterior, nodes_and_weights, rates_at
from firstdose.methods.quadrature import size_classes


def partial_moments(
    posterior: OneParameterPosterior,
    participants: ArrayLike,
    dlts: ArrayLike,
    level: ArrayLike,
    followed: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Posterior mean and variance of beta; each of shape (S,).

    ``participants`` and ``dlts``, shape (S, L), count those whose outcome is known. ``level`` and ``followed``, shape
    (S, K), hold those whose windows are open: the level from 1 (0: nobody) and the share of the window that is over.
    Raises ValueError for shares outside 0 to 1 and levels that do not exist.
    """
    n, t = as_count_rows(participants, dlts, len(posterior.skeleton))
    levels, shares = np.atleast_2d(np.asarray(level, dtype=np.int64)), np.atleast_2d(np.asarray(followed, dtype=float))
    if levels.shape != shares.shape or len(levels) != len(n):
        raise ValueError(f"open windows have shapes {levels.shape} and {shares.shape} for {len(n)} states")
    if levels.size and not (levels.min() >= 0 and levels.max() <= len(posterior.skeleton)):
        raise ValueError("levels of open windows must be those of the skeleton, or 0 for nobody")
    if shares.size and not (shares.min() >= 0 and shares.max() <= 1):
        raise ValueError("shares of windows must lie between 0 and 1")
    waiting = (levels > 0).sum(axis=1)
    classes = size_classes(n + _at_the_first_level(waiting, n.shape[1]))
    moments = np.empty((len(n), 3))
    for size in np.unique(classes):
        rows = classes == size
        moments[rows] = _integrals(posterior, int(size), n[rows], t[rows], levels[rows], shares[rows])
    mean = moments[:, 1] / moments[:, 0]
    return mean, moments[:, 2] / moments[:, 0] - mean**2


def partial_rates(
    posterior: OneParameterPosterior,
    participants: ArrayLike,
    dlts: ArrayLike,
    level: ArrayLike,
    followed: ArrayLike,
) -> FloatArray:
    """DLT rates at the posterior mean of beta, for the arguments of ``partial_moments``; shape (S, L)."""
    mean, _ = partial_moments(posterior, participants, dlts, level, followed)
    return rates_at(mean, posterior.skeleton, posterior.model, posterior.intercept)


def _at_the_first_level(people: np.ndarray, levels: int) -> np.ndarray:
    """Counts with all these people at one level: only totals choose the nodes."""
    counts = np.zeros((len(people), levels), dtype=np.int64)
    counts[:, 0] = people
    return counts


def _integrals(
    posterior: OneParameterPosterior,
    size: int,
    participants: np.ndarray,
    dlts: np.ndarray,
    level: np.ndarray,
    followed: FloatArray,
) -> FloatArray:
    """Normalising constant and first two moments, each row up to a factor of its own; shape (S, 3)."""
    log_rates, log_others, weights = nodes_and_weights(posterior, size)
    rates = np.vstack([np.zeros(log_rates.shape[1]), np.exp(log_rates)])  # level 0 is nobody
    terms = dlts @ log_rates + (participants - dlts) @ log_others
    for place in range(level.shape[1]):
        terms += np.log1p(-np.minimum(followed[:, place, None] * rates[level[:, place]], 1 - 1e-16))
    terms -= terms.max(axis=1, keepdims=True)
    return np.asarray(np.exp(terms) @ weights)
