"""Power and errors of next trials: closed forms where there are any, and the level of every test and family."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, binom, nct, norm
from scipy.stats import t as student

from firstdose.methods.two_arm_tables import exact_two_arms
from tests.simulation.next_trials import (
    TWO_ARMS,
    TWO_BY_TWO,
    TWO_DOSES,
    change,
    composite,
    metabolites,
    number,
    plan_of,
    played,
    settings_of,
    worsening,
)

TRIALS = 5000
ERROR = 0.025
STAYING = {"accrual_per_month": number(10), "leaving_per_year": number(0), "missed_visit": number(0)}
LOOKS = {"information": [0.5, 1]}


def within_three_errors(share: float, expected: float, trials: int = TRIALS) -> bool:
    return bool(abs(share - expected) <= 3 * np.sqrt(expected * (1 - expected) / trials))


@pytest.mark.parametrize(("people", "difference"), [(60, 0.6), (120, 0.6), (40, 1.0)])
def test_power_of_a_change_is_the_closed_form(people: int, difference: float) -> None:
    """Noncentral t, averaged over what adjusting for a baseline costs: the baselines differ by chance between arms.

    The variance of the difference is (1/n + 1/m) sd^2 (1 + B / (1 - B)), B of a Beta(1/2, (N - 2)/2) law.
    """
    plan = plan_of(settings_of(change(difference, correlation=0.4), conduct=STAYING), people)
    found = played(plan, TRIALS)
    free = people - 3
    chances = (np.arange(400) + 0.5) / 400
    lost = beta.ppf(chances, 0.5, (people - 2) / 2)
    spread = np.sqrt(1 - 0.4**2)
    drift = difference / (spread * np.sqrt(4 / people)) * np.sqrt(1 - lost)
    power = nct.sf(student.isf(ERROR, free), free, drift).mean()
    assert 0.3 < power < 0.95
    assert within_three_errors((found.rejected_at == 0).mean(), power)


@pytest.mark.parametrize("ratio", [1.0, 0.35])
def test_power_of_the_exact_test_is_the_sum_over_all_tables(ratio: float) -> None:
    """Everybody stays, so that who worsens is binomial; months 0 to 6 are on the drug, which does nothing here."""
    plan = plan_of(settings_of(worsening(ratio, analysis="exact"), conduct=STAYING), 80)
    found = played(plan, TRIALS)
    control, treated = (1 - np.exp(-0.3 * each * 2) for each in (1.0, ratio))
    x, y = (each.ravel() for each in np.meshgrid(np.arange(41), np.arange(41), indexing="ij"))
    forty = np.full(x.size, 40)
    rejects = exact_two_arms(forty, x, forty, y) <= ERROR
    power = (rejects * binom.pmf(x, 40, treated) * binom.pmf(y, 40, control)).sum()
    assert within_three_errors((found.rejected_at == 0).mean(), power)


def test_power_of_the_log_rank_test_is_near_schoenfelds_formula() -> None:
    """Schoenfeld, Biometrika 1981;68:316: z = sqrt(events / 4) |log ratio|; visits cost a little."""
    plan = plan_of(settings_of(worsening(0.5), conduct=STAYING), 160)
    found = played(plan, TRIALS)
    events = sum(80 * (1 - np.exp(-0.3 * ratio * 2)) for ratio in (1.0, 0.5))
    power = norm.sf(norm.isf(ERROR) - np.sqrt(events / 4) * np.log(2))
    assert (found.rejected_at == 0).mean() == pytest.approx(power, abs=0.03)


NULLS = {
    "interval_censored": worsening(),
    "firth": worsening(analysis="firth"),
    "edss_plus": composite(),
    "brain_volume": change(),
    "metabolite_class": metabolites(),
}


@pytest.mark.parametrize("name", NULLS)
@pytest.mark.parametrize("looks", [{}, {"looks": LOOKS}], ids=["one_look", "two_looks"])
def test_type_one_error_of_each_endpoint(name: str, looks: dict[str, Any]) -> None:
    plan = plan_of(settings_of(NULLS[name], TWO_ARMS, **looks), 120)
    found = played(plan, TRIALS, seed=19)
    assert within_three_errors((found.rejected_at < found.looks).mean(), ERROR)


@pytest.mark.parametrize("name", NULLS)
def test_error_of_the_family_over_two_doses_and_two_looks(name: str) -> None:
    plan = plan_of(settings_of(NULLS[name], TWO_DOSES, looks=LOOKS), 120)
    found = played(plan, TRIALS, seed=23)
    assert within_three_errors((found.rejected_at < 2).any(axis=1).mean(), ERROR)


@pytest.mark.parametrize("endpoint", [worsening(0.2, low=1.0), change(2.0, low=0.0)], ids=["worsening", "change"])
def test_a_dose_that_does_nothing_is_seldom_shown_beside_one_that_works(endpoint: dict[str, Any]) -> None:
    plan = plan_of(settings_of(endpoint, TWO_DOSES, looks=LOOKS), 120)
    found = played(plan, TRIALS, seed=29).rejected_at < 2
    assert found[:, 0].mean() > 0.7
    assert found[:, 1].mean() <= ERROR + 3 * np.sqrt(ERROR * (1 - ERROR) / TRIALS)


def test_error_of_the_strata_of_a_two_by_two() -> None:
    """Cells do nothing, the drug does: the strata keep the comparison of cells at its level."""
    plan = plan_of(settings_of(worsening(1.0, drug=0.5), TWO_BY_TWO), 120)
    found = played(plan, TRIALS, seed=37).rejected_at == 0
    assert found[:, 0].mean() <= ERROR + 3 * np.sqrt(ERROR * (1 - ERROR) / TRIALS)


def test_two_looks_have_the_power_that_their_boundaries_give() -> None:
    """Normal statistics with known drift cross with the probability of the recursion; many people, so t is normal."""
    from firstdose.methods.group_sequential import crossing_probabilities, spending_boundaries

    plan = plan_of(settings_of(change(0.35, correlation=0.0), conduct=STAYING, looks=LOOKS), 240)
    found = played(plan, TRIALS)
    boundaries = spending_boundaries([0.5, 1.0], ERROR, "obrien_fleming")
    expected = crossing_probabilities([0.5, 1.0], boundaries, 0.35 / np.sqrt(4 / 240))
    for look, share in enumerate(expected):
        assert (found.rejected_at == look).mean() == pytest.approx(share, abs=3 * np.sqrt(0.25 / TRIALS))
