"""The model of one fluid: its terms, what cannot be told, and that nothing imputed reaches it."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.analysis.metabolism.layout import ONE_DOSE, WITH_BATCH, NotAnalysable
from firstdose.analysis.metabolism.modelling import Fitted, fit
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.sensitivities import half_minimum
from firstdose.methods.moderated_model import fit_moderated_model
from firstdose.protocol.metabolism import Metabolism
from tests.analysis.metabolism.made_abundances import VISITS, made_abundances

PLAN = Metabolism(normalise="none")


def fitted(plan: Metabolism = PLAN, **made: object) -> Fitted:
    (prepared,) = prepare(made_abundances(**made), plan)  # type: ignore[arg-type]
    return fit(prepared, plan)


def problems(found: Fitted) -> dict[tuple[str, str], str]:
    return {(each.term.name, each.term.visit): each.term.problem for each in found.terms}


def test_slopes_that_were_planted_are_found_and_do_not_depend_on_where_the_dose_is_centred() -> None:
    found = fitted(seed=1, slope=1.0)
    change = found.term("dose_slope_change", "M12")
    called = change.adjusted_p < 0.05
    assert called[:10].all()
    assert not called[10:].any()
    assert change.found.estimate[:10].mean() == pytest.approx(1.0, abs=0.15)
    design = np.array(found.layout.matrix)
    dose = np.log2(found.prepared.doses)  # not centred
    later = np.column_stack([found.prepared.visits == each for each in VISITS[1:]])
    design[:, -3:] = dose[:, None] * np.column_stack([np.ones(len(dose)), later])
    plain = fit_moderated_model(found.prepared.values, design, found.prepared.subjects)
    assert np.allclose(plain.test(change.term.contrast).statistic, change.found.statistic, rtol=1e-8)


def test_no_imputed_value_reaches_the_main_model() -> None:
    found = fitted(seed=2, missing=0.1)
    missing = np.isnan(found.prepared.values)
    assert missing.any()
    data = found.model.fits.data
    assert np.array_equal(data.count, (~missing).sum(axis=0))
    assert np.array_equal(data.cells == 0, missing[data.rows])
    assert not data.values[data.cells == 0].any()
    filled = fit(found.prepared.with_values(half_minimum(found.prepared.values)), PLAN)
    assert filled.model.fits.data.count.min() == len(missing)
    change = found.term("dose_slope_change", "M12").found.estimate
    assert np.abs(filled.term("dose_slope_change", "M12").found.estimate - change).max() > 0.05


def test_batch_equal_to_dose_is_said_and_what_needs_them_apart_is_refused() -> None:
    found = fitted(seed=3, batch="dose")
    told = problems(found)
    assert {key for key, problem in told.items() if problem} == {("dose_slope", visit) for visit in VISITS}
    assert told["dose_slope", "M0"] == WITH_BATCH
    assert np.isnan(found.term("dose_slope", "M0").found.p).all()
    assert np.isfinite(found.term("dose_slope_change", "M12").found.p).all()
    assert found.reason(0, found.term("dose_slope", "M0").term) == WITH_BATCH


def test_one_dose_leaves_visits_only() -> None:
    found = fitted(seed=4, doses=(10.0,) * 9)
    told = problems(found)
    assert {key for key, problem in told.items() if not problem} == {("visit_change", "M3"), ("visit_change", "M12")}
    assert told["dose_slope_change", "M12"] == ONE_DOSE


def test_one_visit_leaves_the_slope_between_people() -> None:
    found = fitted(seed=5, visits=("M3",))
    assert list(problems(found)) == [("dose_slope", "M3")]
    assert found.slope_terms[0].term.name == "dose_slope"
    assert found.model.correlation is None
    assert np.isfinite(found.slope_terms[0].found.p).all()


def test_a_dose_of_zero_needs_the_linear_scale() -> None:
    doses = (0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0)
    with pytest.raises(NotAnalysable, match="linear"):
        fitted(seed=6, doses=doses)
    found = fitted(Metabolism(normalise="none", dose_scale="linear"), seed=6, doses=doses)
    assert found.layout.middle == pytest.approx(5.0)
    assert np.isfinite(found.term("dose_slope_change", "M12").found.p).all()


def test_metabolites_that_cannot_be_tested_have_a_reason_and_the_others_do_not_suffer() -> None:
    (prepared,) = prepare(made_abundances(seed=7), PLAN)
    values = np.array(prepared.values)
    values[:, 0] = 12.0
    values[6:, 1] = np.nan
    found = fit(prepared.with_values(values), PLAN)
    change = found.term("dose_slope_change", "M12")
    assert np.isnan(change.found.p[:2]).all()
    assert np.isfinite(change.found.p[2:]).all()
    assert found.reason(0, change.term) == "no variation left by the design"
    assert found.reason(1, change.term)
    assert found.reason(2, change.term) == ""


def test_p_beyond_the_minimal_change_is_the_larger_and_nothing_left_is_refused() -> None:
    found = fitted(seed=8, slope=0.5)
    change = found.term("dose_slope_change", "M12")
    assert np.all(change.p_beyond >= change.found.p)
    assert found.minimal == pytest.approx(np.log2(1.1))
    (prepared,) = prepare(made_abundances(seed=8, missing=0.6), Metabolism())
    with pytest.raises(NotAnalysable, match="no metabolite"):
        fit(prepared, PLAN)
