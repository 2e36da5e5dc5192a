"""Class tests by rotation: exact cases, invariance, level, and clear refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_model import fit_moderated_model, fit_moderated_within_people, unit_contrast
from firstdose.methods.rotation import closed_form, rotate_classes

PERSON = np.repeat(np.arange(7), 3)
DOSE = np.repeat([-1.0, -1, 0, 0, 1, 1, 2], 3)
LATER = np.tile([0.0, 0, 1], 7)
DESIGN = np.column_stack([np.ones(21), DOSE, LATER, DOSE * LATER])
SLOPE = unit_contrast(4, 3)
CLASSES = {"one": [0, 1, 2], "other": [3, 4, 5, 6], "all": list(range(7))}


def noise(seed: int, metabolites: int = 7) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(21, metabolites)) + 20


def test_one_unmoderated_metabolite_is_its_t_test() -> None:
    """Rotating one metabolite is then the t test itself; the closed form is so to every digit."""
    model = fit_moderated_model(noise(1, 1), DESIGN, PERSON)
    assert model.variances.prior.degrees_of_freedom[0] == 0
    expected = float(model.test(SLOPE).p[0])
    assert closed_form(model, SLOPE, {"it": [0]})["it"].p == pytest.approx(expected, rel=1e-9)
    rotated = rotate_classes(model, SLOPE, {"it": [0]}, seed=1, rotations=20_000)["it"]
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert abs(rotated.p_two_sided - expected) < 9 * error
    assert abs(rotated.p_mixed - expected) < 4.5 * error
    assert rotated.statistic > 0 if rotated.p_up < rotated.p_down else rotated.statistic < 0


@settings(max_examples=25)
@given(st.integers(0, 100), st.permutations(range(21)))
def test_the_closed_form_does_not_depend_on_the_order_of_rows(seed: int, order: list[int]) -> None:
    values = noise(seed)
    one = closed_form(fit_moderated_model(values, DESIGN, PERSON), SLOPE, CLASSES)
    other = closed_form(fit_moderated_model(values[order], DESIGN[order], PERSON[order]), SLOPE, CLASSES)
    for name in one:
        assert other[name].p == pytest.approx(one[name].p, rel=1e-6)


@pytest.mark.parametrize(("numbers", "fewest"), [(1, 1), (1, 7), (10_000_000, 1)])
def test_how_many_rotations_are_made_at_a_time_does_not_matter(
    numbers: int, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fit_moderated_model(noise(3), DESIGN, PERSON)
    expected = rotate_classes(model, SLOPE, CLASSES, seed=1, rotations=9_999)
    monkeypatch.setattr("firstdose.methods.rotation.AT_ONCE", numbers)
    monkeypatch.setattr("firstdose.methods.rotation.FEWEST_AT_ONCE", fewest)
    assert rotate_classes(model, SLOPE, CLASSES, seed=1, rotations=9_999) == expected


def test_turning_the_sign_swaps_the_sides() -> None:
    values = noise(2)
    one, other = (
        rotate_classes(fit_moderated_model(sign * values, DESIGN, PERSON), SLOPE, CLASSES, seed=1, rotations=4000)
        for sign in (1, -1)
    )
    for name in one:
        assert other[name].statistic == pytest.approx(-one[name].statistic)
        assert other[name].share_up == one[name].share_down
        assert other[name].p_up == pytest.approx(one[name].p_down, abs=0.05)
        assert other[name].p_mixed == pytest.approx(one[name].p_mixed, abs=0.05)


def test_a_class_that_rises_is_found_and_no_probability_is_zero() -> None:
    values = noise(3)
    values[:, :3] += 3 * (DOSE * LATER)[:, None]
    found = rotate_classes(fit_moderated_model(values, DESIGN, PERSON), SLOPE, CLASSES, seed=1, rotations=999)
    assert found["one"].p_up == pytest.approx(0.001)
    assert found["one"].p_two_sided == pytest.approx(0.002)
    assert (found["one"].share_up, found["one"].share_down) == (1, 0)
    assert found["other"].p_two_sided > 0.01


def test_opposite_changes_are_found_by_the_mixed_test_only() -> None:
    values = noise(4, 6)
    values += 4 * (DOSE * LATER)[:, None] * np.tile([1, -1], 3)
    found = rotate_classes(fit_moderated_model(values, DESIGN, PERSON), SLOPE, {"all": range(6)}, seed=1, rotations=999)
    assert found["all"].p_mixed < 0.01
    assert found["all"].p_two_sided > 0.05


def test_level_when_errors_are_correlated_and_the_correlation_is_known() -> None:
    """Both forms are exact for normal errors with the covariance of the model (and no prior)."""
    rng, below = np.random.default_rng(5), []
    for _ in range(300):
        values = 20 + rng.normal(size=(21, 1)) + 0.5 * rng.normal(size=(21, 4))
        model = fit_moderated_model(values, DESIGN, PERSON, correlation=0.0)
        below.append(closed_form(model, SLOPE, {"all": range(4)})["all"].p <= 0.2)
    assert abs(np.mean(below) - 0.2) < 3.5 * np.sqrt(0.16 / 300)


def test_metabolites_with_missing_values_are_left_out() -> None:
    values = noise(6)
    values[2, 1] = np.nan
    values[:, 2] = 7.0
    model = fit_moderated_model(values, DESIGN, PERSON)
    classes = CLASSES | {"lost": [1, 2]}
    for found in (rotate_classes(model, SLOPE, classes, seed=1, rotations=9), closed_form(model, SLOPE, classes)):
        assert {name: test.members for name, test in found.items()} == {"one": 1, "other": 4, "all": 5}
    assert rotate_classes(model, SLOPE, {"lost": [1, 2]}, seed=1) == {}


def test_robust_priors_of_their_own_degrees_of_freedom() -> None:
    values = noise(7, 60)
    values[:, 0] *= 30
    model = fit_moderated_model(values, DESIGN, PERSON, moderation="robust")
    assert len(np.unique(model.variances.degrees_of_freedom)) > 1
    found = rotate_classes(model, SLOPE, {"all": range(60)}, seed=1, rotations=199)["all"]
    assert 0 < found.p_two_sided <= 1


def test_refusals() -> None:
    model = fit_moderated_model(noise(8), DESIGN, PERSON)
    with pytest.raises(ValueError, match="rotations 0"):
        rotate_classes(model, SLOPE, CLASSES, seed=1, rotations=0)
    within = fit_moderated_within_people(noise(8), DESIGN, PERSON)
    with pytest.raises(ValueError, match="effects of people"):
        closed_form(within, SLOPE, CLASSES)
    doubled = fit_moderated_model(noise(8), np.column_stack([DESIGN, DESIGN[:, 3]]), PERSON)
    with pytest.raises(NotEstimable, match="cannot be told apart"):
        closed_form(doubled, unit_contrast(5, 3), CLASSES)
    crowded = fit_moderated_model(noise(8), np.eye(21), PERSON, correlation=0.0)
    with pytest.raises(NotEstimable, match="no residual"):
        closed_form(crowded, unit_contrast(21, 3), CLASSES)
