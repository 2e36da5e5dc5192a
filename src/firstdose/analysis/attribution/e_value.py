"""E-values: how strong something unmeasured would have to be to explain a finding away."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

RISK_RATIO_PER_DIFFERENCE = 0.91
"""A standardised difference d stands for a risk ratio of about exp(0.91 d)."""


@dataclass(frozen=True)
class EValue:
    """A risk ratio with its limits, and the E-values of the ratio and of the limit nearer to 1."""

    risk_ratio: float
    lower: float
    upper: float
    of_estimate: float
    of_limit: float


@dataclass(frozen=True)
class StandardisedDifference:
    """The difference of two groups' means in pooled standard deviations, with its t interval."""

    estimate: float
    lower: float
    upper: float
    degrees_of_freedom: int


def e_value(risk_ratio: float) -> float:
    """The E-value of a risk ratio: RR + sqrt(RR (RR - 1)), for one below 1 that of its inverse.

    Whatever explains the ratio must be associated with both exposure and outcome by a risk ratio of this size, each,
    beyond what was measured. Source: VanderWeele and Ding, Ann Intern Med 2017;167:268.
    Raises ValueError unless the ratio is positive.
    """
    if not risk_ratio > 0:
        raise ValueError(f"risk ratio {risk_ratio} must be positive")
    ratio = risk_ratio if risk_ratio >= 1 else 1 / risk_ratio
    return ratio + sqrt(ratio * (ratio - 1)) if ratio < 1e150 else 2 * ratio


def e_values(risk_ratio: float, lower: float, upper: float) -> EValue:
    """E-values of a ratio and of its interval, 1 where the interval holds 1; source and errors as `e_value`."""
    if not 0 < lower <= risk_ratio <= upper:
        raise ValueError(f"the interval {lower} to {upper} must be positive and hold the ratio {risk_ratio}")
    nearer = 1.0 if lower <= 1 <= upper else lower if lower > 1 else upper
    return EValue(risk_ratio, lower, upper, e_value(risk_ratio), e_value(nearer))


def of_difference(difference: StandardisedDifference) -> EValue:
    """E-values of a difference of means, by RR = exp(0.91 d), limits likewise; source as `e_value`.

    With a normal interval these are the published limits exp(0.91 d +- 1.78 s); here the interval is Student's.
    """
    scale = RISK_RATIO_PER_DIFFERENCE
    return e_values(*(_exponential(scale * each) for each in (difference.estimate, difference.lower, difference.upper)))


def standardised_difference(first: ArrayLike, second: ArrayLike, *, certainty: float = 0.95) -> StandardisedDifference:
    """Mean of ``second`` less that of ``first``, shapes (n,) and (m,), divided by their pooled standard deviation.

    The limits are those of Student's t interval of the difference, divided by the same deviation: the deviation is
    taken as known. Raises ValueError where a group is empty, for fewer than three people, and without any spread.
    """
    one, other = (np.asarray(each, dtype=np.float64) for each in (first, second))
    if one.ndim != 1 or other.ndim != 1 or not one.size or not other.size:
        raise ValueError("both doses need people with a value")
    free = one.size + other.size - 2
    if free < 1:
        raise ValueError("two people cannot show how much people differ")
    squares = float(((one - one.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum())
    deviation = sqrt(squares / free)
    reach = max(float(np.abs(one).max()), float(np.abs(other).max()))
    if deviation <= 1e-12 * max(reach, 1e-300):
        raise ValueError("people at the same dose do not differ, so there is no deviation to divide by")
    estimate = float(other.mean() - one.mean()) / deviation
    half = float(stdtrit(free, (1 + certainty) / 2)) * sqrt(1 / one.size + 1 / other.size)
    return StandardisedDifference(estimate, estimate - half, estimate + half, free)


def _exponential(value: float) -> float:
    """The exponential, kept within what a number can hold."""
    return exp(min(max(value, -700.0), 700.0))
