"""Events of people with chances of their own: against enumeration, scipy's beta-binomial, and random draws."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from firstdose.methods.natural_course import (
    SharedRate,
    beta_rule,
    chance_within,
    events_of_different_people,
    events_under,
    expected_events,
)

chances = st.floats(0, 1)


@given(st.lists(chances, max_size=7))
def test_every_way_in_which_the_events_may_fall(probabilities: list[float]) -> None:
    naive = np.zeros(len(probabilities) + 1)
    for had in product((0, 1), repeat=len(probabilities)):
        naive[sum(had)] += np.prod([p if it else 1 - p for it, p in zip(had, probabilities, strict=True)])
    assert events_of_different_people(probabilities) == pytest.approx(naive, abs=1e-13)


def test_many_sets_of_people_at_once() -> None:
    rows = np.random.default_rng(1).random((4, 3, 6))
    found = events_of_different_people(rows)
    assert found.shape == (4, 3, 7)
    assert np.array_equal(found[2, 1], events_of_different_people(rows[2, 1]))


def test_a_yearly_probability_over_other_times() -> None:
    """By hand: staying free for two years at 0.2 a year is 0.8 squared, for half a year its root."""
    assert chance_within(0.2, [0, 0.5, 1, 2]) == pytest.approx([0, 1 - 0.8**0.5, 0.2, 0.36])
    assert chance_within([0.0, 1.0], [3.0, 0.1]) == pytest.approx([0, 1])


def test_no_event_at_known_rates_is_the_product() -> None:
    rates = [SharedRate(0.237, (0.5, 0.4)), SharedRate(0.195, (0.45,)), SharedRate(0.074, ())]
    assert events_under(rates)[0] == pytest.approx((1 - 0.237) ** 0.9 * (1 - 0.195) ** 0.45, rel=1e-12)


@pytest.mark.parametrize(("p", "based_on", "people"), [(0.2, 40, 6), (0.074, 12.5, 15), (0.5, 1.5, 4), (0.02, 900, 40)])
def test_one_year_each_at_an_uncertain_rate_is_the_beta_binomial(p: float, based_on: float, people: int) -> None:
    """scipy's beta-binomial distribution."""
    found = events_under([SharedRate(p, (1.0,) * people, based_on)])
    exact = betabinom(people, based_on * p, based_on * (1 - p)).pmf(np.arange(people + 1))
    assert found == pytest.approx(exact, abs=1e-9)


def test_against_random_draws() -> None:
    """Rates drawn from their distributions, then each person's event; errors of at most four standard errors."""
    rates = [
        SharedRate(0.237, (0.51, 0.5, 0.33), 30),
        SharedRate(0.195, (0.5, 0.46), 60),
        SharedRate(0.074, (0.5, 0.2)),
    ]
    draws, generator = 400_000, np.random.default_rng(7)
    events = np.zeros(draws, dtype=np.int64)
    for rate in rates:
        p = np.full(draws, rate.yearly_probability)
        if rate.is_uncertain:
            p = generator.beta(*rate.shapes, size=draws)
        for years in rate.years:
            events += generator.random(draws) < 1 - (1 - p) ** years
    found = events_under(rates)
    seen = np.bincount(events, minlength=len(found)) / draws
    assert np.abs(found - seen).max() < 4 * np.sqrt(0.25 / draws)
    assert np.abs(seen[0] - found[0]) < 4 * np.sqrt(found[0] * (1 - found[0]) / draws)
    assert expected_events(rates) == pytest.approx(events.mean(), abs=4 * events.std() / np.sqrt(draws))
    assert found.sum() == pytest.approx(1)
    assert expected_events(rates) == pytest.approx(found @ np.arange(len(found)), rel=1e-6)


def test_sharing_an_uncertain_rate_makes_no_event_more_probable() -> None:
    """Jensen's inequality: people who share a rate are alike, so none or many of them have the event."""
    known, unsure = (events_under([SharedRate(0.2, (0.5,) * 10, based_on)])[0] for based_on in (None, 8.0))
    assert unsure > known
    assert events_under([SharedRate(0.2, (0.5,) * 10, 1e9)])[0] == pytest.approx(known, rel=1e-6)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_rate_of_none_or_all_is_known(p: float) -> None:
    assert events_under([SharedRate(p, (1.0, 1.0), 20.0)]) == pytest.approx([1 - p, 0, p])


def test_nobody_has_no_event() -> None:
    assert events_under([]) == pytest.approx([1])
    assert expected_events([]) == 0


@given(st.floats(0.2, 500), st.floats(0.2, 500))
def test_the_rule_has_the_moments_of_its_distribution(a: float, b: float) -> None:
    """The mean of p^k is a (a + 1) ... (a + k - 1) / ((a + b) ... (a + b + k - 1))."""
    nodes, weights = beta_rule(a, b)
    assert weights.sum() == pytest.approx(1)
    for power in (1, 2, 5):
        exact = np.prod([(a + k) / (a + b + k) for k in range(power)])
        assert weights @ nodes**power == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SharedRate(1.2, (1.0,)), "between 0 and 1"),
        (lambda: SharedRate(0.2, (-1.0,)), "years"),
        (lambda: SharedRate(0.2, (1.0,), 0.0), "based_on"),
        (lambda: events_of_different_people([0.5, 1.5]), "between 0 and 1"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
