"""Rates and their ratios against sums of Poisson and binomial probabilities and searches on a grid."""

from math import comb, exp, factorial

import numpy as np
import pytest

from firstdose.methods.rates import (
    clustered_rate,
    few_people_rate,
    garwood,
    rate_ratio_central,
    rate_ratio_minlike,
)


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


def test_limits_of_few_people_by_leaving_each_out() -> None:
    """The error of the logarithm by moving each person's weight a little, and Student's quantile from a table."""
    events, time = np.array([1.0, 6.0, 2.0, 9.0]), np.array([0.9, 1.0, 0.4, 1.1])

    def log_rate(weights: np.ndarray) -> float:
        return float(np.log((weights * events).sum() / (weights * time).sum()))

    step, pull = 1e-6, []
    for person in range(4):
        moved = np.ones(4)
        moved[person] += step
        pull.append((log_rate(moved) - log_rate(np.ones(4))) / step)
    error = np.sqrt(sum(each**2 for each in pull) * 4 / 3)
    rate = events.sum() / time.sum()
    lower, upper = (float(limit) for limit in few_people_rate(events, time))
    assert lower == pytest.approx(rate * np.exp(-3.18245 * error), rel=1e-4)  # 97.5 %, 3 degrees of freedom
    assert upper == pytest.approx(rate * np.exp(3.18245 * error), rel=1e-4)
    exact = garwood(18, time.sum())
    assert lower < exact[0]
    assert upper > exact[1]
    alike = few_people_rate([2, 2, 2], [1, 1, 1])
    assert [float(limit) for limit in alike] == pytest.approx([float(limit) for limit in garwood(6, 3.0)])


@pytest.mark.parametrize("people", [3, 4, 6, 8])
def test_limits_of_few_people_hold_the_truth_as_often_as_they_say(people: int) -> None:
    """600 trials with two or more people with events, whose own rates are exponential with mean 3."""
    generator, made, held, ratios = np.random.default_rng(people), 0, 0, []
    while made < 600:
        events = generator.poisson(generator.exponential(3.0, people))
        if (events > 0).sum() < 2:
            continue
        lower, upper = (float(limit) for limit in few_people_rate(events, np.ones(people)))
        made += 1
        held += lower <= 3 <= upper
        ratios.append(upper / lower)
    assert 0.925 < held / made < 0.995
    assert max(ratios) < {3: 5e4, 4: 2000, 6: 200, 8: 100}[people]


@pytest.mark.parametrize(("people", "lowest", "highest"), [(4, 0.0, 0.01), (6, 0.0, 0.1), (15, 0.8, 1.0)])
def test_only_resamples_of_different_people_carry_limits(people: int, lowest: float, highest: float) -> None:
    """How often the bootstrap's limits stand, people's own rates exponential; those that stand are not absurd."""
    generator, ratios, made = np.random.default_rng(3), [], 0
    for trial in range(150):
        events = generator.poisson(generator.exponential(3.0, people))
        if (events > 0).sum() < 2:
            continue
        made += 1
        found = clustered_rate(events, generator.uniform(0.8, 1.0, people), replicates=399, seed=trial)
        if found.carries:
            ratios.append(found.upper / found.lower)
    assert lowest <= len(ratios) / made <= highest
    assert max(ratios, default=1) < 40
