"""The CRM's posterior against adaptive quadrature of the printed formulas, one state at a time."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from firstdose.methods._counts import IntArray
from firstdose.methods.power_model import Model, OneParameterPosterior, beta_at

SKELETON = (0.03, 0.08, 0.2, 0.35, 0.5)
REACH = 13


def log_rates(model: Model, skeleton: float, beta: float) -> tuple[float, float]:
    """Logarithms of the rate and of one minus it."""
    if model == "empiric":
        log_rate = math.exp(beta) * math.log(skeleton)
        return log_rate, math.log(-math.expm1(log_rate))
    log_odds = 3 + math.exp(beta) * (math.log(skeleton / (1 - skeleton)) - 3)
    return -float(np.logaddexp(0, -log_odds)), -float(np.logaddexp(0, log_odds))


def posterior_density(model: Model, variance: float, n: IntArray, t: IntArray) -> Callable[[float], float]:
    """Unnormalised, scaled to about 1 at its highest."""

    def log_density(beta: float) -> float:
        total = -(beta**2) / 2 / variance
        for s, participants, dlts in zip(SKELETON, n, t, strict=True):
            log_rate, log_other = log_rates(model, s, beta)
            total += dlts * log_rate + (participants - dlts) * log_other
        return float(total)

    highest = max(log_density(beta) for beta in np.linspace(-REACH, REACH, 2601))
    return lambda beta: math.exp(log_density(beta) - highest)


def integral(function: Callable[[float], float], low: float, high: float) -> float:
    """Adaptive over short pieces, so that no narrow peak is overlooked."""
    cuts = np.linspace(low, high, 31)
    pieces = [quad(function, a, b, epsabs=1e-14, epsrel=1e-12, limit=200)[0] for a, b in pairwise(cuts)]
    return math.fsum(pieces)


@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize("most", [1, 6, 20, 100])
def test_posterior_by_adaptive_quadrature(model: Model, most: int) -> None:
    random = np.random.default_rng(most)
    participants = random.integers(0, most + 1, (5, 5))
    dlts = random.binomial(participants, np.sort(random.random((5, 5)), axis=1))
    dlts[3], dlts[4] = 0, participants[4]
    for variance in (0.1, 1.34):
        posterior = OneParameterPosterior(model, SKELETON, variance)
        mean, spread = posterior.mean(participants, dlts), posterior.variance(participants, dlts)
        between = posterior.probability_between(participants, dlts, 0.2, 0.35)
        for row, (n, t) in enumerate(zip(participants, dlts, strict=True)):
            density = posterior_density(model, variance, n, t)
            total = integral(density, -REACH, REACH)
            first = integral(lambda b, f=density: b * f(b), -REACH, REACH) / total  # type: ignore[misc]
            second = integral(lambda b, f=density, m=first: (b - m) ** 2 * f(b), -REACH, REACH) / total  # type: ignore[misc]
            assert mean[row] == pytest.approx(first, abs=1e-9)
            assert spread[row] == pytest.approx(second, abs=1e-9)
            upper, lower = beta_at(0.2, SKELETON, model), beta_at(0.35, SKELETON, model)
            for level in range(5):
                part = integral(density, max(lower[level], -REACH), max(upper[level], -REACH)) / total
                assert between[row, level] == pytest.approx(part, abs=1e-8)
