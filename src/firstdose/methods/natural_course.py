"""How many of a few people would have had an event anyway: each has a chance of their own, and rates are uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from firstdose.methods._counts import FloatArray

NODES = 64  # of the rule over an uncertain rate; tests compare it with closed forms


@dataclass(frozen=True)
class SharedRate:
    """People who share one yearly probability of the event, each with a time in years in which it could be seen.

    ``based_on`` is the number of people whose information the probability carries: the rate then has the distribution
    Beta(based_on * probability, based_on * (1 - probability)). Without it, and at 0 and 1, the rate is taken as known.
    """

    yearly_probability: float
    years: tuple[float, ...]
    based_on: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.yearly_probability <= 1:
            raise ValueError(f"yearly_probability {self.yearly_probability} must lie between 0 and 1")
        if any(not 0 <= time < np.inf for time in self.years):
            raise ValueError(f"years {self.years} must be finite and not negative")
        if self.based_on is not None and not 0 < self.based_on < np.inf:
            raise ValueError(f"based_on {self.based_on} must be positive and finite")

    @property
    def is_uncertain(self) -> bool:
        return self.based_on is not None and 0 < self.yearly_probability < 1

    @property
    def shapes(self) -> tuple[float, float]:
        """Both parameters of the Beta distribution of an uncertain rate."""
        assert self.based_on is not None
        return self.based_on * self.yearly_probability, self.based_on * (1 - self.yearly_probability)


def chance_within(yearly_probability: ArrayLike, years: ArrayLike) -> FloatArray:
    """Probability of the event within a time: 1 - (1 - p)^years; the arguments broadcast."""
    p, time = np.asarray(yearly_probability, dtype=np.float64), np.asarray(years, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(time > 0, -np.expm1(time * np.log1p(-p)), 0.0))


def events_of_different_people(probabilities: ArrayLike) -> FloatArray:
    """Distribution of the number of events of people with these probabilities (the Poisson binomial distribution).

    probabilities has shape (..., n); the answer (..., n + 1) holds the probabilities of 0, 1, ... n events. Exact, by
    adding one person after the other. Source: Chen and Liu, Stat Sin 1997;7:875.
    Raises ValueError for a probability outside 0 to 1.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if not bool(((p >= 0) & (p <= 1)).all()):
        raise ValueError("every probability must lie between 0 and 1")
    chances = np.zeros((*p.shape[:-1], p.shape[-1] + 1))
    chances[..., 0] = 1.0
    for person in range(p.shape[-1]):
        chance = p[..., person, None]
        chances[..., 1:] = chances[..., 1:] * (1 - chance) + chances[..., :-1] * chance
        chances[..., :1] *= 1 - chance
    return chances


def events_under(rates: Sequence[SharedRate]) -> FloatArray:
    """Distribution of the number of events of everyone, shape (people + 1,), averaged over the rates' uncertainty.

    Given its rate, a person's event is independent of the others'; different rates are independent. For no event of
    the people of one uncertain rate Beta(a, b) the average is B(a, b + sum of years) / B(a, b); the other counts are
    averaged by a Gauss-Jacobi rule.
    """
    total = np.ones(1)
    for rate in rates:
        total = np.convolve(total, _events_of_group(rate))
    return total


def expected_events(rates: Sequence[SharedRate]) -> float:
    """The mean number of events: the sum of everyone's probability."""
    total = 0.0
    for rate in rates:
        years = np.asarray(rate.years, dtype=np.float64)
        if rate.is_uncertain:
            total += float(-np.expm1(_log_mean_without(*rate.shapes, years)).sum())
        else:
            total += float(chance_within(rate.yearly_probability, years).sum())
    return total


def _events_of_group(rate: SharedRate) -> FloatArray:
    years = np.asarray(rate.years, dtype=np.float64)
    if not rate.is_uncertain:
        return events_of_different_people(chance_within(rate.yearly_probability, years))
    nodes, weights = beta_rule(*rate.shapes)
    chances = weights @ events_of_different_people(chance_within(nodes[:, None], years))
    none = float(np.exp(_log_mean_without(*rate.shapes, years.sum())))
    some = chances[1:].sum()
    return np.concatenate([[none], chances[1:] * ((1 - none) / some if some > 0 else 0.0)])


def _log_mean_without(a: float, b: float, years: ArrayLike) -> FloatArray:
    """Logarithm of the mean of (1 - p)^years for p of Beta(a, b)."""
    return np.asarray(betaln(a, b + np.asarray(years)) - betaln(a, b))


@lru_cache(maxsize=64)
def beta_rule(a: float, b: float, count: int = NODES) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights, both (count,), that average a smooth function over Beta(a, b); exact for polynomials.

    Eigenvalues of the recurrence of the Jacobi polynomials on 0 to 1. Source: Golub and Welsch, Math Comp 1969;23:221.
    """
    alpha, beta, k = b - 1.0, a - 1.0, np.arange(count, dtype=np.float64)
    total = 2.0 * k + alpha + beta
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (beta**2 - alpha**2) / (total * (total + 2.0))
        spread = 4.0 * k * (k + alpha) * (k + beta) * (k + alpha + beta) / (total**2 * (total**2 - 1.0))
    middle[0] = (beta - alpha) / (alpha + beta + 2.0)
    spread[1] = 4.0 * (1.0 + alpha) * (1.0 + beta) / ((2.0 + alpha + beta) ** 2 * (3.0 + alpha + beta))
    off = np.sqrt(spread[1:])
    places, axes = np.linalg.eigh(np.diag(middle) + np.diag(off, 1) + np.diag(off, -1))
    return np.clip((places + 1.0) / 2.0, 0.0, 1.0), axes[0] ** 2
