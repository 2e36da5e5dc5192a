"""Rates and their ratios against sums of Poisson and binomial probabilities and searches on a grid."""

from math import comb, exp, factorial

import numpy as np
import pytest

from firstdose.methods.rates import clustered_rate, garwood, rate_ratio_central, rate_ratio_minlike


def poisson_at_most(events: int, mean: float) -> float:
    return sum(exp(-mean) * mean**count / factorial(count) for count in range(events + 1))


@pytest.mark.parametrize("events", [0, 1, 3, 12])
def test_garwood_limits_leave_half_the_error_on_each_side(events: int) -> None:
    lower, upper = (float(limit) for limit in garwood(events, 2.5, certainty=0.9))
    assert poisson_at_most(events, upper * 2.5) == pytest.approx(0.05, rel=1e-10)
    if events:
        assert 1 - poisson_at_most(events - 1, lower * 2.5) == pytest.approx(0.05, rel=1e-9)


def minlike(x: int, n: int, share: float) -> float:
    chances = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    return sum(chance for chance in chances if chance <= chances[x] * (1 + 1e-7))


@pytest.mark.parametrize(
    ("x", "time", "y", "other_time"), [(12, 3.1, 20, 9.8), (45, 7.4, 22, 7.1), (3, 1.0, 0, 1.0), (1, 5.0, 6, 2.0)]
)
def test_minlike_limits_enclose_every_ratio_not_rejected(x: int, time: float, y: int, other_time: float) -> None:
    found = rate_ratio_minlike(x, time, y, other_time)

    def p(ratio: float) -> float:
        return minlike(x, x + y, ratio * time / (ratio * time + other_time))

    assert found.p == pytest.approx(p(1.0), rel=1e-9)
    steps = np.exp(np.linspace(1e-6, 1.5, 400))
    assert max(p(found.lower / step) for step in steps) <= 0.05 + 1e-9
    assert p(found.lower * (1 + 1e-6)) >= 0.05 - 1e-6
    if np.isfinite(found.upper):
        assert max(p(found.upper * step) for step in steps) <= 0.05 + 1e-9
        assert p(found.upper / (1 + 1e-6)) >= 0.05 - 1e-6


def test_central_limits_put_half_the_error_in_each_tail() -> None:
    found = rate_ratio_central(12, 3.1, 20, 9.8)
    for ratio, outcomes in ((found.lower, range(12, 33)), (found.upper, range(13))):
        share = ratio * 3.1 / (ratio * 3.1 + 9.8)
        assert sum(comb(32, k) * share**k * (1 - share) ** (32 - k) for k in outcomes) == pytest.approx(0.025)


def test_the_clustered_interval_covers_better_than_the_poisson_interval() -> None:
    """Fifteen people whose own rates differ as a gamma variable with shape 1 and mean 3; 200 trials."""
    generator = np.random.default_rng(11)
    covered = poisson = 0
    for trial in range(200):
        events = generator.poisson(generator.gamma(1.0, 3.0, 15))
        found = clustered_rate(events, np.ones(15), replicates=399, seed=trial)
        covered += found.lower <= 3 <= found.upper
        lower, upper = garwood(events.sum(), 15.0)
        poisson += bool(lower <= 3 <= upper)
    assert poisson < 165
    assert covered > 172
