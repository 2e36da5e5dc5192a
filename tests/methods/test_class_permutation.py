"""Class tests by permutation of doses: known extremes, invariance, and clear refusals."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.class_permutation import DoseDesign, permute_doses
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_model import fit_moderated_model, fit_moderated_within_people, unit_contrast

NAN = float("nan")
CLASSES = {"one": [0, 1, 2, 3], "other": [4, 5, 6], "all": list(range(8))}


def trial(doses: list[float], visits: int = 3) -> tuple[DoseDesign, np.ndarray]:
    """A design with visits and the slope's change at the last visit, for people with these doses."""
    person = np.repeat(np.arange(len(doses)), visits)
    later = (np.tile(np.arange(visits), len(doses))[:, None] == np.arange(1, visits)).astype(float)
    ones = np.ones((len(person), 1))
    return DoseDesign(np.hstack([ones, later]), np.hstack([ones, later]), np.repeat(doses, visits)), person


def noise(seed: int, rows: int, missing: float = 0.0) -> FloatArray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 8)) + 20
    return np.where(rng.random(values.shape) < missing, NAN, values)


def test_two_cohorts_of_three_reach_five_percent_and_not_less() -> None:
    design, person = trial([0.0] * 3 + [1.0] * 3)
    response = noise(1, 18) + 100 * (design.dose * design.by_dose[:, 2])[:, None]
    found = permute_doses(response, design, person, 2, CLASSES, seed=1)
    for test in found.values():
        assert (test.exact, test.arrangements, test.possible) == (True, 20, 20)
        assert test.smallest_attainable == pytest.approx(0.05)
        assert test.p_increasing == pytest.approx(0.05)
        assert test.p_decreasing == pytest.approx(1)
        assert test.error_of(test.p_increasing) == 0


def test_the_statistic_is_the_mean_moderated_t() -> None:
    design, person = trial([-1.0, -1, 0, 0, 1, 1, 2])
    response = noise(2, 21)
    found = permute_doses(response, design, person, 2, CLASSES, seed=1, permutations=9, moderation="trend")
    model = fit_moderated_model(response, design.matrix, person, moderation="trend")
    t = model.test(unit_contrast(6, 5)).statistic
    for name, places in CLASSES.items():
        assert found[name].statistic == pytest.approx(t[places].mean(), rel=1e-9)


def test_missing_values_draw_the_statistic_towards_zero() -> None:
    design, person = trial([-1.0, -1, 0, 0, 1, 1, 2])
    response = noise(3, 21, 0.1) + 2 * (design.dose * design.by_dose[:, 2])[:, None]
    model = fit_moderated_model(response, design.matrix, person)
    t = model.test(unit_contrast(6, 5)).statistic
    single = {str(place): [place] for place in range(8)}
    found = permute_doses(response, design, person, 2, single, seed=1, permutations=9, model=model)
    complete = np.isfinite(response.sum(axis=0))
    for place in range(8):
        ratio = found[str(place)].statistic / t[place]
        assert ratio == pytest.approx(1, rel=1e-9) if complete[place] else 0.6 < ratio < 1
    assert 0 < complete.sum() < 8


@settings(max_examples=25)
@given(st.integers(0, 50), st.sampled_from([0.0, 0.1]), st.floats(-3, 3))
def test_effects_that_are_not_tested_do_not_matter(seed: int, missing: float, size: float) -> None:
    design, person = trial([0.0, 0, 1, 1, 2])
    response = noise(seed, 15, missing)
    effects = design.matrix[:, :-1] @ np.random.default_rng(seed).normal(size=(5, 8)) * size
    one, other = (
        permute_doses(values, design, person, 2, CLASSES, seed=1) for values in (response, response + effects)
    )
    for name in one:
        assert other[name].statistic == pytest.approx(one[name].statistic, rel=1e-6, abs=1e-9)
        assert other[name].p_increasing == pytest.approx(one[name].p_increasing)


@settings(max_examples=25)
@given(st.integers(0, 50), st.permutations(range(15)))
def test_order_of_rows_and_direction(seed: int, order: list[int]) -> None:
    design, person = trial([0.0, 0, 1, 1, 2])
    response = noise(seed, 15, 0.05)
    one = permute_doses(response, design, person, 2, CLASSES, seed=1)
    turned = DoseDesign(design.fixed[order], design.by_dose[order], design.dose[order])
    other = permute_doses(-response[order], turned, person[order], 2, CLASSES, seed=1)
    for name in one:
        assert other[name].statistic == pytest.approx(-one[name].statistic, abs=1e-8)
        assert other[name].p_decreasing == pytest.approx(one[name].p_increasing)
        assert other[name].p_distance == pytest.approx(one[name].p_distance)


def test_random_arrangements_agree_with_all_of_them() -> None:
    design, person = trial([0.0, 0, 0, 1, 1, 2, 2])
    response = noise(5, 21)
    every = permute_doses(response, design, person, 2, CLASSES, seed=1)
    drawn = permute_doses(response, design, person, 2, CLASSES, seed=1, permutations=2000, enumerate_up_to=1)
    again = permute_doses(response, design, person, 2, CLASSES, seed=1, permutations=2000, enumerate_up_to=1)
    assert drawn == again
    for name, test in every.items():
        assert test.exact
        assert test.arrangements == 210
        error = drawn[name].error_of(test.p_increasing)
        assert abs(drawn[name].p_increasing - test.p_increasing) < 4.5 * error
        assert drawn[name].smallest_attainable == pytest.approx(1 / 210)


def test_members_that_cannot_be_tested_and_empty_classes() -> None:
    design, person = trial([0.0, 0, 1, 1, 2])
    response = noise(6, 15)
    response[:, 0] = NAN
    response[:, 4:7] = 1.0
    found = permute_doses(response, design, person, 2, CLASSES, seed=1)
    assert {name: test.members for name, test in found.items()} == {"one": 3, "all": 4}
    assert permute_doses(response, design, person, 2, {"none": [0]}, seed=1) == {}


def test_an_arrangement_that_cannot_be_told_apart_counts_as_extreme() -> None:
    """A site column that equals one arrangement of the doses."""
    design, person = trial([0.0, 0, 1, 1])
    site = np.repeat([0.0, 1, 0, 1], 3) * design.by_dose[:, 2]
    crossed = DoseDesign(np.column_stack([design.fixed, site]), design.by_dose, design.dose)
    response = noise(7, 12) + 50 * (design.dose * design.by_dose[:, 2])[:, None]
    test = permute_doses(response, crossed, person, 2, {"one": [0, 1]}, seed=1)["one"]
    assert test.indistinct == 2
    assert test.p_increasing == pytest.approx(3 / 6)


def test_refusals() -> None:
    design, person = trial([0.0, 0, 1, 1, 2])
    response = noise(8, 15)
    same = DoseDesign(np.column_stack([design.fixed, design.dose * design.by_dose[:, 2]]), design.by_dose, design.dose)
    with pytest.raises(NotEstimable, match="cannot be told apart"):
        permute_doses(response, same, person, 2, CLASSES, seed=1)
    within = fit_moderated_within_people(response, design.matrix, person)
    with pytest.raises(ValueError, match="effects of people"):
        permute_doses(response, design, person, 2, CLASSES, seed=1, model=within)
    changing = DoseDesign(design.fixed, design.by_dose, np.arange(15.0))
    with pytest.raises(ValueError, match="more than one dose"):
        permute_doses(response, changing, person, 2, CLASSES, seed=1)
    with pytest.raises(ValueError, match="no column"):
        permute_doses(response, design, person, 3, CLASSES, seed=1)
    with pytest.raises(ValueError, match="need a row"):
        permute_doses(response[:-1], design, person, 2, CLASSES, seed=1)


def test_one_dose_only_is_refused() -> None:
    design, person = trial([1.0] * 5)
    with pytest.raises(NotEstimable, match="cannot be told apart"):
        permute_doses(noise(9, 15), design, person, 2, CLASSES, seed=1)


def interim(doses: list[float], seen_last: int) -> tuple[DoseDesign, np.ndarray]:
    """A design of three visits in which only the first people have the last one."""
    design, person = trial(doses)
    kept = (person < seen_last) | (design.by_dose[:, 2] == 0)
    return DoseDesign(design.fixed[kept], design.by_dose[kept], design.dose[kept]), person[kept]


def test_a_slope_that_nobody_tests_and_nobody_can_tell_does_not_matter() -> None:
    """The last visit is reached at one dose only: its slope is a multiple of its visit, and leaving it out changes
    neither the model nor the tested slope at the visit between."""
    design, person = interim([0.5, 0.5, 0.5, 1, 1, 1, 2, 2, 2], 3)
    response = noise(11, len(person))
    without = DoseDesign(design.fixed, design.by_dose[:, :2], design.dose)
    one, other = (permute_doses(response, each, person, 1, CLASSES, seed=3) for each in (design, without))
    assert set(one) == set(CLASSES)
    for name in one:
        assert one[name].statistic == pytest.approx(other[name].statistic, rel=1e-9)
        assert one[name].p_increasing == pytest.approx(other[name].p_increasing)
        assert (one[name].indistinct, one[name].possible) == (0, 1680)
    with pytest.raises(NotEstimable, match="cannot be told apart"):
        permute_doses(response, design, person, 2, CLASSES, seed=3)


def test_an_arrangement_that_hides_an_untested_slope_still_counts_as_one() -> None:
    """Three people of two doses have the last visit; where an arrangement gives them one dose, the tested slope stays.

    The truth is a fit of every arrangement by itself, with the residuals of the model without the tested column.
    """
    design, person = interim([0.0, 1, 1, 0, 1, 2], 3)
    response = noise(12, len(person))[:, :2]
    test = permute_doses(response, design, person, 1, {"one": [0, 1]}, seed=1)["one"]
    assert (test.exact, test.arrangements, test.indistinct) == (True, 60, 0)
    model = fit_moderated_model(response, design.matrix, person)
    others = np.column_stack([design.fixed, design.dose * design.by_dose[:, 0], design.dose * design.by_dose[:, 2]])
    correlation = model.fits.correlation or 0.0
    covariance = np.where(person[:, None] == person, correlation, 0.0) + (1 - correlation) * np.eye(len(person))
    inverse = np.linalg.inv(covariance)

    def fitted(columns: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        half = np.linalg.cholesky(inverse).T
        found = np.linalg.pinv(half @ columns, rcond=1e-10) @ (half @ values)
        rest = values - columns @ found
        return rest, np.einsum("ng,nm,mg->g", rest, inverse, rest)

    residuals, _ = fitted(others, response)
    prior, free = model.variances.prior, model.fits.degrees_of_freedom
    drawn = []
    for doses in sorted(set(permutations([0.0, 1, 1, 0, 1, 2]))):
        dose = np.array(doses)[person]
        rest_of = np.column_stack([design.fixed, dose * design.by_dose[:, 0], dose * design.by_dose[:, 2]])
        whole = np.column_stack([rest_of, dose * design.by_dose[:, 1]])
        _, without = fitted(rest_of, residuals)
        _, within = fitted(whole, residuals)
        half = np.linalg.cholesky(inverse).T
        sign = np.sign((np.linalg.pinv(half @ whole, rcond=1e-10) @ (half @ residuals))[-1])
        known = np.isfinite(prior.degrees_of_freedom)
        weight = np.where(known, prior.degrees_of_freedom, 0.0)
        variance = np.where(known, (weight * prior.variance + within) / (weight + free), prior.variance)
        drawn.append(float(np.mean(sign * np.sqrt(np.maximum(without - within, 0) / variance))))
    actual = test.statistic
    assert min(abs(np.array(drawn) - actual)) < 1e-8
    assert test.p_increasing == pytest.approx(np.mean(np.array(drawn) >= actual - 1e-9))
    assert test.p_decreasing == pytest.approx(np.mean(np.array(drawn) <= actual + 1e-9))
