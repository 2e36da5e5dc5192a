"""The engine of next trials against a naive one: person by person, by the functions that analyse a trial's records."""

import math
from typing import Any

import numpy as np
import pytest

from firstdose.methods.confirmed_change import confirmed_changes
from firstdose.methods.confirmed_change_rules import ChangeRule
from firstdose.methods.firth import firth_logistic
from firstdose.methods.partly_known_times import most_likely
from firstdose.methods.trend import cochran_armitage
from firstdose.simulation.next_trial.people import (
    attended,
    changes,
    entry_months,
    leaving_months,
    onset_months,
    seen_onsets,
)
from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.trials import run_trials, statistics
from firstdose.simulation.next_trial.truths import Truth, believed_truths, stated_truth, worsening_rates
from tests.simulation.next_trials import (
    DESIGNS,
    STOPPING,
    TWO_BY_TWO,
    TWO_DOSES,
    change,
    composite,
    number,
    plan_of,
    played,
    settings_of,
    worsening,
)

DAYS = 30  # a month in the naive version, whose days are whole
SEED = 31
LOOKS = {"information": [0.5, 1], "futility_below": [0]}


def stated(plan: Plan, trials: range, seed: int) -> Truth:
    return stated_truth(plan)


def naive_onset(plan: Plan, onset: float, there: list[bool]) -> tuple[int, int, bool]:
    """What the analysis of confirmed change finds in one person's visits: (left, right, seen to the end)."""
    months = [0.0, *plan.endpoint.visits_months]
    visits = [place for place, is_there in enumerate([True, *there]) if is_there]
    scores = [float(months[place] >= onset) for place in visits]
    settings = plan.endpoint.worsening
    assert settings is not None
    far = settings.confirmed_after_months * DAYS
    rule = ChangeRule(confirm_after=(far,), tolerance=(0.0, math.inf), between=False)
    days = [round(months[place] * DAYS) for place in visits]
    (found,) = confirmed_changes(
        np.zeros(len(visits), dtype=int),
        days,
        scores,
        rule=rule,
        smallest_change=lambda value: np.full(len(value), 0.5),
    ).changes
    count = sum(month <= plan.endpoint.last_onset_month for month in plan.endpoint.visits_months)
    able = [place for place, day in zip(visits, days, strict=True) if day + far <= days[-1] and 0 < place <= count]
    able = [place for place in able if months[place] <= plan.endpoint.at_month]
    if found and visits[found[0].onset] in able:
        seen = visits[found[0].onset]
        return max([place for place in visits if place < seen]), seen, True
    until = min(plan.endpoint.at_month * DAYS, days[-1] - far)
    return max(able, default=0), count + 1, until >= plan.endpoint.last_onset_month * DAYS


def naive_log_rank(plan: Plan, seen: list[tuple[int, int, bool]], size: int, comparison: Any, count: int) -> float:
    """Sums over pairs of arms of the scores of persons, each with its own likelihood."""
    total = variance = 0.0
    for treated, control in plan.pairs_of(comparison):
        people = [i for i in range(size) if plan.arm[i] in (treated, control)]
        rows = np.array([[float(seen[i][0] < cell <= seen[i][1]) for cell in range(1, count + 2)] for i in people])
        survival = np.append(1 - np.concatenate([[0.0], np.cumsum(most_likely(rows))])[:-1], 0.0)
        height = [value * math.log(value) if value > 0 else 0.0 for value in survival]
        scores = [
            (height[seen[i][0]] - height[seen[i][1]]) / (survival[seen[i][0]] - survival[seen[i][1]]) for i in people
        ]
        mean, controls = sum(scores) / len(scores), [plan.arm[i] == control for i in people]
        total += sum(score - mean for score, is_control in zip(scores, controls, strict=True) if is_control)
        spread = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
        variance += spread * sum(controls) * (len(people) - sum(controls)) / len(people)
    return total / math.sqrt(variance) if variance > 0 else 0.0


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design["id"])
def test_onsets_and_log_rank_against_loops(design: dict[str, Any]) -> None:
    plan = plan_of(settings_of(composite(0.6), design, looks=LOOKS), 48)
    trials = range(3, 7)
    onset = onset_months(plan, stated_truth(plan), trials, SEED)
    there = attended(plan, trials, SEED)
    found = seen_onsets(plan, onset, there)
    z = statistics(plan, stated_truth(plan), trials, SEED)
    assert found.has_worsened.any()
    assert (~found.is_watched).any()
    for trial in range(len(trials)):
        seen = [naive_onset(plan, onset[trial, i], there[trial, i].tolist()) for i in range(48)]
        assert seen == list(zip(found.left[trial], found.right[trial], found.is_watched[trial], strict=True))
        for look, size in enumerate(plan.look_sizes):
            for column, comparison in enumerate(plan.design.comparisons):
                expected = naive_log_rank(plan, seen, size, comparison, found.visits)
                assert z[trial, column, look] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("analysis", ["firth", "exact"])
def test_who_worsened_is_analysed_as_a_trial_is(analysis: str) -> None:
    from scipy.stats import norm

    plan = plan_of(settings_of(worsening(0.5, analysis=analysis), TWO_DOSES), 60)
    trials = range(4)
    truth = stated_truth(plan)
    seen = seen_onsets(plan, onset_months(plan, truth, trials, SEED), attended(plan, trials, SEED))
    z = statistics(plan, truth, trials, SEED)
    for trial in range(4):
        for column, treated in enumerate((2, 1)):
            people = [i for i in range(60) if seen.is_watched[trial, i] and plan.arm[i] in (treated, 0)]
            outcome = np.array([float(seen.has_worsened[trial, i]) for i in people])
            in_arm = np.array([float(plan.arm[i] == treated) for i in people])
            if analysis == "firth":
                fit = firth_logistic(np.column_stack([np.ones(len(people)), in_arm]), outcome)
                assert 2 * norm.sf(abs(z[trial, column, 0])) == pytest.approx(fit.p[1], abs=1e-7)
            else:
                arms = [1 - in_arm, in_arm]
                table = cochran_armitage(
                    [int(one.sum()) for one in arms], [int(one @ outcome) for one in arms], [0.0, 1.0]
                )
                assert norm.sf(z[trial, column, 0]) == pytest.approx(table.p_decreasing, abs=1e-9)


def test_changes_against_least_squares_person_by_person() -> None:
    from scipy.stats import norm
    from scipy.stats import t as student

    plan = plan_of(settings_of(change(0.4, drug=0.3), TWO_BY_TWO, looks=LOOKS), 48)
    trials = range(5)
    seen = changes(plan, stated_truth(plan), trials, SEED)
    z = statistics(plan, stated_truth(plan), trials, SEED)
    for trial in range(5):
        for look, size in enumerate(plan.look_sizes):
            people = [i for i in range(size) if seen.is_seen[trial, i]]
            rows = [[float(plan.arm[i] == a) for a in range(4)] + [seen.baseline[trial, i]] for i in people]
            x: np.ndarray = np.array(rows)
            y = np.array([seen.change[trial, i] for i in people])
            beta = np.linalg.solve(x.T @ x, x.T @ y)
            free = len(y) - 5
            variance = ((y - x @ beta) ** 2).sum() / free * np.linalg.inv(x.T @ x)
            for column, weights in enumerate(([-0.5, -0.5, 0.5, 0.5, 0], [-0.5, 0.5, -0.5, 0.5, 0])):
                t = np.array(weights) @ beta / math.sqrt(np.array(weights) @ variance @ np.array(weights))
                assert z[trial, column, look] == pytest.approx(norm.isf(student.sf(t, free)), abs=1e-8)


def test_rates_add_up_while_the_drug_is_taken_and_after() -> None:
    """The mean number of onsets up to a month is the sum of the rates: an exponential number is what is reached."""
    plan = plan_of(settings_of(worsening(0.5, drug=0.4), STOPPING), 90)
    off, on = worsening_rates(plan, stated_truth(plan))
    onset = onset_months(plan, stated_truth(plan), range(400), SEED)
    for number_of, arm in enumerate(plan.design.arms):
        here = onset[:, plan.arm == number_of].ravel()
        until = arm.drug_until_month or 0.0
        for month in (4.0, 12.0, 24.0):
            taken = min(month, until)
            expected = 1 - math.exp(-on[0, number_of] * taken - off[0, number_of] * (month - taken))
            assert (here <= month).mean() == pytest.approx(expected, abs=4 * math.sqrt(0.25 / here.size))


def test_arms_fill_by_their_shares_and_correlate_by_their_people() -> None:
    arms = [{**each, "share": share} for each, share in zip(TWO_DOSES["arms"], (2, 1, 1), strict=True)]
    plan = plan_of(settings_of(worsening(), {**TWO_DOSES, "arms": arms}), 80)
    assert np.bincount(plan.arm).tolist() == [40, 20, 20]
    assert np.bincount(plan.arm[:40]).tolist() == [20, 10, 10]
    # Against a control of n and doses of m and l people: sqrt(m / (n + m) l / (n + l)).
    assert plan.correlation[0, 1] == pytest.approx(math.sqrt(20 / 60 * 20 / 60))


def test_trials_do_not_depend_on_how_they_are_split() -> None:
    plan = plan_of(settings_of(composite(0.6), TWO_DOSES, looks=LOOKS), 60)
    whole = run_trials(plan, stated, range(40), SEED)
    parts = [run_trials(plan, stated, some, SEED) for some in (range(7), range(7, 8), range(8, 40))]
    for name in ("rejected_at", "ended_at", "months", "recruited"):
        assert np.array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))


def test_a_person_is_the_same_in_every_design_and_number() -> None:
    small = plan_of(settings_of(worsening(1.0, drug=1.0)), 60)
    large = plan_of(settings_of(worsening(1.0, drug=1.0), TWO_DOSES), 120)
    for what in (entry_months, leaving_months, attended):
        assert np.array_equal(what(small, range(5), SEED), what(large, range(5), SEED)[:, :60])
    one, other = (onset_months(plan, stated_truth(plan), range(5), SEED) for plan in (small, large))
    assert one == pytest.approx(other[:, :60])


def test_accrual_leaving_and_missed_visits_are_as_stated() -> None:
    plan = plan_of(settings_of(worsening(1.0)), 120)
    entry = entry_months(plan, range(2000), SEED)
    assert entry[:, -1].mean() == pytest.approx(12.0, abs=4 * math.sqrt(120) / 10 / math.sqrt(2000))
    there = attended(plan, range(500), SEED).mean(axis=(0, 1))
    months = np.array(plan.endpoint.visits_months)
    assert there == pytest.approx(0.9 * np.exp(-0.08 * months / 12), abs=4 * math.sqrt(0.25 / 60_000))


def test_looks_end_trials_and_take_time() -> None:
    """The end is the completion of the people that the look needs; whoever was recruited by then counts."""
    plan = plan_of(settings_of(worsening(0.05), looks=LOOKS), 120)
    found = played(plan, 200)
    entry = entry_months(plan, range(200), 20240202)
    early = found.ended_at == 0
    assert early.mean() > 0.2
    assert found.months[early] == pytest.approx(entry[early, 59] + 30)
    assert found.months[~early] == pytest.approx(entry[~early, 119] + 30)
    for trial in range(20):
        assert found.recruited[trial] == (entry[trial] <= found.months[trial]).sum()


def test_futility_gives_up_and_never_rejects_later() -> None:
    with_limit = played(plan_of(settings_of(worsening(1.0), looks=LOOKS), 60), 2000)
    without = played(plan_of(settings_of(worsening(1.0), looks={"information": [0.5, 1]}), 60), 2000)
    assert (with_limit.ended_at == 0).mean() == pytest.approx(0.5, abs=0.05)
    assert ((with_limit.rejected_at < 2) <= (without.rejected_at < 2)).all()


def test_beliefs_have_the_quantiles_that_were_stated() -> None:
    prior = {
        "elicited_from": "nobody",
        "no_effect": number(0.25),
        "cells": {"median": 0.6, "lower": 0.4, "upper": 0.95, "source": "assumed"},
        "lower_doses": {"lowest": 0.5, "highest": 0.5, "source": "assumed"},
        "drug": {"median": 0.9, "lower": 0.8, "upper": 1.2, "source": "assumed"},
    }
    plan = plan_of(settings_of(worsening(0.6, prior=prior), TWO_DOSES))
    truth = believed_truths(plan, range(40_000), SEED)
    high, low = truth.cells[:, 2], truth.cells[:, 1]
    assert (truth.cells[:, 0] == 0).all()
    assert (high == 0).mean() == pytest.approx(0.25, abs=0.01)
    ratios = np.exp(high[high != 0])
    for value, share in ((0.4, 0.05), (0.6, 0.5), (0.95, 0.95)):
        assert (ratios <= value).mean() == pytest.approx(share, abs=0.01)
    assert low == pytest.approx(0.5 * high)
    assert (np.exp(truth.drug) <= 0.8).mean() == pytest.approx(0.05, abs=0.005)
