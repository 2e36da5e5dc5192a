"""Changes from baseline, and slopes with one group left out."""

import numpy as np
import pytest

from firstdose.methods.moderated_model import fit_moderated_model, fit_moderated_within_people
from firstdose.methods.person_changes import changes_from_baseline, leave_one_group_out

NAN = float("nan")
PERSON = np.repeat(["d", "a", "c", "b", "e", "f"], 3)
DOSE = np.repeat([5.0, 5, 10, 10, 20, 20], 3)
SECOND, THIRD = np.tile([0.0, 1, 0], 6), np.tile([0.0, 0, 1], 6)
BATCH = np.array([0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0.0])
DESIGN = np.column_stack([np.ones(18), BATCH, DOSE, SECOND, THIRD, DOSE * SECOND, DOSE * THIRD])
BASELINE = (SECOND + THIRD) == 0
VALUES = np.random.default_rng(1).normal(size=(18, 8)) + 20


def test_changes_are_differences_to_the_own_baseline() -> None:
    values = VALUES.copy()
    values[0, 0] = NAN  # the baseline of d
    values[7, 1] = NAN  # the second visit of c
    found = changes_from_baseline(values, DESIGN, PERSON, BASELINE)
    assert found.rows.tolist() == [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17]
    assert found.columns == (1, 3, 4, 5, 6)
    assert np.isnan(found.response[:2, 0]).all()
    assert np.isnan(found.response[4, 1])
    assert not np.isnan(found.response[4, 0])
    assert found.response[5, 3] == pytest.approx(VALUES[8, 3] - VALUES[6, 3])
    assert found.design[5].tolist() == [BATCH[8] - BATCH[6], 0, 1, 0, 10]
    assert found.person.tolist() == PERSON[found.rows].tolist()


def test_two_visits_give_the_fit_within_people() -> None:
    """With one change a person both are the same least squares."""
    kept = SECOND == 0
    values, design, person = VALUES[kept], DESIGN[kept][:, [0, 1, 2, 4, 6]], PERSON[kept]
    changes = changes_from_baseline(values, design, person, BASELINE[kept])
    differences = fit_moderated_model(changes.response, changes.design, changes.person).test([0, 0, 1])
    within = fit_moderated_within_people(values, design, person).test([0, 0, 0, 0, 1])
    np.testing.assert_allclose(differences.estimate, within.estimate, atol=1e-10)
    np.testing.assert_allclose(differences.statistic, within.statistic, rtol=1e-8)


def test_people_without_baseline_are_left_out() -> None:
    rows = np.arange(18) != 3  # the baseline of a
    found = changes_from_baseline(VALUES[rows], DESIGN[rows], PERSON[rows], BASELINE[rows])
    assert "a" not in found.person.tolist()
    assert len(found.rows) == 10


def test_bad_baselines_are_refused() -> None:
    with pytest.raises(ValueError, match="more than one baseline"):
        changes_from_baseline(VALUES, DESIGN, PERSON, BASELINE | (SECOND == 1))
    with pytest.raises(ValueError, match="boolean"):
        changes_from_baseline(VALUES, DESIGN, PERSON, SECOND)


def test_leaving_out_a_group_is_the_fit_to_the_others() -> None:
    cohort = np.repeat([1, 1, 2, 2, 3, 3], 3)
    contrast = [0, 0, 0, 0, 0, 0, 1]
    found = leave_one_group_out(VALUES, DESIGN, PERSON, cohort, contrast)
    assert [(each.group, each.people) for each in found] == [(1, 2), (2, 2), (3, 2)]
    for each in found:
        kept = cohort != each.group
        alone = fit_moderated_model(VALUES[kept], DESIGN[kept], PERSON[kept]).test(contrast)
        np.testing.assert_array_equal(each.result.estimate, alone.estimate)
        assert np.isfinite(alone.p).all()


def test_a_slope_that_hangs_on_one_group_is_open_without_it() -> None:
    cohort = np.repeat([1, 1, 1, 1, 2, 2], 3)
    dose = np.where(cohort == 1, 5.0, 20.0)
    design = np.column_stack([np.ones(18), dose, THIRD, dose * THIRD])
    for each in leave_one_group_out(VALUES, design, PERSON, cohort, [0, 0, 0, 1]):
        assert np.isnan(each.result.p).all()


def test_bad_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="two groups"):
        leave_one_group_out(VALUES, DESIGN, PERSON, np.ones(18), np.ones(7))
    with pytest.raises(ValueError, match="more than one group"):
        leave_one_group_out(VALUES, DESIGN, PERSON, SECOND, np.ones(7))
    with pytest.raises(ValueError, match="one and the same shape"):
        leave_one_group_out(VALUES, DESIGN, PERSON, [1, 2], np.ones(7))
