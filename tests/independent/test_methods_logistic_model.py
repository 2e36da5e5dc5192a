"""The BLRM against adaptive cubature, one state at a time, and against a plain grid of cells."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import cubature
from scipy.special import expit, log_expit, logit

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.logistic_model import TwoParameterPosterior

DOSES = np.array([5.0, 10.0, 16.0, 24.0])
CASES = [
    TwoParameterPosterior(tuple(np.log(DOSES / 16)), (-0.85, 0.4), (2.0, 1.0), -0.3),
    TwoParameterPosterior(tuple(np.log(DOSES / 10)), (-1.5, 0.0), (3.0, 3.0), 0.0),
    TwoParameterPosterior(tuple(np.log(DOSES / 24)), (-0.5, 0.2), (0.6, 0.5), 0.5),
]


def some_states(seed: int, count: int) -> tuple[IntArray, IntArray]:
    """Histories of up to 30 participants a level; the first have no DLT, all, or a sharp step."""
    random = np.random.default_rng(seed)
    n = random.integers(0, 31, (count, 4)) * random.integers(0, 2, (count, 4))
    t = random.binomial(n, np.sort(random.random((count, 4)), axis=1))
    n[:3], t[0], t[1], t[2] = 30, 0, 30, (0, 0, 30, 30)
    return n, t


def log_density(
    posterior: TwoParameterPosterior, n: IntArray, t: IntArray, log_alpha: FloatArray, log_beta: FloatArray
) -> FloatArray:
    """Logarithm of prior times likelihood of one state, up to a constant."""
    (m1, m2), (s1, s2), r = posterior.prior_mean, posterior.prior_sd, posterior.prior_correlation
    z1, z2 = (log_alpha - m1) / s1, (log_beta - m2) / s2
    total = -(z1**2 - 2 * r * z1 * z2 + z2**2) / 2 / (1 - r**2)
    for x, participants, dlts in zip(posterior.log_dose_ratios, n, t, strict=True):
        log_odds = log_alpha + np.exp(log_beta) * x
        total = total + dlts * log_expit(log_odds) + (participants - dlts) * log_expit(-log_odds)
    return np.asarray(total)


def overdose_and_mean(posterior: TwoParameterPosterior, n: IntArray, t: IntArray, level: int) -> tuple[float, float]:
    """P(rate > highest threshold) and E(rate) at one level by adaptive cubature.

    With the log odds at this level in the place of log_alpha, the region on one side of the threshold is
    a rectangle: above it where a steeper curve means a lower rate here, below it elsewhere.
    """
    x, cut = posterior.log_dose_ratios[level], float(logit(posterior.thresholds[-1]))
    log_alpha, log_beta = np.meshgrid(np.linspace(-40, 40, 1601), np.linspace(-26, 14, 801))
    logs = log_density(posterior, n, t, log_alpha, log_beta)
    highest, likely = logs.max(), logs > logs.max() - 28
    (low_a, high_a), (low_b, high_b) = (
        (each[likely].min() - 0.1, each[likely].max() + 0.1) for each in (log_alpha, log_beta)
    )
    reach = np.exp(high_b) * abs(x)

    def whole(points: FloatArray) -> FloatArray:
        a, b = points.T
        density = np.exp(log_density(posterior, n, t, a, b) - highest)
        return np.stack([density, density * expit(a + np.exp(b) * x)], axis=1)

    def here(points: FloatArray) -> FloatArray:
        u, b = points.T
        return np.asarray(np.exp(log_density(posterior, n, t, u - np.exp(b) * x, b) - highest))[:, None]

    total, rate = integral(whole, [low_a, low_b], [high_a, high_b])
    if x <= 0:
        side = integral(here, [max(cut, low_a - reach), low_b], [max(cut, high_a), high_b])[0] / total
        return side, rate / total
    side = integral(here, [min(cut, low_a), low_b], [min(cut, high_a + reach), high_b])[0] / total
    return 1 - side, rate / total


def integral(function: Callable[[FloatArray], FloatArray], low: list[float], high: list[float]) -> list[float]:
    result = cubature(function, low, high, rtol=1e-9, atol=1e-10, max_subdivisions=20_000)
    assert result.status == "converged"
    return [float(value) for value in result.estimate]


@pytest.mark.parametrize("posterior", CASES, ids=["usual", "wide", "narrow"])
def test_overdose_probability_and_mean_by_adaptive_cubature(posterior: TwoParameterPosterior) -> None:
    participants, dlts = some_states(11, 16)
    probabilities = posterior.interval_probabilities(participants, dlts)[..., -1]
    means = posterior.mean_rates(participants, dlts)
    for row, (n, t) in enumerate(zip(participants, dlts, strict=True)):
        level = row % 4
        overdose, mean = overdose_and_mean(posterior, n, t, level)
        assert probabilities[row, level] == pytest.approx(overdose, abs=2e-6)
        assert means[row, level] == pytest.approx(mean, abs=2e-6)


@pytest.mark.parametrize("posterior", CASES[::2], ids=["usual", "narrow"])
def test_interval_probabilities_on_a_grid_of_cells(posterior: TwoParameterPosterior) -> None:
    """Midpoints of 1,500 x 1,500 cells, each counted to the interval its middle lies in: crude, but plain."""
    (m1, m2), (s1, s2) = posterior.prior_mean, posterior.prior_sd
    steps = (np.arange(1500) + 0.5) / 1500 * 14 - 7
    log_alpha, log_beta = np.meshgrid(m1 + s1 * steps, m2 + s2 * steps)
    participants, dlts = some_states(3, 6)
    probabilities = posterior.interval_probabilities(participants[3:], dlts[3:])
    for row in range(3, 6):
        logs = log_density(posterior, participants[row], dlts[row], log_alpha, log_beta)
        density = np.exp(logs - logs.max())
        for level, x in enumerate(posterior.log_dose_ratios):
            interval = np.digitize(expit(log_alpha + np.exp(log_beta) * x), posterior.thresholds)
            shares = np.bincount(interval.ravel(), density.ravel(), 3) / density.sum()
            np.testing.assert_allclose(probabilities[row - 3, level], shares, atol=2e-3)
