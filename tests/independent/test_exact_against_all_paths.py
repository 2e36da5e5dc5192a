"""The exact engine's figures equal those added up over every path, none of them merged, to 1e-12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pytest

from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.contracts.examples import EXACT_EXAMPLES, Setting, exact_combinations, make_naive, make_rule
from tests.independent.naive_enumeration import figures

TRUTHS = [[0.1, 0.25, 0.4], [0.3, 0.45, 0.6], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.5, 1.0]]
SAME_NAME = (
    "selected",
    "none_selected",
    "mtd_not_reached",
    "mean_participants",
    "mean_dlts",
    "mean_dosed",
    "stop_reasons",
    "size_distribution",
    "dlt_distribution",
)


def assert_close(ours: Any, theirs: Any, name: str) -> None:
    """Both agree to 1e-12; a count that one leaves out has probability 0 there."""
    if isinstance(ours, Mapping):
        keys = sorted({*ours, *theirs})
        ours, theirs = ([each.get(key, 0.0) for key in keys] for each in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12, err_msg=name)


def check_figures(design: str, guards: str, not_evaluable: float = 0.0, **setting: Unpack[Setting]) -> None:
    """Compare every figure under every truth."""
    rule, naive = make_rule(design, guards, **setting), make_naive(design, guards, **setting)
    found = operating_characteristics(rule, listed(TRUTHS, 3), not_evaluable=not_evaluable).scenarios
    expected = figures(naive, np.array(TRUTHS), not_evaluable)
    for ours, theirs in zip(found, expected, strict=True):
        for name in SAME_NAME:
            assert_close(getattr(ours, name), getattr(theirs, name), name)
        for name in ("participants_distribution", "dlts_distribution"):
            for at_level, expected_there in zip(getattr(ours, name), getattr(theirs, name), strict=True):
                assert_close(at_level, expected_there, name)
        assert_close(ours.observed_rate_above_target, theirs.rate_above_target, "observed_rate_above_target")
        assert_close(ours.mean_total_participants, sum(theirs.mean_participants), "mean_total_participants")
        chance = [theirs.none_selected, *theirs.selected][ours.true_mtd or 0]
        assert_close(ours.correct_selection, chance, "correct_selection")
        above = sum(theirs.mean_participants[ours.true_mtd or 0 :]) / sum(theirs.mean_participants)
        assert_close(ours.share_above_mtd, above, "share_above_mtd")


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize(("design", "guards"), exact_combinations())
def test_every_design_with_every_guard(design: str, guards: str, stops_within_cohort: bool) -> None:
    """Ten participants, so that the last cohort is smaller than the others."""
    check_figures(design, guards, most=10, stops_within_cohort=stops_within_cohort)


ANY_SIZE = [name for name, example in EXACT_EXAMPLES.items() if example.design != "three_plus_three"]
COUNTED = ["three_plus_three confirm_six", "three_plus_three step_down", "boin", "crm", "blrm"]
COUNTS_ONLY = [name for name in ANY_SIZE if not name.startswith(("blrm", "crm"))]


@pytest.mark.parametrize("design", COUNTS_ONLY)
def test_single_participants(design: str) -> None:
    check_figures(design, "none", cohort_size=1, most=8, target=0.3)


@pytest.mark.parametrize("design", ["boin", "crm"])
@pytest.mark.parametrize("guards", ["none", "stop_when_too_toxic"])
def test_twelve_single_participants(design: str, guards: str) -> None:
    check_figures(design, guards, cohort_size=1, most=12 if design == "boin" else 8)


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", ANY_SIZE)
def test_pairs_that_begin_above_the_lowest_level(design: str, stops_within_cohort: bool) -> None:
    check_figures(design, "none", cohort_size=2, most=7, start=2, target=0.3, stops_within_cohort=stops_within_cohort)


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", EXACT_EXAMPLES)
def test_trials_that_begin_above_the_lowest_level(design: str, stops_within_cohort: bool) -> None:
    check_figures(design, "none", most=11, start=3, target=0.2, stops_within_cohort=stops_within_cohort)


@pytest.mark.parametrize("guards", ["none", "cohort_sizes by_level"])
@pytest.mark.parametrize("design", COUNTS_ONLY)
def test_fours_cut_short(design: str, guards: str) -> None:
    check_figures(design, guards, cohort_size=4, most=10, target=0.33, stops_within_cohort=True)


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("guards", ["none", "titration", "stop_when_enough, at_least"])
@pytest.mark.parametrize(
    "design", ["three_plus_three confirm_six", "three_plus_three step_down", "boin", "crm", "blrm"]
)
def test_a_maximum_that_counts_all_dosed_participants(design: str, guards: str, stops_within_cohort: bool) -> None:
    """One in five dosed participants is not evaluable and is replaced while there are places left."""
    setting: Setting = {"most": 8, "counts_dosed": True, "stops_within_cohort": stops_within_cohort}
    check_figures(design, guards, 0.2, **setting)
