"""Logistic regression of few people by Firth's penalised likelihood, which stays finite when groups separate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, chdtri, expit

from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.root import root_between

MOST_STEPS = 200
_LARGEST_STEP = 5.0
_SETTLED = 3e-9  # size of the modified score, in standard errors, at which the fit is taken as found


@dataclass(frozen=True)
class FirthFit:
    """A penalised fit; arrays have one entry per column of the design, shape (P,).

    ``lower`` and ``upper`` are profile penalised-likelihood limits, ``p`` comes from the penalised likelihood ratio.
    ``standard_errors`` come from the information of the augmented data, as in logistf 1.26; with few people use the
    limits, not them. ``log_likelihood_intercept_only`` keeps the penalty of the whole design.
    """

    coefficients: FloatArray
    standard_errors: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    log_likelihood: float
    log_likelihood_intercept_only: float


class NotConverged(RuntimeError):
    """The penalised likelihood's maximum, or a limit of its profile, was not found."""


def firth_logistic(
    design: ArrayLike, outcome: ArrayLike, *, certainty: float = 0.95, asked: Collection[int] | None = None
) -> FirthFit:
    """Fit log odds of ``outcome`` (0 or 1, shape (N,)) on ``design`` (shape (N, P), a column of ones first).

    The likelihood is penalised by the root of the information's determinant (Jeffreys' prior), so estimates are
    finite under separation and less biased. A coefficient is tested with the others refitted and the penalty kept;
    limits and tests take most of the time, and with ``asked`` only these columns have them, others NaN.
    Source: Firth, Biometrika 1993;80:27; Heinze and Schemper, Stat Med 2002;21:2409.
    Raises ValueError for shapes, outcomes other than 0 and 1, and columns that depend on each other; NotConverged.
    """
    x, y = np.asarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"shapes {x.shape} and {y.shape} must be (N, P) and (N,)")
    if not np.isfinite(x).all() or not np.isin(y, (0, 1)).all():
        raise ValueError("the design must be finite and the outcome 0 or 1")
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    scale = np.where(np.abs(x).max(axis=0) > 0, np.abs(x).max(axis=0), 1.0)
    z = x / scale
    columns = z.shape[1]
    if columns == 0 or np.linalg.matrix_rank(z) < columns:
        raise ValueError("columns of the design depend on each other, so their coefficients are not identified")
    every = np.ones(columns, dtype=np.bool_)
    best, _ = _maximise(z, y, np.zeros(columns), every)
    top, _, information = _penalised(z, y, best)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    drop = float(chdtri(1, 1 - certainty)) / 2
    p, limits = np.full(columns, np.nan), np.full((2, columns), np.nan)
    for column in range(columns) if asked is None else asked:
        others = every.copy()
        others[column] = False
        without = np.where(others, best, 0.0)
        _, restricted = _maximise(z, y, without, others)
        p[column] = chdtrc(1, max(0.0, 2 * (top - restricted)))
        for row, sign in enumerate((-1, 1)):
            limits[row, column] = _limit(z, y, best, column, sign * errors[column], top - drop)
    first = np.arange(columns) == 0
    _, alone = _maximise(z, y, np.zeros(columns), first)
    # The determinant of the information of x is that of z times the scales squared.
    shift = float(np.log(scale).sum())
    lower, upper = limits / scale
    return FirthFit(best / scale, errors / scale, lower, upper, p, top + shift, alone + shift)


def _penalised(x: FloatArray, y: FloatArray, beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Penalised log-likelihood, modified score, and information of the augmented data.

    The penalty is as if each outcome were seen 1 + leverage times, half of what is added as events.
    """
    linear = x @ beta
    chance = expit(linear)
    weight = chance * expit(-linear)
    information = x.T @ (weight[:, None] * x)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(log_determinant):
        return -np.inf, np.full(len(beta), np.nan), information
    leverage = weight * np.einsum("ij,ji->i", x, np.linalg.solve(information, x.T))
    likelihood = float(-np.logaddexp(0.0, np.where(y == 1, -linear, linear)).sum())
    score = x.T @ (y - chance + leverage * (0.5 - chance))
    augmented = x.T @ ((weight * (1 + leverage))[:, None] * x)
    return likelihood + 0.5 * float(log_determinant), score, augmented


def _maximise(x: FloatArray, y: FloatArray, start: FloatArray, free: BoolArray) -> tuple[FloatArray, float]:
    """Maximum over the free coefficients and the likelihood there, by scoring steps halved until it does not fall."""
    beta = start.copy()
    value, score, information = _penalised(x, y, beta)
    if not free.any():
        return beta, value
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(information[np.ix_(free, free)], score[free])
        if float(score[free] @ step) < _SETTLED**2:
            return beta, value
        step *= min(1.0, _LARGEST_STEP / float(np.abs(step).max()))
        for _ in range(60):
            trial = beta.copy()
            trial[free] += step
            found = _penalised(x, y, trial)
            if found[0] >= value - 1e-13 * abs(value):
                break
            step /= 2
        else:
            return beta, value
        beta, (value, score, information) = trial, found
    raise NotConverged(f"the penalised likelihood did not settle in {MOST_STEPS} steps")


def _limit(x: FloatArray, y: FloatArray, best: FloatArray, column: int, step: float, target: float) -> float:
    """Where the profile of one coefficient falls to the target, on the side of the step."""
    others = np.ones(len(best), dtype=np.bool_)
    others[column] = False
    start = best.copy()

    def excess(value: float) -> float:
        nonlocal start
        start = start.copy()
        start[column] = value
        start, value_there = _maximise(x, y, start, others)
        return value_there - target

    inside, outside = float(best[column]), float(best[column] + step)
    for _ in range(60):
        if excess(outside) < 0:
            return root_between(excess, inside, outside, absolute=1e-11, relative=1e-12)
        inside, outside = outside, 2 * outside - float(best[column])
    raise NotConverged(f"the profile of coefficient {column} does not fall to its limit")
