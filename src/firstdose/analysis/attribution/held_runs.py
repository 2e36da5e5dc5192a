"""Slopes at the same run of measurement: what is common to the people whose samples were measured together is held."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, stdtrit

from firstdose.analysis.scores.measured import FloatArray
from firstdose.methods.straight_line import Slope, fit_slope

SAME = 1e-7
COINCIDE = "the dose cannot be told from the run of measurement in these people"


def directions_of(runs: FloatArray) -> FloatArray:
    """Orthonormal columns (N, rank) of what the runs (N, K) say beyond a common level; without rows or columns none."""
    if not runs.size:
        return np.zeros((len(runs), 0))
    left, sizes, _ = np.linalg.svd(runs - runs.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, sizes > SAME])


def beyond(directions: FloatArray, values: FloatArray) -> FloatArray:
    """What of values (..., N) is left beyond their mean and the directions (N, rank)."""
    away = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(away - away @ directions @ directions.T)


def dose_beyond(doubling: FloatArray, directions: FloatArray) -> FloatArray:
    """What of the dose (N,) is left beyond the runs. Raises ValueError where that is nothing."""
    away = beyond(directions, doubling)
    if directions.shape[1] and float(away @ away) <= SAME**2 * len(away) * max(float(np.ptp(doubling)) ** 2, 1e-300):
        raise ValueError(COINCIDE)
    return away


def slope_at_same_run(doubling: FloatArray, value: FloatArray, runs: FloatArray, *, certainty: float = 0.95) -> Slope:
    """The slope of a value (N,) on the dose (N,) with a level for each run of measurement, ``runs`` (N, K) its columns.

    Least squares with Student's interval, as `fit_slope`, which it is where there are no runs to tell apart; each run
    takes a degree of freedom. Source: Fisher, J R Stat Soc 1922;85:597. Raises ValueError as `fit_slope`, and where
    the runs leave nothing of the dose or no degree of freedom.
    """
    directions = directions_of(runs)
    if not directions.shape[1]:
        return fit_slope(doubling, value, certainty=certainty)
    away = dose_beyond(doubling, directions)
    height = beyond(directions, value)
    free = len(value) - 2 - directions.shape[1]
    if free < 1:
        raise ValueError(
            f"{len(value)} people in {directions.shape[1] + 1} runs of measurement show no error of a slope"
        )
    estimate = float(away @ height / (away @ away))
    rest = height - estimate * away
    if float(np.abs(rest).max()) <= 1e-12 * max(float(np.abs(value).max()), 1e-300):
        raise ValueError("the values lie on a line exactly, so they show no spread")
    error = float(np.sqrt(rest @ rest / free / (away @ away)))
    half = float(stdtrit(free, (1 + certainty) / 2)) * error
    p = float(betainc(free / 2, 0.5, free / (free + (estimate / error) ** 2)))
    return Slope(estimate, error, estimate - half, estimate + half, free, p)
