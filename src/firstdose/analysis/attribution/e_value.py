"""E-values: how strong something unmeasured would have to be to explain a finding away."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, nctdtr

from firstdose.analysis.attribution.held_runs import beyond, directions_of, dose_beyond
from firstdose.analysis.scores.measured import FloatArray
from firstdose.methods.root import root_between

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
    """The difference of two groups' means in pooled standard deviations, with its noncentral t interval."""

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

    With a normal interval these are the published limits exp(0.91 d +- 1.78 s); here it is that of noncentral t.
    """
    scale = RISK_RATIO_PER_DIFFERENCE
    return e_values(*(_exponential(scale * each) for each in (difference.estimate, difference.lower, difference.upper)))


def standardised_difference(
    first: ArrayLike, second: ArrayLike, *, certainty: float = 0.95, runs: FloatArray | None = None
) -> StandardisedDifference:
    """Mean of ``second`` less that of ``first``, shapes (n,) and (m,), divided by their pooled standard deviation.

    The limits are those of `noncentrality_interval`: the deviation is estimated, and the interval the wider the larger
    the difference. ``runs`` (n + m, K), of the first and then the second, give each run of measurement a level.
    Raises ValueError where a group is empty, for fewer than three people, without any spread, and where the runs
    cannot be told from the groups or take all degrees of freedom.
    """
    one, other = (np.asarray(each, dtype=np.float64) for each in (first, second))
    if one.ndim != 1 or other.ndim != 1 or not one.size or not other.size:
        raise ValueError("both doses need people with a value")
    values = np.concatenate([one, other])
    directions = directions_of(np.zeros((values.size, 0)) if runs is None else runs)
    free = values.size - 2 - directions.shape[1]
    if free < 1:
        raise ValueError("two people cannot show how much people differ" if values.size < 3 else TOO_MANY_RUNS)
    away = dose_beyond(np.repeat([0.0, 1.0], [one.size, other.size]), directions)
    height, square = beyond(directions, values), float(away @ away)
    difference = float(away @ height) / square
    rest = height - difference * away
    deviation = sqrt(float(rest @ rest) / free)
    if deviation <= 1e-12 * max(float(np.abs(values).max()), 1e-300):
        raise ValueError("people at the same dose do not differ, so there is no deviation to divide by")
    estimate, scale = difference / deviation, sqrt(1 / square)
    lower, upper = noncentrality_interval(estimate / scale, free, certainty)
    return StandardisedDifference(estimate, lower * scale, upper * scale, free)


def noncentrality_interval(t: float, free: int, certainty: float = 0.95) -> tuple[float, float]:
    """The noncentralities at which Student's t of ``free`` degrees of freedom lies at either end of its distribution.

    For a t beyond 1,000 the error of the mean is nothing beside that of the deviation, and the limits are those of
    chi-square. Source: Steiger and Fouladi, in Harlow, Mulaik and Steiger (eds), What If There Were No Significance
    Tests?, 1997, p 221; Hedges and Olkin, Statistical Methods for Meta-Analysis, 1985, section 5.B.
    """
    if t < 0:
        lower, upper = noncentrality_interval(-t, free, certainty)
        return -upper, -lower
    shares = ((1 + certainty) / 2, (1 - certainty) / 2)
    if t > LARGE_T:
        low, high = (t * sqrt(float(chdtri(free, share)) / free) for share in shares)
        return low, high
    reach = t + 10.0
    while float(nctdtr(free, reach, t)) > shares[1]:
        reach *= 2.0

    def limit(share: float) -> float:
        return root_between(
            lambda centre: float(nctdtr(free, centre, t)) - share, -reach, reach, absolute=1e-9, relative=1e-10
        )

    return limit(shares[0]), limit(shares[1])


LARGE_T = 1000.0
TOO_MANY_RUNS = "the runs of measurement leave nothing to show how much people differ"


def _exponential(value: float) -> float:
    """The exponential, kept within what a number can hold."""
    return exp(min(max(value, -700.0), 700.0))
