"""Prior of variances when some metabolites are out of line: Winsorised moments, and fewer prior degrees for those.

Source: Phipson, Lee, Majewski, Alexander and Smyth, Ann Appl Stat 2016;10:946.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import betaln, gammaln

from firstdose.methods._counts import FloatArray
from firstdose.methods.local_regression import lowess
from firstdose.methods.tail_probabilities import SMALLEST, f_above, f_below, f_quantile_above, f_quantile_below
from firstdose.methods.trend import mid_ranks

LOWER_TAIL, UPPER_TAIL = 0.05, 0.1  # shares of the log variances that are drawn in
NODES, WEIGHTS = leggauss(128)
MOST = 1e7  # prior degrees of freedom beyond which they are infinite
HALVINGS = 60


def robust_prior(
    variance: FloatArray,
    free: FloatArray,
    abundance: FloatArray | None,
    plain_variance: FloatArray,
    plain_degrees: float,
    limit: float,
) -> tuple[FloatArray, FloatArray]:
    """Prior variance and prior degrees of freedom of each metabolite (G,).

    plain_variance (G,) and plain_degrees are the prior by ordinary moments; robust degrees of freedom are never fewer
    (they are for the metabolites that are in line). Infinite ones are mixed with those of outliers as `limit`, all
    residual degrees of freedom together, of which no test can have more.
    """
    heights = np.log(_with_equal_degrees(variance, free, plain_variance, plain_degrees))
    most = float(free.max())
    trend = np.zeros(len(heights)) if abundance is None else lowess(abundance, heights)
    low, high = np.quantile(heights - trend, [LOWER_TAIL, 1 - UPPER_TAIL])
    drawn_in = np.clip(heights - trend, low, high)
    degrees = _match(most, float(drawn_in.var(ddof=1)), plain_degrees)
    prior = np.exp(trend + drawn_in.mean() - winsorised_moments(most, degrees)[0])
    return prior, _outlying(np.exp(heights) / prior, most, degrees, limit)


def winsorised_moments(numerator: float, denominator: float) -> tuple[float, float]:
    """Mean and variance of the logarithm of F, drawn in to its quantiles at the two tails."""
    low = float(np.log(f_quantile_below(LOWER_TAIL, numerator, denominator)))
    high = float(np.log(f_quantile_above(UPPER_TAIL, numerator, denominator)))
    at = low + (NODES + 1) / 2 * (high - low)
    mass = np.exp(_log_density(at, numerator, denominator)) * WEIGHTS * (high - low) / 2
    mean = float(mass @ at) + LOWER_TAIL * low + UPPER_TAIL * high
    variance = float(mass @ np.square(at - mean)) + LOWER_TAIL * (low - mean) ** 2 + UPPER_TAIL * (high - mean) ** 2
    return mean, variance


def _log_density(at: FloatArray, numerator: float, denominator: float) -> FloatArray:
    """Log density of log F; of log(chi-squared / d) where the denominator is infinite."""
    half = numerator / 2
    if np.isinf(denominator):
        return np.asarray(half * (np.log(half) + at) - half * np.exp(at) - gammaln(half))
    ratio = np.log(numerator / denominator) + at
    under = denominator / 2
    return np.asarray(half * ratio - (half + under) * np.logaddexp(0.0, ratio) - betaln(half, under))


def _with_equal_degrees(
    variance: FloatArray, free: FloatArray, plain_variance: FloatArray, plain_degrees: float
) -> FloatArray:
    """Variances moved to the same tail probability with the most degrees of freedom that any metabolite has."""
    most = float(free.max())
    if float(free.min()) == most:
        return variance
    ratio = variance / plain_variance
    above, below = f_above(ratio, free, plain_degrees), f_below(ratio, free, plain_degrees)
    from_above = f_quantile_above(np.maximum(above, SMALLEST), most, plain_degrees)
    from_below = f_quantile_below(np.maximum(below, SMALLEST), most, plain_degrees)
    return plain_variance * np.where(above < below, from_above, from_below)


def _match(numerator: float, spread: float, least: float) -> float:
    """The denominator degrees of freedom whose Winsorised variance is `spread`, at least `least`."""
    if winsorised_moments(numerator, least)[1] <= spread:
        return least
    if winsorised_moments(numerator, MOST)[1] >= spread:
        return float("inf")
    low, high = np.log(least), np.log(MOST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        wider = winsorised_moments(numerator, float(np.exp(middle)))[1] > spread
        low, high = (middle, high) if wider else (low, middle)
    return float(np.exp((low + high) / 2))


def _outlying(ratio: FloatArray, numerator: float, degrees: float, limit: float) -> FloatArray:
    """Prior degrees of freedom of each metabolite, fewer the less its variance is in line (Phipson 2016).

    The chance of being in line is the tail probability over that of its rank, at most 1. Who is out of line for
    certain has the degrees of freedom at which the largest ratio is a median. Fewer degrees never go with a smaller
    tail probability's neighbour that has more: the sequence is made rising from the most outlying on.
    """
    tail = f_above(ratio, numerator, degrees)
    from_above = len(ratio) + 1 - mid_ranks(ratio)
    in_line = np.minimum(1.0, tail / ((from_above - 0.5) / len(ratio)))
    if in_line.min() == 1:
        return np.full(len(ratio), degrees)
    finite = min(degrees, limit)
    out_of_line = 0.0
    if tail.min() > 0:
        first = np.log(0.5) / np.log(tail.min()) * finite
        again = float(f_above(ratio.max(), numerator, first))
        out_of_line = float(np.log(0.5) / np.log(again) * first) if again > 0 else 0.0
    order = np.argsort(tail, kind="stable")
    rising = (in_line * finite + (1 - in_line) * out_of_line)[order]
    running = np.cumsum(rising) / np.arange(1, len(rising) + 1)
    last = int(np.argmin(running))
    rising[: last + 1] = running[last]
    found = np.empty(len(ratio))
    found[order] = np.maximum.accumulate(rising)
    return np.where(found >= finite, degrees, found)
