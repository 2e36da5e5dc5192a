"""One binomial rate: posterior probabilities, intervals, and what zero events cannot exclude."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincc, betaincinv, ndtri

from firstdose.methods._counts import FloatArray, IntArray, as_counts

Side: TypeAlias = Literal["both", "lower", "upper"]
Interval: TypeAlias = tuple[FloatArray, FloatArray]


def probability_above(
    threshold: float, participants: ArrayLike, dlts: ArrayLike, prior: tuple[float, float] = (1.0, 1.0)
) -> FloatArray:
    """Posterior probability that the rate exceeds `threshold`, for any shape of counts.

    The rate has a Beta(prior[0], prior[1]) prior; with no participants the prior answers.
    Source: conjugate beta-binomial, P = 1 - I_threshold(a + dlts, b + participants - dlts).
    Raises ValueError for counts that are not counts, and for a prior that is not positive.
    """
    n, t, (a, b) = *as_counts(participants, dlts), _checked(prior)
    cut = _as_rate(threshold, "threshold")
    return _per_distinct_pair(lambda n, t: betaincc(a + t, b + n - t, cut), n, t)


def clopper_pearson(
    participants: ArrayLike, events: ArrayLike, *, certainty: float = 0.95, side: Side = "both"
) -> Interval:
    """Exact ("Clopper-Pearson") limits (lower, upper) of the rate, each with the shape of the counts.

    `side` "both" splits the error equally; "upper" returns lower = 0, "lower" returns upper = 1.
    Nobody observed: (0, 1). Source: Clopper and Pearson, Biometrika 1934;26:404, as beta quantiles.
    """
    n, x = as_counts(participants, events)
    tail = _tail(certainty, side)
    lower = np.where(x > 0, betaincinv(np.maximum(x, 1), n - x + 1, tail), 0.0)
    upper = np.where(x < n, 1.0 - betaincinv(np.maximum(n - x, 1), x + 1, tail), 1.0)
    return _one_sided(lower, upper, side)


def wilson(participants: ArrayLike, events: ArrayLike, *, certainty: float = 0.95, side: Side = "both") -> Interval:
    """Score limits (lower, upper) of the rate, without continuity correction; arguments as `clopper_pearson`.

    Nobody observed: (0, 1). Source: Wilson, JASA 1927;22:209.
    """
    n, x = as_counts(participants, events)
    z = float(ndtri(1.0 - _tail(certainty, side)))
    centre = (x + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(x * (n - x) / np.maximum(n, 1) + z**2 / 4) / (n + z**2)
    lower = np.where(x == 0, 0.0, np.maximum(centre - half, 0.0))
    upper = np.where(x == n, 1.0, np.minimum(centre + half, 1.0))
    return _one_sided(lower, upper, side)


def jeffreys(participants: ArrayLike, events: ArrayLike, *, certainty: float = 0.95, side: Side = "both") -> Interval:
    """Equal-tailed credible limits (lower, upper) under the Beta(1/2, 1/2) prior.

    Arguments as `clopper_pearson`. The limits are the posterior's quantiles as they are: they are not
    moved to 0 or 1 when no one or everyone has the event.
    Source: Brown, Cai and DasGupta, Stat Sci 2001;16:101, the Jeffreys interval without its modification.
    """
    n, x = as_counts(participants, events)
    tail = _tail(certainty, side)
    lower = betaincinv(x + 0.5, n - x + 0.5, tail)
    upper = 1.0 - betaincinv(n - x + 0.5, x + 0.5, tail)
    return _one_sided(lower, upper, side)


def largest_undetected_rate(participants: ArrayLike, certainty: float = 0.95) -> FloatArray:
    """Highest rate that zero events in `participants` leave possible: the one-sided exact upper limit.

    1 - (1 - certainty)^(1/n), any shape; 1 where nobody was observed. At 95 %: 0 of 3 gives 63.2 %,
    0 of 6 39.3 %, 0 of 15 18.1 %. Source: Clopper and Pearson 1934 at zero events.
    """
    n, _ = as_counts(participants, 0)
    tail = _tail(certainty, "upper")
    return np.where(n > 0, -np.expm1(np.log(tail) / np.maximum(n, 1)), 1.0)


def probability_of_at_least_one(rate: ArrayLike, participants: ArrayLike) -> FloatArray:
    """Probability that at least one of `participants` has an event of this `rate`: 1 - (1 - rate)^n.

    The arguments broadcast. Raises ValueError for a rate outside 0 to 1.
    """
    p = np.asarray(rate, dtype=np.float64)
    n, _ = as_counts(participants, 0)
    if not bool(((p >= 0) & (p <= 1)).all()):
        raise ValueError("rate must lie between 0 and 1")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, -np.expm1(n * np.log1p(-p)), 0.0)


def _per_distinct_pair(
    function: Callable[[FloatArray, FloatArray], FloatArray], participants: IntArray, dlts: IntArray
) -> FloatArray:
    """Evaluate once per pair of counts that is possible when that is less work than once per entry."""
    most = int(participants.max(initial=0))
    if participants.size <= (most + 1) ** 2:
        return np.asarray(function(participants.astype(np.float64), dlts.astype(np.float64)))
    n, t = np.divmod(np.arange((most + 1) ** 2), most + 1)
    table = np.asarray(function(n.astype(np.float64), np.minimum(t, n).astype(np.float64)))
    return np.asarray(table[participants * (most + 1) + dlts])


def _checked(prior: tuple[float, float]) -> tuple[float, float]:
    a, b = prior
    if not (0 < a < np.inf and 0 < b < np.inf):
        raise ValueError(f"prior {prior} must be two positive numbers")
    return float(a), float(b)


def _as_rate(value: float, name: str) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} {value} must lie between 0 and 1")
    return float(value)


def _tail(certainty: float, side: Side) -> float:
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    if side not in ("both", "lower", "upper"):
        raise ValueError(f"side {side!r} must be 'both', 'lower' or 'upper'")
    return (1.0 - certainty) / (2 if side == "both" else 1)


def _one_sided(lower: FloatArray, upper: FloatArray, side: Side) -> Interval:
    if side == "upper":
        lower = np.zeros_like(lower)
    elif side == "lower":
        upper = np.ones_like(upper)
    return lower, upper
