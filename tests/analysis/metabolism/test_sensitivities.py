"""Analyses beside the main one: against what they must equal where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.analysis.metabolism.modelling import fit
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.sensitivities import (
    CHANGE,
    HALF_MINIMUM,
    NO_CHANGE,
    NOTHING_MISSING,
    TOBIT,
    WITHIN_PEOPLE,
    Sensitivity,
    half_minimum,
    sensitivities,
    without_cohorts,
)
from firstdose.protocol.metabolism import Metabolism
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN = Metabolism(normalise="none")


def beside(values: np.ndarray | None = None, **made: object) -> dict[tuple[str, str], Sensitivity]:
    (prepared,) = prepare(made_abundances(**made), PLAN)  # type: ignore[arg-type]
    fitted = fit(prepared if values is None else prepared.with_values(values), PLAN)
    return {(each.name, each.term.visit): each for each in sensitivities(fitted, PLAN)}


def test_in_complete_balanced_data_within_people_and_changes_agree_with_the_model() -> None:
    (prepared,) = prepare(made_abundances(seed=1, slope=0.5), PLAN)
    fitted = fit(prepared, PLAN)
    found = {(each.name, each.term.visit): each for each in sensitivities(fitted, PLAN)}
    for visit in ("M3", "M12"):
        main = fitted.term("dose_slope_change", visit).found.estimate
        for name in (WITHIN_PEOPLE, CHANGE):
            assert np.allclose(found[name, visit].estimate, main, atol=1e-9)
            assert np.all(found[name, visit].lower < main)
        assert found[HALF_MINIMUM, visit].problem == NOTHING_MISSING


def test_half_of_the_minimum_fills_only_what_is_missing() -> None:
    values = np.array([[3.0, np.nan], [np.nan, np.nan], [5.0, np.nan]])
    filled = half_minimum(values)
    assert filled[:, 0].tolist() == [3.0, 2.0, 5.0]
    assert np.isnan(filled[:, 1]).all()


def test_the_censored_model_is_for_those_with_more_than_a_tenth_below_detection() -> None:
    (prepared,) = prepare(made_abundances(seed=2, slope=0.8), PLAN)
    values = np.array(prepared.values)
    for place, share in ((0, 0.2), (1, 0.04)):
        values[values[:, place] < np.quantile(values[:, place], share), place] = np.nan
    found = beside(values, seed=2, slope=0.8)[TOBIT, "M12"]
    assert np.flatnonzero(np.isfinite(found.estimate)).tolist() == [0]
    truth = fit(prepared, PLAN).term("dose_slope_change", "M12").found.estimate[0]
    assert found.estimate[0] == pytest.approx(truth, abs=0.25)
    assert "no limits of detection" in found.note


def test_one_visit_leaves_nothing_within_people() -> None:
    found = beside(seed=3, visits=("M3",))
    assert found[WITHIN_PEOPLE, "M3"].problem == NO_CHANGE
    assert found[CHANGE, "M3"].problem == NO_CHANGE


def test_leaving_a_cohort_out_is_fitting_the_others() -> None:
    made = made_abundances(seed=4, slope=0.5)
    (prepared,) = prepare(made, PLAN)
    fitted = fit(prepared, PLAN)
    _, last = without_cohorts(fitted, PLAN)
    assert last.cohorts == ("5", "10", "16", "24")
    kept = (made.samples["dose"] != 16).to_numpy()
    (others,) = prepare(made.take(samples=kept), PLAN)
    alone = fit(others, PLAN).term("dose_slope_change", "M12").found.estimate
    assert np.allclose(last.estimates[2], alone, atol=1e-9)


def test_with_two_doses_the_others_leave_the_slope_open() -> None:
    (prepared,) = prepare(made_abundances(seed=5, doses=(5.0,) * 4 + (10.0,) * 4), PLAN)
    for each in without_cohorts(fit(prepared, PLAN), PLAN):
        assert np.isnan(each.estimates).all()
