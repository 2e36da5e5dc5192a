"""Simulated trials: one seed a trial, one person a place, and figures that no split of the trials changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firstdose.designs.history import DLT, NO_DLT, History
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.counted_random import trial_keys, uniforms
from firstdose.simulation.figures import ScenarioFigures
from firstdose.simulation.monte_carlo import TOLERANCE, monte_carlo, simulate
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from firstdose.simulation.simulated_sums import standard_errors, tally_trials
from tests.contracts.checks import LARGEST_Z, z_scores
from tests.contracts.examples import make_rule

TRUTH = np.array([0.1, 0.25, 0.4])
SCENARIOS = listed([[0.1, 0.25, 0.4], [0.4, 0.5, 0.6]], 3)
BOIN = make_rule("boin")


@pytest.mark.parametrize(
    ("rule", "not_evaluable"),
    [
        (BOIN, 0.0),
        (replace(BOIN, expansion_participants=7), 0.3),
        (make_rule("crm", stops_within_cohort=True), 0.0),
        (make_rule("boin", counts_dosed=True), 0.3),
    ],
    ids=["boin", "expansion", "cut short", "dosed"],
)
def test_figures_do_not_depend_on_the_blocks(rule: EscalationRule, not_evaluable: float) -> None:
    whole = monte_carlo(rule, SCENARIOS, trials=700, seed=3, not_evaluable=not_evaluable)
    for block in (1, 64, 699, 700, 10**6):
        if block > 1 or rule is BOIN:
            parts = monte_carlo(rule, SCENARIOS, trials=700, seed=3, not_evaluable=not_evaluable, block=block)
            assert parts == whole


def test_a_trial_is_the_same_in_any_order_and_beside_any_others() -> None:
    states, dosed = simulate(BOIN, TRUTH, range(500), 9)
    for some in (range(123, 130), range(499, 0, -37)):
        few, few_dosed = simulate(BOIN, TRUTH, some, 9)
        np.testing.assert_array_equal(few.participants, states.participants[some])
        np.testing.assert_array_equal(few.dlts, states.dlts[some])
        np.testing.assert_array_equal(few.selected, states.selected[some])
        np.testing.assert_array_equal(few_dosed, dosed[some])


def test_a_larger_maximum_has_the_same_people() -> None:
    """Trials that end before the smaller maximum are the same under both."""
    truth = np.array([0.35, 0.5, 0.6])
    small, large = (simulate(make_rule("boin", most=most), truth, range(800), 2)[0] for most in (12, 24))
    stopped = small.participants.sum(axis=1) < 12
    assert stopped.sum() > 10
    np.testing.assert_array_equal(small.participants[stopped], large.participants[stopped])
    np.testing.assert_array_equal(small.dlts[stopped], large.dlts[stopped])
    assert (large.participants >= small.participants).all()


def test_the_first_participants_are_the_same_whatever_share_is_not_evaluable() -> None:
    """Where all of the first cohort were evaluable, it has the same DLTs."""
    single = make_rule("boin", cohort_size=3, most=3)
    plain, _ = simulate(single, TRUTH, range(2000), 5)
    losing, dosed = simulate(single, TRUTH, range(2000), 5, 0.2)
    none_lost = dosed.sum(axis=1) == 3
    assert 0.4 < none_lost.mean() < 0.62
    np.testing.assert_array_equal(plain.dlts[none_lost], losing.dlts[none_lost])


def as_decided(rule: EscalationRule, trial: int, seed: int) -> tuple[list[int], list[int], int]:
    """Participants and DLTs by level and the level named, of a trial of the same people that ``decide`` alone leads."""
    history, dosed = History(), 0
    participants, dlts = [0] * rule.frame.levels, [0] * rule.frame.levels
    key = trial_keys(seed, TOLERANCE, np.array([trial]))
    while (advice := rule.decide(history)).action == "dose":
        assert advice.next_level is not None
        assert advice.cohort_size is not None
        people = range(dosed, dosed + advice.cohort_size)
        toxic = sum(uniforms(key, np.full(1, each))[0] < TRUTH[advice.next_level - 1] for each in people)
        history = history.then(advice.next_level, DLT * int(toxic) + NO_DLT * (advice.cohort_size - int(toxic)))
        participants[advice.next_level - 1] += advice.cohort_size
        dlts[advice.next_level - 1] += int(toxic)
        dosed += advice.cohort_size
    return participants, dlts, advice.recommended_level or 0


@pytest.mark.parametrize(
    "rule",
    [BOIN, make_rule("crm", most=15), make_rule("three_plus_three confirm_six"), make_rule("boin", "titration")],
    ids=["boin", "crm", "3+3", "titration"],
)
def test_each_trial_goes_as_decide_advises_on_its_whole_history(rule: EscalationRule) -> None:
    states, dosed = simulate(rule, TRUTH, range(40), 6)
    for trial in range(40):
        participants, dlts, selected = as_decided(rule, trial, 6)
        assert participants == states.participants[trial].tolist() == dosed[trial].tolist()
        assert dlts == states.dlts[trial].tolist()
        assert selected == states.selected[trial]


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_not_evaluable_that_cannot_be(share: float) -> None:
    with pytest.raises(ValueError, match="below 1"):
        simulate(BOIN, TRUTH, range(2), 1, share)


def test_progress_is_told_block_by_block() -> None:
    told: list[tuple[int, int]] = []
    monte_carlo(BOIN, SCENARIOS, trials=50, block=20, progress=lambda done, of: told.append((done, of)))
    assert told == [(number, 6) for number in range(1, 7)]


def test_without_distributions_the_figures_are_the_same() -> None:
    full = monte_carlo(BOIN, SCENARIOS, trials=100)
    plain = monte_carlo(BOIN, SCENARIOS, trials=100, distributions=False)
    assert (full.distributions, plain.distributions) == (True, False)
    assert plain.scenarios[0].size_distribution == {}
    assert plain.scenarios[0].selected == full.scenarios[0].selected


def of_trials(rule: EscalationRule, trials: int, not_evaluable: float) -> dict[str, np.ndarray]:
    """Each mean as a figure of each single trial, with the expansion by its expectation."""
    states, dosed = simulate(rule, TRUTH, range(trials), 4, not_evaluable)
    expansion = rule.expansion_participants * (states.selected[:, None] == np.arange(1, 4))
    return {
        "mean_participants": states.participants + expansion,
        "mean_dlts": states.dlts + expansion * TRUTH,
        "mean_dosed": dosed + expansion / (1 - not_evaluable),
    }


@pytest.mark.parametrize("expansion", [0, 8])
def test_means_and_standard_errors_are_those_of_the_trials(expansion: int) -> None:
    rule, trials = replace(BOIN, expansion_participants=expansion), 500
    (found,) = monte_carlo(rule, listed([TRUTH.tolist()], 3), trials=trials, seed=4, not_evaluable=0.2).scenarios
    for name, values in of_trials(rule, trials, 0.2).items():
        total = name.replace("mean_", "mean_total_")
        for key, each in ((name, values), (total, values.sum(axis=1))):
            np.testing.assert_allclose(getattr(found, key), each.mean(axis=0), rtol=1e-12)
            error = each.std(axis=0, ddof=1) / np.sqrt(trials)
            np.testing.assert_allclose(found.standard_errors[key], error, rtol=1e-9)


def test_the_error_of_a_ratio_is_that_of_repeated_simulations() -> None:
    rule = replace(BOIN, expansion_participants=6)
    shares, errors = [], []
    for first in range(0, 40_000, 400):
        tally = tally_trials(rule, *simulate(rule, TRUTH, range(first, first + 400), 7))
        means = tally.means()
        people = means["participants"] + 6 * means["selected"][1:]
        shares.append(people[2:].sum() / people.sum())
        errors.append(standard_errors(rule, tally, TRUTH, 0.0)["share_above_mtd"])
    assert np.mean(errors) == pytest.approx(np.std(shares, ddof=1), rel=0.25)


def check_expansion(found: ScenarioFigures, plain: ScenarioFigures, people: int, not_evaluable: float) -> None:
    """The expansion is in the means and apart, and nowhere else."""
    assert found.selected == plain.selected
    assert found.size_distribution == plain.size_distribution
    assert found.dlts_distribution == plain.dlts_distribution
    assert found.observed_rate_above_target == plain.observed_rate_above_target
    added = people * np.array(plain.selected)
    np.testing.assert_allclose(found.expansion_participants, added, rtol=1e-12)
    np.testing.assert_allclose(found.expansion_dlts, added * found.truth, rtol=1e-12)
    np.testing.assert_allclose(found.mean_participants, plain.mean_participants + added, rtol=1e-12)
    np.testing.assert_allclose(found.mean_dlts, plain.mean_dlts + added * found.truth, rtol=1e-12)
    np.testing.assert_allclose(found.mean_dosed, plain.mean_dosed + added / (1 - not_evaluable), rtol=1e-12)
    for name in ("participants", "dlts", "dosed"):
        assert getattr(found, f"mean_total_{name}") == pytest.approx(sum(getattr(found, f"mean_{name}")))
    above = sum(found.mean_participants[found.true_mtd or 0 :]) / sum(found.mean_participants)
    assert found.share_above_mtd == pytest.approx(above)


@pytest.mark.parametrize("not_evaluable", [0.0, 0.2])
@pytest.mark.parametrize("counts_dosed", [False, True])
def test_an_expansion_counts_in_the_means(counts_dosed: bool, not_evaluable: float) -> None:
    plain_rule = make_rule("boin", counts_dosed=counts_dosed)
    rule = replace(plain_rule, expansion_participants=10)
    for engine in (operating_characteristics, monte_carlo):
        pairs = zip(
            engine(rule, SCENARIOS, not_evaluable=not_evaluable).scenarios,
            engine(plain_rule, SCENARIOS, not_evaluable=not_evaluable).scenarios,
            strict=True,
        )
        for found, plain in pairs:
            check_expansion(found, plain, 10, not_evaluable)


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", ["boin", "three_plus_three confirm_six"])
def test_a_sentinel_that_ends_the_cohort_does_so_in_both_engines(design: str, stops_within_cohort: bool) -> None:
    rule = replace(make_rule(design, stops_within_cohort=stops_within_cohort), sentinels_that_end=1)
    scores = z_scores(rule, SCENARIOS.truths.tolist(), trials=2000, seed=23)
    assert not {name: z for name, z in scores.items() if abs(z) > LARGEST_Z}
