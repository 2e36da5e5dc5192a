"""The moderated model: tests agree with each other, and what cannot be tested is NaN and says why."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import NEVER_CHANGES, NEVER_OBSERVED, NO_DEGREES_OF_FREEDOM
from firstdose.methods.moderated_model import (
    MODERATIONS,
    ModeratedModel,
    Moderation,
    fit_moderated_model,
    fit_moderated_within_people,
    unit_contrast,
)
from firstdose.methods.moderated_tests import log_odds
from firstdose.methods.tail_probabilities import t_two_sided

NAN = float("nan")
PEOPLE = 8
PERSON = np.repeat(np.arange(PEOPLE), 3)
DOSE = np.repeat(np.repeat([-1.0, 0, 1, 2], 2), 3)
LATER = np.tile([0.0, 1, 1], PEOPLE)
DESIGN = np.column_stack([np.ones(3 * PEOPLE), DOSE, LATER, DOSE * LATER])
SLOPE = unit_contrast(4, 3)


def responses(seed: int, metabolites: int = 40, missing: float = 0.0, slope: float = 0.0) -> FloatArray:
    rng = np.random.default_rng(seed)
    scales = np.exp(0.4 * rng.normal(size=metabolites))
    values = scales * (rng.normal(size=(3 * PEOPLE, metabolites)) + rng.normal(size=(PEOPLE, metabolites))[PERSON])
    values += 20 + slope * (DOSE * LATER)[:, None]
    return np.where(rng.random(values.shape) < missing, NAN, values)


@pytest.mark.parametrize("moderation", MODERATIONS)
def test_every_moderation_finds_a_slope(moderation: Moderation) -> None:
    model = fit_moderated_model(responses(1, slope=1.5), DESIGN, PERSON, moderation=moderation)
    found = model.test(SLOPE)
    assert (found.p < 0.05).mean() > 0.6
    assert np.median(found.estimate) == pytest.approx(1.5, abs=0.3)
    assert 0.2 < model.fits.correlation < 0.7  # type: ignore[operator]


@settings(max_examples=25)
@given(st.integers(0, 300), st.sampled_from([0.0, 0.1]), st.floats(0.5, 0.99))
def test_interval_excludes_zero_when_the_test_rejects(seed: int, missing: float, certainty: float) -> None:
    found = fit_moderated_model(responses(seed, 12, missing), DESIGN, PERSON).test(SLOPE, certainty=certainty)
    excluded = (found.lower > 0) | (found.upper < 0)
    np.testing.assert_array_equal(excluded, found.p < 1 - certainty)
    np.testing.assert_allclose(found.lower + found.upper, 2 * found.estimate, atol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 300), st.sampled_from([0.0, 0.1]))
def test_f_of_one_contrast_is_t_squared(seed: int, missing: float) -> None:
    model = fit_moderated_model(responses(seed, 12, missing), DESIGN, PERSON)
    t, f = model.test(SLOPE), model.joint_test(SLOPE)
    np.testing.assert_allclose(f.statistic, t.statistic**2, rtol=1e-9)
    np.testing.assert_allclose(f.p, t.p, rtol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 100))
def test_f_does_not_depend_on_how_contrasts_are_written(seed: int) -> None:
    model = fit_moderated_model(responses(seed, 10, 0.1), DESIGN, PERSON)
    one = model.joint_test([[0, 1, 0, 0], [0, 0, 0, 1]])
    other = model.joint_test([[0, 1, 0, 1], [0, 3, 0, -1]])
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-8)
    assert one.numerator_degrees_of_freedom == 2


@settings(max_examples=25)
@given(st.integers(0, 300), st.floats(0, 2), st.floats(0, 2))
def test_a_higher_threshold_never_has_a_smaller_probability(seed: int, one: float, other: float) -> None:
    model = fit_moderated_model(responses(seed, 12, 0.05), DESIGN, PERSON)
    low, high = (model.test_beyond(SLOPE, threshold).p for threshold in sorted([one, other]))
    assert (high >= low - 1e-12).all()
    np.testing.assert_allclose(model.test_beyond(SLOPE, 0.0).p, model.test(SLOPE).p)


def test_threshold_by_hand() -> None:
    """An estimate right at the threshold is half below it: p = 1/2 and the far tail."""
    model = fit_moderated_model(responses(2), DESIGN, PERSON)
    found = model.test(SLOPE)
    size = abs(float(found.estimate[4]))
    beyond = model.test_beyond(SLOPE, size)
    far = t_two_sided(2 * size / found.standard_error[4], found.degrees_of_freedom[4]) / 2
    assert beyond.p[4] == pytest.approx(0.5 + float(far))
    assert beyond.statistic[4] == 0


def test_metabolites_that_cannot_be_tested_say_why_and_do_not_disturb() -> None:
    values = responses(3, missing=0.05)
    spoilt = np.column_stack([np.full(len(values), NAN), values, np.full(len(values), 2.5)])
    one, other = fit_moderated_model(values, DESIGN, PERSON), fit_moderated_model(spoilt, DESIGN, PERSON)
    assert (other.problem[0], other.problem[-1]) == (NEVER_OBSERVED, NEVER_CHANGES)
    np.testing.assert_allclose(other.test(SLOPE).p[1:-1], one.test(SLOPE).p)
    for found in (other.test(SLOPE).p, other.joint_test(SLOPE).p, other.test_beyond(SLOPE, 0.1).p):
        assert np.isnan(found[[0, -1]]).all()
        assert np.isfinite(found[1:-1]).all()


def test_batch_equal_to_dose_refuses_only_what_needs_them_apart() -> None:
    batch = (DOSE > 0).astype(float)
    model = fit_moderated_model(responses(4), np.column_stack([DESIGN[:, [0, 2]], batch, 1 - batch]), PERSON)
    assert np.isnan(model.test([0, 0, 1, 0]).p).all()
    assert np.isfinite(model.test([0, 0, 1, -1]).p).all()
    assert np.isfinite(model.test([0, 1, 0, 0]).p).all()


def test_one_visit_only_has_no_correlation() -> None:
    first = LATER == 0
    model = fit_moderated_model(responses(5)[first], DESIGN[first][:, :2], PERSON[first])
    assert (model.correlation, model.fits.correlation) == (None, 0.0)
    assert np.isfinite(model.test([0, 1]).p).all()


def test_a_given_correlation_is_used() -> None:
    model = fit_moderated_model(responses(6), DESIGN, PERSON, correlation=0.25)
    assert (model.correlation, model.fits.correlation) == (None, 0.25)


def test_within_people_tests_changes_only() -> None:
    model = fit_moderated_within_people(responses(7, slope=1.5), DESIGN, PERSON)
    assert np.isnan(model.test([0, 1, 0, 0]).p).all()
    assert (model.test(SLOPE).p < 0.05).mean() > 0.5


def test_log_odds_rise_with_the_statistic() -> None:
    model = fit_moderated_model(responses(8, 200, slope=0.5), DESIGN, PERSON)
    found = model.test(SLOPE)
    odds, prior = log_odds(found, model.variances)
    order = np.argsort(np.abs(found.statistic))
    assert (np.diff(odds[order]) > 0).all()
    assert prior > 0
    more = log_odds(found, model.variances, proportion=0.2)[0]
    assert (more > odds).all()


@pytest.mark.parametrize("moderation", MODERATIONS)
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.zeros((24, 0)), ()),
        (np.full((24, 2), NAN), (NEVER_OBSERVED,) * 2),
        (np.ones((24, 2)), (NEVER_CHANGES,) * 2),
        (np.where(np.arange(24)[:, None] < 2, responses(10, 2), NAN), (NO_DEGREES_OF_FREEDOM,) * 2),
    ],
    ids=["none", "never observed", "constant", "two values"],
)
def test_nothing_to_test_is_no_error(moderation: Moderation, values: FloatArray, problem: tuple[str, ...]) -> None:
    model = fit_moderated_model(values, DESIGN, PERSON, moderation=moderation)
    assert (model.problem, model.fits.correlation) == (problem, 0.0)
    found = model.test(SLOPE)
    assert np.isnan(found.p).all()
    assert np.isnan(model.joint_test([SLOPE]).p).all()
    assert np.isnan(log_odds(found, model.variances)[0]).all()


def test_unknown_words_and_numbers_are_named() -> None:
    values = responses(9, 4)
    with pytest.raises(ValueError, match="moderation 'loess' is none of plain, trend, robust, trend-robust"):
        fit_moderated_model(values, DESIGN, PERSON, moderation="loess")  # type: ignore[arg-type]
    model: ModeratedModel = fit_moderated_model(values, DESIGN, PERSON)
    with pytest.raises(ValueError, match="certainty"):
        model.test(SLOPE, certainty=1.0)
    with pytest.raises(ValueError, match="threshold"):
        model.test_beyond(SLOPE, -0.1)
    with pytest.raises(ValueError, match="depend on each other"):
        model.joint_test([[0, 1, 0, 0], [0, 2, 0, 0]])
    with pytest.raises(ValueError, match="proportion"):
        log_odds(model.test(SLOPE), model.variances, proportion=0)
