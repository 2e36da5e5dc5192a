"""Rates per time at risk: exact intervals for first events, rate ratios, and a bootstrap where events cluster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, bdtrc, gammainccinv, gammaincinv, gammaln, stdtrit

from firstdose.methods._counts import FloatArray, IntArray, as_counts
from firstdose.methods.binomial import Interval, Side, _one_sided, _tail, clopper_pearson
from firstdose.methods.root import root_between

_AS_LIKELY = 1e-7  # probabilities this close, relatively, count as equal


@dataclass(frozen=True)
class RateRatio:
    """A rate divided by the reference rate, with an interval and the two-sided probability of equal rates.

    ``ratio`` is nan when neither has events, and ``upper`` infinite when the reference has none.
    """

    ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class ClusteredRate:
    """Events of all people over their time at risk, with an interval from resampling people.

    ``alike`` is the share of resamples whose error over people is less than half that of the sample itself: they hold
    few different people, people who are alike, or no event. Where they make up a tail, the limits rest on them.
    """

    rate: float
    lower: float
    upper: float
    replicates: int
    alike: float
    certainty: float

    @property
    def carries(self) -> bool:
        """Whether there are limits, and resamples of people who differ carry them."""
        return bool(self.lower > 0 and np.isfinite(self.upper)) and self.alike <= _tail(self.certainty, "both")


def garwood(events: ArrayLike, time: ArrayLike, *, certainty: float = 0.95, side: Side = "both") -> Interval:
    """Exact limits (lower, upper) of a Poisson rate per unit of ``time``, for any shape.

    For events that a person can have once (persons with an event over time to first event). Repeated events of one
    person cluster, and these limits are then too narrow: use `clustered_rate`. ``side`` as in `clopper_pearson`, with
    an upper limit of infinity for "lower". No time at risk: (0, inf). Source: Garwood, Biometrika 1936;28:437.
    Raises ValueError for what are no counts, and for times that are negative or not finite.
    """
    x, _ = as_counts(events, events)
    exposure = np.asarray(time, dtype=np.float64)
    if not bool((np.isfinite(exposure) & (exposure >= 0)).all()):
        raise ValueError("time at risk must be finite and not negative")
    x, exposure = np.broadcast_arrays(x, exposure)
    if bool(((x > 0) & (exposure == 0)).any()):
        raise ValueError("events without time at risk")
    tail = _tail(certainty, side)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(x > 0, gammaincinv(np.maximum(x, 1), tail) / exposure, 0.0)
        upper = gammainccinv(x + 1.0, tail) / exposure
    lower, upper = _one_sided(lower, upper, side)
    return lower, np.full_like(upper, np.inf) if side == "lower" else upper


def rate_ratio_central(
    events: int, time: float, reference_events: int, reference_time: float, *, certainty: float = 0.95
) -> RateRatio:
    """Ratio of two Poisson rates with central limits and probability: twice the smaller tail.

    Given all events, those of the first group are binomial with odds ratio times the times' ratio.
    Source: Przyborowski and Wilenski, Biometrika 1940;31:313; Fay, R Journal 2010;2(1):53.
    Raises ValueError for what are no counts and for times that are not positive.
    """
    x, n, share = _given_all(events, time, reference_events, reference_time)
    lower, upper = (float(limit) for limit in clopper_pearson(n, x, certainty=certainty))
    below, above = float(bdtr(x, n, share)), float(bdtrc(x - 1, n, share)) if x else 1.0
    turn = reference_time / time
    return RateRatio(_ratio(x, n) * turn, _odds(lower) * turn, _odds(upper) * turn, min(1.0, 2 * min(below, above)))


def rate_ratio_minlike(
    events: int, time: float, reference_events: int, reference_time: float, *, certainty: float = 0.95
) -> RateRatio:
    """Ratio of two Poisson rates by the minimum-likelihood test: the probability of what is at most as likely.

    Arguments and errors as `rate_ratio_central`. The limits enclose every ratio that the same test does not reject,
    so they agree with the probability; they are found exactly, from one jump of the test to the next.
    Source: Fay, Biostatistics 2010;11:373. (statsmodels calls this two-sided probability "exact-cond".)
    """
    x, n, share = _given_all(events, time, reference_events, reference_time)
    _tail(certainty, "both")
    chances = np.exp(_log_chances(n, np.array([share])))[0]
    p = min(1.0, float(chances[chances <= chances[x] * (1 + _AS_LIKELY)].sum()))
    turn = reference_time / time
    lower = _lowest_odds(x, n, 1 - certainty)
    upper_inverse = _lowest_odds(n - x, n, 1 - certainty)
    upper = 1 / upper_inverse if upper_inverse > 0 else np.inf
    return RateRatio(_ratio(x, n) * turn, lower * turn, upper * turn, p)


def clustered_rate(
    events: ArrayLike, time: ArrayLike, *, replicates: int, seed: int, certainty: float = 0.95
) -> ClusteredRate:
    """Rate of all events over all time, with limits that allow for people who have many events.

    events (counts) and time at risk have one entry per person, shape (N,). People are resampled, and the logarithm of
    the rate is divided by its standard error over people ("bootstrap t"), because percentiles of so few people are
    too narrow. Source: Efron and Tibshirani 1993, section 12.5; error by linearisation of the ratio. With few people
    the limits can be absurdly wide: see ``ClusteredRate.carries``, and `few_people_rate` for those.
    Raises ValueError for shapes, fewer than two people, times not positive, and where fewer than two people have
    events or all have the same rate: resampling cannot show what is possible then, and the exact limits of first
    events are to be given.
    """
    x, exposure = _people(events, time)
    if replicates < 1:
        raise ValueError(f"replicates {replicates} must be positive")
    tail = _tail(certainty, "both")
    drawn = np.random.default_rng(seed).integers(len(x), size=(replicates, len(x)))
    centre, error = _log_rate(x[None, :].astype(np.float64), exposure[None, :])
    centres, errors = _log_rate(x[drawn].astype(np.float64), exposure[drawn])
    if error[0] <= 1e-12:
        raise ValueError("everyone has the same rate, so resampling people shows no spread")
    errors = np.where(np.isfinite(errors), errors, 0.0)
    away = centres - centre
    # A sample without any spread counts as far away, and so does one without events.
    pivots = np.where(errors > 1e-12, away, np.where(away == 0, 0.0, np.copysign(np.inf, away)))
    np.divide(pivots, errors, out=pivots, where=np.isfinite(pivots) & (errors > 1e-12))
    low, high = np.quantile(pivots, [tail, 1 - tail], method="inverted_cdf")
    with np.errstate(over="ignore"):
        lower, upper = (float(np.exp(centre[0] - end * error[0])) for end in (high, low))
    alike = float((errors < error[0] / 2).mean())
    return ClusteredRate(float(np.exp(centre[0])), lower, upper, replicates, alike, certainty)


def few_people_rate(events: ArrayLike, time: ArrayLike, *, certainty: float = 0.95) -> Interval:
    """Limits (lower, upper) of the rate of all events over all time, where people are too few to be resampled.

    events and time as in `clustered_rate`. The logarithm of the rate has Student's t limits with N - 1 degrees of
    freedom and the same error over people; since so few people may be alike by chance, the limits are never inside the
    exact Poisson limits of the number of events. Source: Student, Biometrika 1908;6:1; the error of a ratio as in
    Cochran, Sampling Techniques, 3rd edition, 1977, chapter 6.
    Raises ValueError as `clustered_rate`, and for fewer than three people, whose spread says nothing.
    """
    x, exposure = _people(events, time)
    if len(x) < 3:
        raise ValueError("the spread between two people says too little of a rate")
    centre, error = _log_rate(x[None, :].astype(np.float64), exposure[None, :])
    half = float(stdtrit(len(x) - 1, 1 - _tail(certainty, "both")) * error[0])
    least = garwood(x.sum(), exposure.sum(), certainty=certainty)
    lower, upper = float(np.exp(centre[0] - half)), float(np.exp(centre[0] + half))
    return np.minimum(lower, least[0]), np.maximum(upper, least[1])


def _people(events: ArrayLike, time: ArrayLike) -> tuple[IntArray, FloatArray]:
    """Each person's events and time at risk, of which a rate with limits can be made."""
    x, _ = as_counts(events, events)
    exposure = np.asarray(time, dtype=np.float64)
    if x.ndim != 1 or x.shape != exposure.shape or len(x) < 2:
        raise ValueError(
            f"shapes {x.shape} and {exposure.shape} must be one and the same (N,), with two or more people"
        )
    if not bool((np.isfinite(exposure) & (exposure > 0)).all()):
        raise ValueError("each person's time at risk must be finite and positive")
    if (x > 0).sum() < 2:
        raise ValueError("fewer than two people have events: give the exact limits of first events instead")
    return x, exposure


def _log_rate(events: FloatArray, time: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm of each row's rate and its standard error over people."""
    people = events.shape[1]
    total, exposure = events.sum(axis=1), time.sum(axis=1)
    rate = total / exposure
    residual = events - rate[:, None] * time
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((residual**2).sum(axis=1) * people / (people - 1)) / total
        return np.log(rate), error


def _given_all(events: int, time: float, reference_events: int, reference_time: float) -> tuple[int, int, float]:
    for count in (events, reference_events):
        as_counts(count, count)
    if not (0 < time < np.inf and 0 < reference_time < np.inf):
        raise ValueError(f"times at risk {time} and {reference_time} must be positive and finite")
    return int(events), int(events) + int(reference_events), time / (time + reference_time)


def _ratio(x: int, n: int) -> float:
    return float("nan") if n == 0 else _odds(x / n)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


def _log_chances(n: int, share: FloatArray) -> FloatArray:
    """Logarithms of binomial probabilities, shape (len(share), n + 1)."""
    x = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return np.asarray(ways + x * np.log(share)[:, None] + (n - x) * np.log1p(-share)[:, None])


def _lowest_odds(x: int, n: int, alpha: float) -> float:
    """Lowest odds at which the minimum-likelihood test of x in n does not reject at alpha.

    As the odds rise, the outcomes 0, 1, ... below x become as unlikely as x one after the other, at odds known in
    closed form. Between two of these the probability falls and then rises, so it exceeds alpha first at an end, or at
    the one crossing after its least value.
    """
    if x == 0:
        return 0.0
    below = np.arange(x)
    ways = gammaln(n + 1) - gammaln(below + 1) - gammaln(n - below + 1)
    own = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    jumps = np.exp((ways - own) / (x - below))
    starts = np.concatenate([[0.0], jumps])

    def probability(odds: float, joined: int) -> float:
        share = odds / (1 + odds)
        above = float(bdtrc(x - 1, n, share))
        return above + (float(bdtr(joined, n, share)) if joined >= 0 else 0.0) - alpha

    for joined, start in enumerate(starts, start=-1):
        end = starts[joined + 2] if joined + 2 < len(starts) else np.inf
        if probability(start, joined) >= 0:
            return float(start)
        last = end if np.isfinite(end) else max(start, 1.0) * 1e9
        if probability(last, joined) > 0:
            crossing = partial(probability, joined=joined)
            absolute = 1e-14 * max(float(start), 1e-3)
            return root_between(crossing, float(start), float(last), absolute=absolute, relative=1e-14)
    return float(starts[-1])
