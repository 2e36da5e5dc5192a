"""Every comparison of `firstdose validate`: it passes, it compares as much as it should, and it can fail."""

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from firstdose.validation import COMPARISONS, Comparison
from firstdose.validation.comparison import Tally, load_figures

FIGURES_COMPARED = {
    "boin_bounds": 48,
    "boin_boundaries": 2385,
    "boin_selections": 60,
    "mtpi_decisions": 2160,
    "mtpi2_decisions": 2160,
    "boin_decisions": 1080,
    "keyboard_boundaries": 315,
    "crm_estimates": 345,
    "crm_variances": 50,
    "crm_skeletons": 530,
    "crm_indifference": 40,
    "three_plus_three_nodes": 856,
    "boin_exact": 96,
    "crm_exact": 20,
    "three_plus_three_exact": 168,
    "three_plus_three_paths": 132,
    "boin_simulated": 132,
    "crm_simulated": 45,
    "three_plus_three_simulated": 64,
    "titecrm_estimates": 345,
    "titecrm_variances": 50,
    "tite_boin_decisions": 9524,
    "tite_boin_simulated": 179,
    "boin_in_time": 180,
    "crm_in_time": 40,
    "three_plus_three_in_time": 169,
    "binomial_intervals": 72,
    "stopping_bounds": 30,
    "isotonic_estimates": 167,
    "mixed_model_log_likelihoods": 45,
    "mixed_model_estimates": 710,
    "mixed_model_standard_errors": 2122,
    "mixed_model_degrees_of_freedom": 348,
    "mixed_model_p_values": 244,
    "mixed_model_optimum": 348,
    "mixed_model_optimum_errors": 680,
    "mixed_model_failures": 1,
    "jonckheere_terpstra": 28,
    "cochran_armitage": 22,
    "spearman": 4,
    "two_group_tests": 4,
    "garwood": 14,
    "rate_ratios": 10,
    "firth_estimates": 5,
    "firth_errors": 5,
    "firth_profiles": 19,
    "kaplan_meier": 66,
    "confirmed_change_toy": 1999,
    "confirmed_change_300_people": 17419,
    "quotient_normalisation": 9780,
    "within_person_correlations": 760,
    "common_correlation": 3,
    "moderated_fits": 14669,
    "moderated_priors": 801,
    "moderated_tests": 36384,
    "moderated_tests_robust": 12954,
    "moderated_further_tests": 2886,
    "class_rotations": 78,
    "class_rotations_closed_form": 12,
}

# What each comparison looks at, by the keys in its file, and a change that must not go unnoticed: for numbers that
# are not counts a little more than the tolerance.
LOOKED_AT: dict[str, tuple[float, list[str]]] = {
    "boin_bounds": (2e-12, ["lambda_e", "lambda_d"]),
    "boin_boundaries": (1, ["escalate_if_le", "deescalate_if_ge", "eliminate_if_ge", "stop_lowest_if_ge"]),
    "boin_selections": (1, ["mtd"]),
    "mtpi_decisions": (1, ["table"]),
    "mtpi2_decisions": (1, ["table"]),
    "boin_decisions": (1, ["table"]),
    "keyboard_boundaries": (1, ["escalate_if_le", "deescalate_if_ge", "eliminate_if_ge"]),
    "crm_estimates": (2e-6, ["estimate", "ptox", "mtd"]),
    "crm_variances": (2e-5, ["post_var"]),
    "crm_skeletons": (2e-8, ["skeleton"]),
    "crm_indifference": (2e-5, ["Hset", "iint"]),
    "three_plus_three_nodes": (1, ["next_dose", "continue", "recommended"]),
    "boin_exact": (2e-7, ["selpercent", "percentstop", "npatients", "ntox", "totaln"]),
    "crm_exact": (2e-9, ["MTD", "patients_per_dose"]),
    "three_plus_three_exact": (
        2e-7,
        ["sel_percent", "percent_no_mtd", "n_pts_dose", "n_tox_dose", "total_n", "total_tox"],
    ),
    "three_plus_three_paths": (
        2e-9,
        ["prob_recommend", "expected_n", "expected_n_at_dose", "expected_tox_at_dose"],
    ),
    "boin_simulated": (2.0, ["selpercent", "percentstop", "npatients", "ntox", "totaln", "totaltox"]),
    "crm_simulated": (0.5, ["MTD", "patients_per_dose", "tox_per_dose"]),
    "three_plus_three_simulated": (3.0, ["recommendation_pct", "no_recommendation_pct", "mean_npt", "mean_ndlt"]),
    "titecrm_estimates": (2e-6, ["estimate", "ptox", "mtd"]),
    "titecrm_variances": (2e-5, ["post_var"]),
    "tite_boin_decisions": (1, ["decision", "esc_bound", "deesc_bound"]),
    "tite_boin_simulated": (
        2.0,
        [
            "selpercent",
            "percentstop",
            "npatients",
            "ntox",
            "mean_suspensions",
            "mean_time_suspended",
            "mean_duration",
        ],
    ),
    "boin_in_time": (4.0, ["selpercent", "percentstop", "npatients", "ntox"]),
    "crm_in_time": (0.5, ["MTD", "patients_per_dose"]),
    "three_plus_three_in_time": (4.0, ["sel_percent", "percent_no_mtd", "n_pts_dose", "n_tox_dose"]),
    "binomial_intervals": (2e-8, ["clopper_pearson", "wilson", "jeffreys_equal_tailed", "upper_one_sided"]),
    "stopping_bounds": (1, ["stop_at"]),
    "isotonic_estimates": (2e-8, ["iso_phat_full_treated"]),
    "mixed_model_log_likelihoods": (2e-8, ["log_likelihood"]),
    "mixed_model_estimates": (2e-6, ["estimate", "lower", "upper", "f_value", "predictions"]),
    "mixed_model_standard_errors": (2e-8, ["standard_error", "matrix"]),
    "mixed_model_degrees_of_freedom": (2e-3, ["degrees_of_freedom", "denominator"]),
    "mixed_model_p_values": (2e-5, ["p_value", "f_p_value"]),
    "mixed_model_optimum": (1.0, ["estimate"]),
    "mixed_model_optimum_errors": (2e-3, ["standard_error", "degrees_of_freedom"]),
    "mixed_model_failures": (1, ["converged"]),
    "jonckheere_terpstra": (2e-8, ["JT", "p_increasing", "p_decreasing", "p_two_sided_2min", "p_two_sided_dist", "p"]),
    "cochran_armitage": (
        2e-8,
        ["T", "p_greater", "p_less", "p_two_sided_dist", "exact_p_one_sided", "prop_trend_chisq"],
    ),
    "spearman": (2e-8, ["rho", "p"]),
    "two_group_tests": (2e-8, ["W", "T", "p"]),
    "garwood": (2e-8, ["garwood"]),
    "rate_ratios": (2e-8, ["rr", "ci_central", "p_central", "p_minlike"]),
    "firth_estimates": (2e-6, ["coef"]),
    "firth_errors": (2e-4, ["se"]),
    "firth_profiles": (2e-8, ["loglik", "ci_lower", "ci_upper", "p"]),
    "kaplan_meier": (2e-8, ["time", "n.risk", "n.event", "surv", "lower", "upper"]),
    "confirmed_change_toy": (1, ["changes"]),
    "confirmed_change_300_people": (1, ["changes"]),
    "quotient_normalisation": (2e-8, ["factors", "log2_abundance"]),
    "within_person_correlations": (4e-3, ["atanh_correlation"]),
    "common_correlation": (2e-4, ["consensus"]),
    "moderated_fits": (
        2e-8,
        ["coefficients", "unscaled_deviations", "sigma", "degrees_of_freedom", "mean", "covariance"],
    ),
    "moderated_priors": (
        2e-8,
        [
            "prior_variance",
            "prior_degrees_of_freedom",
            "prior_variance_ordinary",
            "prior_degrees_of_freedom_ordinary",
            "prior_variance_trend",
            "prior_degrees_of_freedom_trend",
            "variance_of_differences",
        ],
    ),
    "moderated_tests": (
        2e-8,
        ["posterior_variance", "degrees_of_freedom", "t", "p", "log_odds", "adjusted_p", "lower", "upper"],
    ),
    "moderated_tests_robust": (
        2e-7,
        [
            "posterior_variance",
            "degrees_of_freedom",
            "t",
            "p",
            "log_odds",
            "adjusted_p",
            "lower",
            "upper",
            "prior_degrees_of_freedom",
        ],
    ),
    "moderated_further_tests": (2e-8, ["treat_t", "treat_p", "normal_score", "f", "f_p", "f_adjusted_p"]),
    "class_rotations": (0.03, ["members", "share_up", "share_down", "direction", "p_two_sided", "p_mixed"]),
    "class_rotations_closed_form": (0.03, ["closed_form_p"]),
}
DESIGN_IN_TABLES = {"mtpi_decisions": "mTPI", "mtpi2_decisions": "mTPI2", "boin_decisions": "BOIN"}
TESTS_OF_FEW_PEOPLE = (
    "jonckheere_terpstra",
    "jonckheere_terpstra_without_ties",
    "cochran_armitage",
    "spearman",
    "two_group_tests",
)
PLACES_CHANGED = 5

comparisons = pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS)


@comparisons
def test_agrees(comparison: Comparison) -> None:
    outcome = comparison.run()
    assert outcome.passed, outcome.note
    assert outcome.compared == FIGURES_COMPARED[comparison.name]
    assert outcome.largest_difference <= comparison.tolerance


@comparisons
def test_names_its_reference(comparison: Comparison) -> None:
    assert any(character.isdigit() for character in comparison.software)
    assert comparison.call
    assert comparison.what
    assert (comparison.unit == "equal") == (comparison.tolerance == 0)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all single values."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path
        return
    for key, item in items:
        yield from leaves(item, (*path, key))


def value_at(figures: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        figures = figures[key]
    return figures


def changed(value: Any, step: float) -> Any:
    if isinstance(value, bool):
        return not value
    if value is None or isinstance(value, str):
        return 1
    if isinstance(value, int) and step == 1:
        return value + 1
    return value + step * max(1.0, abs(value))


def is_looked_at(comparison: Comparison, figures: Any, path: tuple[Any, ...], key: str) -> bool:
    """Whether a value is one that the comparison compares, not one that it starts from."""
    if key not in path:
        return False
    if key == "Hset":
        return abs(float(value_at(figures, path) or 0)) != 5
    if key == "table":
        return bool(path[-1] >= 2 and figures["tables"][path[1]]["design"] == DESIGN_IN_TABLES[comparison.name])
    if comparison.name == "three_plus_three_nodes":
        return bool(path[0] == "nodes")
    if path[0] in TESTS_OF_FEW_PEOPLE:
        return comparison.name in (path[0], path[0].removesuffix("_without_ties"))
    return True


def places(comparison: Comparison, key: str) -> list[tuple[Any, ...]]:
    figures = comparison.figures
    found = [path for path in leaves(figures) if is_looked_at(comparison, figures, path, key)]
    assert found
    last = len(found) - 1
    return [found[round(last * part / (PLACES_CHANGED - 1))] for part in range(PLACES_CHANGED)]


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, (_, keys) in LOOKED_AT.items() for key in keys])
def test_notices_one_wrong_figure(name: str, key: str) -> None:
    comparison, (step, _) = COMPARISONS[name], LOOKED_AT[name]
    for path in places(comparison, key):
        wrong = copy.deepcopy(comparison.figures)
        value_at(wrong, path[:-1])[path[-1]] = changed(value_at(wrong, path), step)
        outcome = comparison.run(wrong)
        assert not outcome.passed, path
        assert outcome.note.startswith("differs at"), path


@comparisons
def test_notices_that_nothing_was_compared(comparison: Comparison) -> None:
    empty = {key: rows if key == "meta" else [] for key, rows in comparison.figures.items()}
    outcome = comparison.run(empty)
    assert not outcome.passed


def test_notices_a_missing_node() -> None:
    comparison = COMPARISONS["three_plus_three_nodes"]
    fewer = copy.deepcopy(comparison.figures)
    del fewer["nodes"][100]
    assert not comparison.run(fewer).passed


def test_every_comparison_is_tested_for_failing() -> None:
    assert set(LOOKED_AT) == set(FIGURES_COMPARED) == set(COMPARISONS)


def test_every_file_of_figures_is_compared() -> None:
    folder = files("firstdose").joinpath("validation", "figures")
    found = {f"{each.name}/{file.name}" for each in folder.iterdir() for file in each.iterdir()}
    assert found == {comparison.file for comparison in COMPARISONS.values()}


def test_figures_hold_no_nan() -> None:
    for comparison in COMPARISONS.values():
        json.dumps(load_figures(comparison.file), allow_nan=False)


def test_a_difference_that_is_no_number_is_not_agreement() -> None:
    tally = Tally(tolerance=1.0)
    tally.close("here", float("nan"), 0.5)
    outcome = tally.outcome()
    assert not outcome.passed
    assert outcome.largest_difference == float("inf")


def test_a_certain_figure_allows_no_simulated_difference() -> None:
    tally = Tally(tolerance=4.0)
    tally.within_errors("here", [1.0, 1.0], [1.0, 0.99], [0.0, 0.0])
    outcome = tally.outcome()
    assert (outcome.compared, outcome.passed) == (2, False)
    assert outcome.note == "differs at here: 1, reference 0.99"


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        Tally(tolerance=1.0).close("here", [0.1, 0.2], [0.1])
