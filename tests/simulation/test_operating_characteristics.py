"""What holds for the figures of every rule under every truth."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.simulation.exact import walk
from firstdose.simulation.figures import ScenarioFigures
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import figures_of_endings, operating_characteristics
from firstdose.simulation.scenarios import listed, random_monotone
from tests.contracts.examples import EXACT_EXAMPLES, make_rule

truths = st.lists(st.floats(0, 1), min_size=3, max_size=3)


def mean(distribution: dict[int, float]) -> float:
    return sum(count * chance for count, chance in distribution.items())


def check_invariants(found: ScenarioFigures, most: int) -> None:
    """Probabilities add up, means are those of the distributions, and DLTs follow from participants."""
    assert sum(found.selected) + found.none_selected == pytest.approx(1, abs=1e-10)
    assert sum(found.stop_reasons.values()) == pytest.approx(1, abs=1e-10)
    assert min([*found.selected, found.none_selected, *found.stop_reasons.values()]) >= 0
    assert found.mtd_not_reached <= found.selected[-1] + 1e-12
    assert found.mean_total_participants <= most + 1e-9
    assert found.mean_total_participants == pytest.approx(sum(found.mean_participants), abs=1e-10)
    assert found.mean_total_dlts == pytest.approx(sum(found.mean_dlts), abs=1e-10)
    for distribution in (found.size_distribution, found.dlt_distribution):
        assert sum(distribution.values()) == pytest.approx(1, abs=1e-10)
    assert max(found.size_distribution) <= most
    assert mean(found.size_distribution) == pytest.approx(found.mean_total_participants, abs=1e-10)
    assert mean(found.dlt_distribution) == pytest.approx(found.mean_total_dlts, abs=1e-10)
    for level, truth in enumerate(found.truth):
        assert mean(found.participants_distribution[level]) == pytest.approx(found.mean_participants[level], abs=1e-10)
        assert mean(found.dlts_distribution[level]) == pytest.approx(found.mean_dlts[level], abs=1e-10)
        assert found.mean_dlts[level] == pytest.approx(truth * found.mean_participants[level], abs=1e-10)
    assert found.true_mtd is None or 1 <= found.true_mtd <= 3
    for share in (found.correct_selection, found.share_above_mtd, found.observed_rate_above_target):
        assert share is None or -1e-12 <= share <= 1 + 1e-12


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", EXACT_EXAMPLES)
def test_every_design_under_random_curves(design: str, stops_within_cohort: bool) -> None:
    rule = make_rule(design, stops_within_cohort=stops_within_cohort)
    found = operating_characteristics(rule, random_monotone(3, 0.25, 20, 11))
    for figures in found.scenarios:
        check_invariants(figures, 12)


BOIN, SHORT = make_rule("boin"), make_rule("three_plus_three confirm_six", stops_within_cohort=True)
WALKS = {id(rule): walk(rule) for rule in (BOIN, SHORT)}


@settings(max_examples=60)
@given(truths, st.sampled_from([BOIN, SHORT]))
def test_any_truth_whatever(truth: list[float], rule: object) -> None:
    chosen = BOIN if rule is BOIN else SHORT
    (found,) = figures_of_endings(chosen, WALKS[id(chosen)], listed([truth], 3)).scenarios
    check_invariants(found, 12)


def test_scenarios_do_not_disturb_each_other() -> None:
    curves = random_monotone(3, 0.25, 30, 5).truths.tolist()
    together = operating_characteristics(BOIN, listed(curves, 3)).scenarios
    for truth, figures in zip(curves, together, strict=True):
        (alone,) = operating_characteristics(BOIN, listed([truth], 3)).scenarios
        np.testing.assert_allclose(alone.selected, figures.selected, rtol=0, atol=1e-13)
        assert alone.size_distribution.keys() == figures.size_distribution.keys()


def test_without_distributions_the_figures_are_the_same() -> None:
    scenarios = listed([[0.1, 0.25, 0.4]], 3)
    (full,) = operating_characteristics(BOIN, scenarios).scenarios
    (plain,) = operating_characteristics(BOIN, scenarios, distributions=False).scenarios
    assert plain.selected == full.selected
    assert plain.size_distribution == {}


def test_certain_outcomes() -> None:
    none, all_, step = operating_characteristics(BOIN, listed([[0, 0, 0], [1, 1, 1], [0, 0, 1]], 3)).scenarios
    assert (none.selected, none.mtd_not_reached, none.size_distribution) == ([0.0, 0.0, 1.0], 1.0, {12: 1.0})
    assert (all_.none_selected, all_.mean_total_dlts, all_.stop_reasons) == (1.0, 3.0, {"too_toxic": 1.0})
    assert (step.selected, step.mean_participants) == ([0.0, 1.0, 0.0], [3.0, 6.0, 3.0])
    assert all_.correct_selection == 1.0
    assert all_.true_mtd is None


def test_those_not_evaluable_are_dosed_on_top() -> None:
    scenarios = listed([[0.1, 0.25, 0.4]], 3)
    (plain,) = operating_characteristics(BOIN, scenarios).scenarios
    (found,) = operating_characteristics(BOIN, scenarios, not_evaluable=0.2).scenarios
    np.testing.assert_allclose(found.mean_dosed, np.array(plain.mean_participants) / 0.8, rtol=1e-12)
    assert found.selected == plain.selected
    assert plain.mean_total_dosed == pytest.approx(plain.mean_total_participants)
    counting = make_rule("boin", counts_dosed=True)
    (counted,) = operating_characteristics(counting, scenarios, not_evaluable=0.2).scenarios
    assert counted.mean_total_dosed <= 12 + 1e-9
    assert counted.mean_total_participants == pytest.approx(0.8 * counted.mean_total_dosed)


def test_a_rule_without_a_target_has_no_figures_of_correctness() -> None:
    rule = make_rule("three_plus_three previous", target=None)
    (found,) = operating_characteristics(rule, listed([[0.1, 0.25, 0.4]], 3)).scenarios
    assert found.true_mtd is None
    assert found.correct_selection is None
    assert found.share_above_mtd is None
    assert found.observed_rate_above_target is None
    assert sum(found.selected) + found.none_selected == pytest.approx(1)


def test_the_document_is_plain_json() -> None:
    found = operating_characteristics(BOIN, listed([[0.1, 0.25, 0.4], [0, 0, 1]], 3)).as_json()
    document = json.loads(json.dumps(found))
    assert document["design"] == "boin"
    assert document["method"] == "exact"
    assert document["dose_levels"] == [5.0, 10.0, 16.0]
    assert len(document["scenarios"]) == 2
    needed = {"truth", "selected", "none_selected", "mean_participants", "mean_dlts", "mean_total_participants"}
    assert document["scenarios"][0].keys() >= needed
    simulated = monte_carlo(BOIN, listed([[0.1, 0.25, 0.4]], 3), trials=50, seed=1).as_json()
    assert json.loads(json.dumps(simulated))["method"] == "monte-carlo"


def test_simulated_trials_are_those_of_their_seed() -> None:
    scenarios = listed([[0.1, 0.25, 0.4]], 3)
    first, again, other = (monte_carlo(BOIN, scenarios, trials=200, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert first.scenarios[0].selected != other.scenarios[0].selected


def test_standard_errors_are_those_of_the_exact_figures() -> None:
    scenarios, trials = listed([[0.1, 0.25, 0.4]], 3), 4000
    (exact,) = operating_characteristics(BOIN, scenarios).scenarios
    (simulated,) = monte_carlo(BOIN, scenarios, trials=trials, seed=6).scenarios
    for level, chance in enumerate(exact.selected):
        expected = np.sqrt(chance * (1 - chance) / trials)
        assert simulated.standard_errors["selected"][level] == pytest.approx(expected, rel=0.1)


def test_designs_are_compared_on_the_same_people() -> None:
    """With equal rules there is no noise between them; with a stricter one only few trials differ."""
    scenarios = listed([[0.1, 0.25, 0.4]], 3)
    (boin,) = monte_carlo(BOIN, scenarios, trials=500, seed=8).scenarios
    (same,) = monte_carlo(make_rule("boin"), scenarios, trials=500, seed=8).scenarios
    assert boin == same


def test_simulated_figures_with_losses_equal_the_exact_ones() -> None:
    rule = make_rule("boin", counts_dosed=True, most=10)
    scenarios, trials = listed([[0.1, 0.25, 0.4]], 3), 4000
    (exact,) = operating_characteristics(rule, scenarios, not_evaluable=0.25).scenarios
    (simulated,) = monte_carlo(rule, scenarios, trials=trials, seed=9, not_evaluable=0.25).scenarios
    pairs = zip([*exact.selected, exact.none_selected], [*simulated.selected, simulated.none_selected], strict=True)
    for chance, share in pairs:
        assert abs(share - chance) <= 4.5 * np.sqrt(chance * (1 - chance) / trials) + 1e-12
    errors = simulated.standard_errors["mean_dosed"]
    for expected, seen, error in zip(exact.mean_dosed, simulated.mean_dosed, errors, strict=True):
        assert abs(seen - expected) <= 4.5 * error
