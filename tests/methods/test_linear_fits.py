"""Least squares for many responses: what cannot be estimated is said, and what can does not depend on the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import (
    NEVER_CHANGES,
    NEVER_OBSERVED,
    NO_DEGREES_OF_FREEDOM,
    fit_linear,
    fit_within_people,
    weighting,
    whitened,
)
from firstdose.methods.response_matrix import arrange

NAN = float("nan")
PERSON = np.repeat(np.arange(6), 3)
DOSE = np.repeat([0.0, 0, 1, 1, 2, 2], 3)
LATER = np.tile([0.0, 1, 1], 6)
DESIGN = np.column_stack([np.ones(18), DOSE, LATER, DOSE * LATER])


def responses(seed: int, metabolites: int = 5, missing: float = 0.0) -> FloatArray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(18, metabolites)) + rng.normal(size=(6, metabolites))[PERSON] + 20
    return np.where(rng.random(values.shape) < missing, NAN, values)


def test_a_response_on_the_design_is_found_exactly() -> None:
    truth = np.array([[20.0, -1, 0.5, 2], [3, 0, 0, -1]])
    noise = responses(1, 2) * 1e-3
    for correlation in (0.0, 0.5):
        fits = fit_linear(arrange(DESIGN @ truth.T + noise, DESIGN, PERSON), correlation)
        assert np.abs(fits.coefficients - truth)[:, 1:].max() < 0.01


def test_metabolites_without_usable_variance_say_why() -> None:
    values = responses(2)
    values[:, 0] = NAN
    values[2:, 1] = NAN
    values[:, 2] = DESIGN @ [5, 1, 0, 0]
    values[:, 3] = 7.25
    fits = fit_linear(arrange(values, DESIGN, PERSON), 0.3)
    assert fits.problem == (NEVER_OBSERVED, NO_DEGREES_OF_FREEDOM, NEVER_CHANGES, NEVER_CHANGES, "")
    assert fits.usable.tolist() == [False, False, False, False, True]
    assert fits.degrees_of_freedom.tolist() == [0, 0, 14, 14, 14]
    assert np.isnan(fits.variance).tolist() == [True, True, False, False, False]
    assert np.isnan(fits.coefficients[0]).all()
    np.testing.assert_allclose(fits.coefficients[2], [5, 1, 0, 0], atol=1e-12)


def test_a_visit_without_values_leaves_its_contrasts_open_and_no_others() -> None:
    second = np.tile([0.0, 1, 0], 6)
    design = np.column_stack([np.ones(18), DOSE, second, DOSE * second])
    values = responses(3, 2)
    values[second == 1, 0] = NAN
    fits = fit_linear(arrange(values, design, PERSON), 0.4)
    assert np.isnan(fits.coefficients).tolist() == [[False, False, True, True], [False] * 4]
    assert np.isnan(fits.unscaled_deviations).tolist() == [[False, False, True, True], [False] * 4]
    assert fits.degrees_of_freedom.tolist() == [10, 14]


def test_one_dose_left_at_a_visit_cannot_show_a_slope_there() -> None:
    """What software that drops the last of two dependent columns would still report."""
    second = np.tile([0.0, 1, 0], 6)
    design = np.column_stack([np.ones(18), DOSE, second, DOSE * second])
    values = responses(4, 1)
    values[(second == 1) & (DOSE != 1), 0] = NAN
    fits = fit_linear(arrange(values, design, PERSON), 0.0)
    assert np.isnan(fits.coefficients[0]).tolist() == [False, False, True, True]
    at_one = fits.contrasts([[0, 0, 1, 1]]).estimate[0, 0]
    expected = values[(second == 1) & (DOSE == 1), 0].mean() - fits.coefficients[0, :2] @ [1, 1]
    assert at_one == pytest.approx(expected)


def test_dependent_columns_leave_only_their_contrasts_open() -> None:
    batch = (DOSE > 0).astype(float)
    cohort = 1 - batch
    design = np.column_stack([DESIGN, batch, cohort])
    plain = fit_linear(arrange(responses(5), np.column_stack([DESIGN, batch]), PERSON), 0.2)
    fits = fit_linear(arrange(responses(5), design, PERSON), 0.2)
    assert np.isnan(fits.coefficients).all(axis=0).tolist() == [True, False, False, False, True, True]
    np.testing.assert_allclose(fits.coefficients[:, 1:4], plain.coefficients[:, 1:4], rtol=1e-9)
    difference = fits.contrasts([[0, 0, 0, 0, 1, -1]]).estimate[:, 0]
    np.testing.assert_allclose(difference, plain.coefficients[:, 4], rtol=1e-9)


@given(st.integers(0, 1000), st.sampled_from([0.0, 0.2]), st.floats(-0.4, 0.9), st.permutations(range(18)))
def test_neither_order_of_rows_nor_other_metabolites_matter(
    seed: int, missing: float, correlation: float, order: list[int]
) -> None:
    values = responses(seed, 4, missing)
    one = fit_linear(arrange(values, DESIGN, PERSON), correlation)
    other = fit_linear(arrange(values[order][:, ::-1], DESIGN[order], PERSON[order]), correlation)
    np.testing.assert_allclose(one.coefficients, other.coefficients[::-1], atol=1e-9)
    np.testing.assert_allclose(one.variance, other.variance[::-1], rtol=1e-9)
    assert one.problem == other.problem[::-1]


@given(st.floats(-0.45, 0.95))
def test_whitening_is_the_root_of_the_inverse_covariance(correlation: float) -> None:
    data = arrange(np.eye(5), np.ones((5, 1)), [1, 1, 1, 2, 2])
    root = whitened(data, weighting(correlation, 3), np.eye(5))
    covariance = np.where(data.person[:, None] == data.person, correlation, 0.0) + (1 - correlation) * np.eye(5)
    np.testing.assert_allclose(root @ covariance @ root.T, np.eye(5), atol=1e-10)
    np.testing.assert_allclose(root, root.T, atol=1e-12)


def test_within_people_is_the_limit_of_a_strong_correlation() -> None:
    data = arrange(responses(6, missing=0.15), DESIGN, PERSON)
    within, strong = fit_within_people(data), fit_linear(data, 1 - 1e-9)
    np.testing.assert_allclose(within.coefficients[:, 2:], strong.coefficients[:, 2:], rtol=1e-6)
    assert np.isnan(within.coefficients[:, :2]).all()


@pytest.mark.parametrize("correlation", [-0.5, 1.0, 1.5, NAN])
def test_impossible_correlations_are_refused(correlation: float) -> None:
    with pytest.raises(ValueError, match=r"must lie between -0\.5 and 1"):
        fit_linear(arrange(responses(1), DESIGN, PERSON), correlation)
