"""The kept calibration of the moderated tests: it fits the code, tests hold their level, and power is not lost.

Truth: made-up trials (`firstdose.validation.moderated_trials`). The power to compare with is that of limma and of a
permutation of doses on 200 simulated trials of like parameters (60 for the permutation).
"""

import re
from pathlib import Path

import pytest

from firstdose.validation.moderated_calibration import (
    LEVEL,
    PERMUTATIONS,
    SINGLE_TRIALS,
    TRIALS,
    examine,
    load_calibration,
)
from firstdose.validation.moderated_trials import AFFECTED_CLASSES, CLASSES, PARAMETERS, SCENARIOS, SEED, Scenario

KEPT = load_calibration()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "moderated-model.md"
REFERENCE_POWER = {"common_correlation": 0.6209, "changes_from_baseline": 0.6009, "within_people": 0.6376}
REFERENCE_CLASS_POWER = {"fatty_acid": (1.0, 60), "acylcarnitine": (0.983, 60)}
METABOLITE_TESTS = (*REFERENCE_POWER, "common_correlation_trend_robust", "ordinary")

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def test_was_made_with_these_settings() -> None:
    meta = KEPT["meta"]
    assert (meta["seed"], meta["level"], meta["permutations"]) == (SEED, LEVEL, PERMUTATIONS)
    assert (meta["parameters"], meta["classes"]) == (PARAMETERS, CLASSES)
    assert {name: each["trials"] for name, each in KEPT["scenarios"].items()} == TRIALS
    assert (TRIALS["null"], TRIALS["dose_slopes"]) == (2000, 500)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", meta["version"])


@scenarios
def test_the_first_trials_give_the_kept_figures_again(scenario: Scenario) -> None:
    kept = KEPT["scenarios"][scenario.name]["first_trials"]
    assert len(kept) == SINGLE_TRIALS
    for number, figures in enumerate(kept):
        found = examine(scenario, number)
        assert found.keys() == figures.keys()
        for test, values in figures.items():
            assert found[test] == pytest.approx(values, rel=1e-6, abs=1e-9), (number, test)


@scenarios
def test_metabolite_tests_hold_their_level(scenario: Scenario) -> None:
    for test in METABOLITE_TESTS:
        type1 = KEPT["scenarios"][scenario.name]["metabolites"][test]["type1"]
        assert type1["mean"] <= LEVEL + 3 * type1["error"], test
        assert type1["error"] < 0.002
        if test != "ordinary":  # which ignores people, and errs on the safe side
            assert type1["mean"] >= LEVEL - 3 * type1["error"], test


@scenarios
def test_the_class_permutation_holds_its_level(scenario: Scenario) -> None:
    kept = KEPT["scenarios"][scenario.name]
    allowed = 3 * (LEVEL * (1 - LEVEL) / kept["trials"]) ** 0.5
    for name, share in kept["classes"]["class_permutation"].items():
        if not (scenario.slopes and name in AFFECTED_CLASSES):
            assert abs(share["mean"] - LEVEL) <= allowed, name


def test_power_is_not_lost() -> None:
    kept = KEPT["scenarios"]["dose_slopes"]
    for test, power in REFERENCE_POWER.items():
        found = kept["metabolites"][test]["power"]
        assert found["mean"] >= power - 3 * found["error"], test
    for name, (power, trials) in REFERENCE_CLASS_POWER.items():
        found = kept["classes"]["class_permutation"][name]
        errors = (power * (1 - power) / trials + found["error"] ** 2) ** 0.5
        assert found["mean"] >= power - 3 * errors, name


def test_the_methods_page_shows_the_kept_figures() -> None:
    page = PAGE.read_text("utf-8")
    null, slopes = KEPT["scenarios"]["null"], KEPT["scenarios"]["dose_slopes"]
    share, related = f"{100 * PARAMETERS['affected_share']:.0f} %", f"{PARAMETERS['correlation_within_class']:.2f}"[1:]
    settings = f"Level: {null['trials']:,} trials", f"Power: {slopes['trials']} trials in which {share} of fatty"
    for each in (*settings, f"correlated {related} within", f"rise, by {PARAMETERS['slope_mean']:g} per doubling"):
        assert each in page, each
    for test in METABOLITE_TESTS:
        type1, any_false = (100 * null["metabolites"][test][name]["mean"] for name in ("type1", "any_false"))
        power = 100 * slopes["metabolites"][test]["power"]["mean"]
        row = f"| `{test}` | {type1:.1f} | {any_false:.1f} | {power:.0f} |"
        assert row in page, row
    for test in ("class_permutation", "class_rotation_closed_form"):
        shares = [each["mean"] for each in null["classes"][test].values()]
        found = [slopes["classes"][test][name]["mean"] for name in AFFECTED_CLASSES]
        row = f"| `{test}` | {100 * min(shares):.1f} to {100 * max(shares):.1f} | {100 * min(found):.0f} |"
        assert row in page, row
