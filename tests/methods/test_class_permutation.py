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


@pytest.mark.parametrize(("numbers", "fewest"), [(1, 2), (1, 7), (10_000_000, 1)])
def test_how_many_arrangements_are_tried_at_a_time_does_not_matter(
    numbers: int, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two or more: one alone is multiplied in another order, which may change the last digit."""
    design, person = trial([1, 1, 2, 2, 3, 3, 4, 4])
    values = noise(3, len(person))
    model = fit_moderated_model(values, design.matrix, person)
    classes = {"some": [0, 1, 2], "others": [3, 4]}
    expected = permute_doses(values, design, person, 1, classes, seed=1, model=model)
    monkeypatch.setattr("firstdose.methods.class_permutation.AT_ONCE", numbers)
    monkeypatch.setattr("firstdose.methods.class_permutation.FEWEST_AT_ONCE", fewest)
    assert permute_doses(values, design, person, 1, classes, seed=1, model=model) == expected


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


def by_refitting(
    response: FloatArray, design: DoseDesign, person: np.ndarray, tested: int, told: list[int], doses: list[float]
) -> list[float]:
    """The mean t over metabolites for every arrangement of doses, each fitted by itself with the whole covariance.

    What is fitted are the residuals of the model without the tested column; ``told`` are the other columns with dose
    that do not depend on others.
    """
    model = fit_moderated_model(response, design.matrix, person)
    correlation = model.fits.correlation or 0.0
    covariance = np.where(person[:, None] == person, correlation, 0.0) + (1 - correlation) * np.eye(len(person))
    inverse = np.linalg.inv(covariance)
    half = np.linalg.cholesky(inverse).T

    def fitted(columns: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        rest = values - columns @ (np.linalg.pinv(half @ columns, rcond=1e-10) @ (half @ values))
        return rest, np.einsum("ng,nm,mg->g", rest, inverse, rest)

    residuals, _ = fitted(np.column_stack([design.fixed, design.dose[:, None] * design.by_dose[:, told]]), response)
    prior, free = model.variances.prior, model.fits.degrees_of_freedom
    known = np.isfinite(prior.degrees_of_freedom)
    weight = np.where(known, prior.degrees_of_freedom, 0.0)
    drawn = []
    for dealt in sorted(set(permutations(doses))):
        products = np.array(dealt)[person][:, None] * design.by_dose
        rest_of = np.column_stack([design.fixed, np.delete(products, tested, axis=1)])
        whole = np.column_stack([rest_of, products[:, tested]])
        without, within = (fitted(columns, residuals)[1] for columns in (rest_of, whole))
        sign = np.sign((np.linalg.pinv(half @ whole, rcond=1e-10) @ (half @ residuals))[-1])
        variance = np.where(known, (weight * prior.variance + within) / (weight + free), prior.variance)
        drawn.append(float(np.mean(sign * np.sqrt(np.maximum(without - within, 0) / variance))))
    return drawn


def test_an_arrangement_that_hides_an_untested_slope_still_counts_as_one() -> None:
    """Three people of two doses have the last visit; where an arrangement gives them one, the tested slope stays."""
    doses = [0.0, 1, 1, 0, 1, 2]
    design, person = interim(doses, 3)
    response = noise(12, len(person))[:, :2]
    test = permute_doses(response, design, person, 1, {"one": [0, 1]}, seed=1)["one"]
    assert (test.exact, test.arrangements, test.indistinct) == (True, 60, 0)
    drawn = by_refitting(response, design, person, 1, [0, 2], doses)
    assert min(abs(np.array(drawn) - test.statistic)) < 1e-8
    assert test.p_increasing == pytest.approx(np.mean(np.array(drawn) >= test.statistic - 1e-9))
    assert test.p_decreasing == pytest.approx(np.mean(np.array(drawn) <= test.statistic + 1e-9))


@pytest.mark.parametrize("seed", range(5))
def test_a_slope_that_batches_hide_is_fitted_where_an_arrangement_shows_it(seed: int) -> None:
    """A batch for each dose: the slope at the first visit is the batches' as the doses were given, and no longer when
    they are dealt anew. Without it the tested change would take up differences between people."""
    doses = [0.0, 0, 1, 1, 2]
    plain, person = trial(doses)
    batches = (plain.dose[:, None] == np.array([1.0, 2.0])).astype(float)
    design = DoseDesign(np.column_stack([plain.fixed, batches]), plain.by_dose, plain.dose)
    people = 2 * np.random.default_rng(seed + 100).normal(size=(5, 8))[person]
    response = (noise(seed, 15) + people)[:, :3]
    test = permute_doses(response, design, person, 2, {"one": [0, 1, 2]}, seed=1)["one"]
    assert (test.exact, test.arrangements, test.indistinct) == (True, 30, 0)
    drawn = by_refitting(response, design, person, 2, [1], doses)
    assert min(abs(np.array(drawn) - test.statistic)) < 1e-8
    assert test.p_increasing == pytest.approx(np.mean(np.array(drawn) >= test.statistic - 1e-9))
    assert test.p_decreasing == pytest.approx(np.mean(np.array(drawn) <= test.statistic + 1e-9))
