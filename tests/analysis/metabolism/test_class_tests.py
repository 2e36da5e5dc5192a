"""Classes: the slope of their mean, permutation of doses, rotation, and what few people can attain."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.analysis.metabolism.class_tests import ClassFit, class_fits
from firstdose.analysis.metabolism.modelling import fit
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.protocol.metabolism import Metabolism
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN = Metabolism(normalise="none", primary_class="acyl_carnitines", permutations=199, rotations=199)


def classes(plan: Metabolism = PLAN, **made: object) -> dict[tuple[str, str], ClassFit]:
    (prepared,) = prepare(made_abundances(**made), plan)  # type: ignore[arg-type]
    return {(each.name, each.term.visit): each for each in class_fits(fit(prepared, plan), plan, 1)}


def test_a_planted_class_is_found_and_the_mean_of_slopes_is_the_slope_of_the_mean() -> None:
    found = classes(seed=1, slope=0.6)
    planted = found["acyl_carnitines", "M12"]
    assert planted.permutation is not None
    assert planted.permutation.p_doubled == pytest.approx(2 / 200)
    assert planted.rotation is not None
    assert planted.rotation.p_two_sided < 0.05
    assert planted.lower < 0.6 < planted.upper
    for each in found.values():  # complete and balanced: the correlation does not matter
        assert each.slope == pytest.approx(each.mean_slope, abs=1e-10)
        assert each.lower < each.slope < each.upper


def test_only_one_class_at_one_visit_is_primary() -> None:
    assert [key for key, each in classes(seed=2).items() if each.is_primary] == [("acyl_carnitines", "M12")]
    earlier = Metabolism(**{**vars(PLAN), "primary_visit": "M3"})
    assert [key for key, each in classes(earlier, seed=2).items() if each.is_primary] == [("acyl_carnitines", "M3")]


def test_two_cohorts_of_three_cannot_go_below_one_in_twenty() -> None:
    found = classes(seed=3, doses=(5.0,) * 3 + (10.0,) * 3, slope=3.0, batch="none")["acyl_carnitines", "M12"]
    assert found.permutation is not None
    assert found.permutation.exact
    assert found.permutation.smallest_attainable == pytest.approx(1 / 20)
    assert found.permutation.p_increasing == pytest.approx(1 / 20)


def test_the_order_of_samples_does_not_matter_and_one_seed_gives_one_answer() -> None:
    plan = PLAN
    (prepared,) = prepare(made_abundances(seed=4, slope=0.2), plan)
    one = class_fits(fit(prepared, plan), plan, 7)
    again = class_fits(fit(prepared, plan), plan, 7)
    assert [vars(each.permutation) for each in one] == [vars(each.permutation) for each in again]


def test_classes_of_incomplete_metabolites_say_that_they_cannot_be_rotated() -> None:
    (prepared,) = prepare(made_abundances(seed=5), PLAN)
    values = np.array(prepared.values)
    values[0, :10] = np.nan
    found = class_fits(fit(prepared.with_values(values), PLAN), PLAN, 1)
    first = next(each for each in found if each.name == "acyl_carnitines")
    assert first.rotation is None
    assert "missing" in first.rotation_problem
    assert first.permutation is not None
    assert np.isfinite(first.slope)


def test_where_everyone_has_one_dose_no_class_is_tested() -> None:
    for each in classes(seed=6, doses=(10.0,) * 6).values():
        assert each.permutation is None
        assert each.problem == "everyone has the same dose"
        assert np.isnan(each.slope)


def test_null_classes_are_called_as_often_as_they_should_be() -> None:
    plan = Metabolism(normalise="none", permutations=99, rotations=99)
    p = [
        each.permutation.p_doubled
        for seed in range(60)
        for each in classes(plan, seed=1_000 + seed, metabolites=9).values()
        if each.permutation is not None
    ]
    called = np.mean(np.array(p) <= 0.10)
    assert abs(called - 0.10) < 4 * np.sqrt(0.1 * 0.9 / 60 / 3)  # six classes of a trial are not independent
