"""The kept calibration of the tests of classes as users get them: it fits the code, holds the level and finds slopes.

Truth: made-up trials (`firstdose.validation.class_calibration`) whose samples are diluted differently. In one scenario
all that rises has no class, so that only screening those keeps them from being the reference of the others.
"""

import re
from pathlib import Path

import pytest

from firstdose.protocol.metabolism import Metabolism
from firstdose.validation.class_calibration import (
    DILUTION_DEVIATION,
    LEVEL,
    PLAN,
    SCENARIOS,
    SINGLE_TRIALS,
    ClassScenario,
    examine,
    load_calibration,
)
from firstdose.validation.moderated_trials import AFFECTED_CLASSES, PARAMETERS, SEED

KEPT = load_calibration()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "moderated-model.md"

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def test_was_made_with_these_settings_which_are_what_users_get() -> None:
    meta = KEPT["meta"]
    assert (meta["seed"], meta["level"], meta["permutations"]) == (SEED, LEVEL, Metabolism().permutations)
    assert (meta["parameters"], meta["dilution_deviation"]) == (PARAMETERS, DILUTION_DEVIATION)
    assert PLAN.normalise == Metabolism().normalise
    assert {name: each["trials"] for name, each in KEPT["scenarios"].items()} == {
        each.name: each.trials for each in SCENARIOS
    }
    assert KEPT["scenarios"]["null"]["trials"] >= 500
    assert KEPT["scenarios"]["classes_rise"]["trials"] >= 200
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", meta["version"])


@scenarios
def test_the_first_trials_give_the_kept_figures_again(scenario: ClassScenario) -> None:
    kept = KEPT["scenarios"][scenario.name]["first_trials"]
    assert len(kept) == SINGLE_TRIALS
    for number, figures in enumerate(kept):
        found = examine(scenario, number)
        assert found.keys() == figures.keys()
        for what, values in figures.items():
            assert found[what] == pytest.approx(values, rel=1e-6, abs=1e-9), (number, what)


@scenarios
def test_null_classes_hold_their_level(scenario: ClassScenario) -> None:
    share = KEPT["scenarios"][scenario.name]["p"]["null_classes"]
    assert abs(share["mean"] - LEVEL) <= 3 * share["error"]
    assert share["error"] < 0.01


def test_each_class_holds_its_level_where_nothing_rises() -> None:
    kept = KEPT["scenarios"]["null"]
    allowed = 3 * (LEVEL * (1 - LEVEL) / kept["trials"]) ** 0.5
    shares = {name: each["mean"] for name, each in kept["p"].items() if " " in name}
    assert len(shares) == 18
    assert not {name: share for name, share in shares.items() if abs(share - LEVEL) > allowed}


def test_one_of_the_adjusted_tests_of_a_visit_errs_seldom() -> None:
    """Two visits, each adjusted by itself: at most twice the level where nothing rises."""
    share = KEPT["scenarios"]["null"]["adjusted_p"]["any_null_class"]
    assert share["mean"] <= 2 * LEVEL + 3 * share["error"]


def test_classes_that_rise_are_found() -> None:
    kept = KEPT["scenarios"]["classes_rise"]
    for name in AFFECTED_CLASSES:
        assert kept["p"][f"{name} M12"]["mean"] >= 0.95
        assert kept["adjusted_p"][f"{name} M12"]["mean"] >= 0.8
    assert kept["reference"]["not_normalised"] < 0.05


def test_relative_to_all_metabolites_null_classes_would_not() -> None:
    """What the reference is for."""
    kept = KEPT["scenarios"]["classes_rise"]
    share = kept["p_all_metabolites"]["null_classes"]
    assert share["mean"] > LEVEL + 3 * share["error"]


HEAD = "| trials | number | null classes | adjusted | power |"
BESIDE = {"": "p", ", relative to all metabolites": "p_all_metabolites", ", not normalised": "p_none"}


def rows_of_the_page() -> list[str]:
    """The table of the page, from the kept figures: a row for each kind of trial and each way to normalise."""
    rows = []
    for name, kept in KEPT["scenarios"].items():
        for words, what in BESIDE.items():
            if what not in kept:
                continue
            share = kept[what]["null_classes"]
            adjusted = f"{100 * kept['adjusted_p']['null_classes']['mean']:.1f}" if what == "p" else ""
            risen = [found["mean"] for each in AFFECTED_CLASSES if (found := kept[what].get(f"{each} M12"))]
            power = f"{100 * min(risen):.0f}" if name == "classes_rise" else ""
            level = f"{100 * share['mean']:.1f} ({100 * share['error']:.1f})"
            cells = (f"`{name}`{words}", str(kept["trials"]), level, adjusted, power)
            rows.append("| " + " | ".join(cells).replace("  ", " ").rstrip() + " |")
    return [row.replace("|  |", "| |") for row in rows]


def test_the_methods_page_shows_the_kept_figures_and_no_others() -> None:
    page = PAGE.read_text("utf-8")
    table = page.split(f"{HEAD}\n")[1].split("\n\n")[0].splitlines()
    assert table[1:] == rows_of_the_page()


def test_what_the_methods_page_says_of_the_kept_figures() -> None:
    page = PAGE.read_text("utf-8")
    scenarios = KEPT["scenarios"]
    called = {name: f"{100 * each['adjusted_p']['any_null_class']['mean']:.0f} %" for name, each in scenarios.items()}
    assert (
        f"by its adjusted p in {called['null']} of `null`, {called['batch_is_dose']} of `batch_is_dose` and "
        f"{called['unknown_rise']} of `unknown_rise`"
    ) in page
    most = max(each["reference"]["not_normalised"] for each in scenarios.values())
    assert f"(at most {100 * most:.1f} % of any kind of trials)" in page
    assert f"dilution by sd {DILUTION_DEVIATION:g} (log2)" in page
    assert f"{PLAN.permutations} arrangements of doses (`src/firstdose/validation/class_calibration.py`" in page
