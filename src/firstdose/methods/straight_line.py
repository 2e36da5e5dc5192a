"""A straight line through one value a person, by least squares, with the interval of its slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, stdtrit


@dataclass(frozen=True)
class Slope:
    """Change of the value with one unit of the dose, with its t interval and test."""

    estimate: float
    standard_error: float
    lower: float
    upper: float
    degrees_of_freedom: int
    p: float


def fit_slope(dose: ArrayLike, value: ArrayLike, *, certainty: float = 0.95) -> Slope:
    """Least-squares slope of ``value`` on ``dose``, both of shape (N,), one entry a person.

    The interval and the two-sided test are Student's, with N - 2 degrees of freedom. Source: Fisher, J R Stat Soc
    1922;85:597. Raises ValueError for shapes, what is not finite, fewer than three people, a single dose, and values
    that lie on a line exactly (they show no spread).
    """
    x, y = np.asarray(dose, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"shapes {x.shape} and {y.shape} must be one and the same (N,)")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("every value must be a finite number: leave out people with missing values and say so")
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    people = len(x)
    if people < 3:
        raise ValueError(f"{people} people cannot show a slope and its error")
    if np.unique(x).size < 2:
        raise ValueError("two or more different doses are needed")
    away, height = x - x.mean(), y - y.mean()
    estimate = float(away @ height / (away @ away))
    rest = height - estimate * away
    if float(np.abs(rest).max()) <= 1e-12 * max(float(np.abs(y).max()), 1e-300):
        raise ValueError("the values lie on a line exactly, so they show no spread")
    free = people - 2
    error = float(np.sqrt(rest @ rest / free / (away @ away)))
    half = float(stdtrit(free, (1 + certainty) / 2)) * error
    p = float(betainc(free / 2, 0.5, free / (free + (estimate / error) ** 2)))
    return Slope(estimate, error, estimate - half, estimate + half, free, p)
