"""The correlation within people: known cases, invariance, and what cannot be estimated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.response_matrix import arrange
from firstdose.methods.within_person_correlation import MARGIN, common_correlation, within_person_correlation

NAN = float("nan")
ONES = np.ones((12, 1))
PERSON = np.repeat(np.arange(4), 3)


def responses(seed: int, people: float, metabolites: int = 6) -> FloatArray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(12, metabolites)) + people * rng.normal(size=(4, metabolites))[PERSON]


def test_balanced_one_way_layout_is_the_analysis_of_variance() -> None:
    """Restricted maximum likelihood then has a closed form: (MSB - MSW) / (MSB + (v - 1) MSW)."""
    values = responses(1, 1.0)
    means = values.reshape(4, 3, -1).mean(axis=1)
    between = 3 * means.var(axis=0, ddof=1)
    within = np.square(values - means[PERSON]).sum(axis=0) / 8
    expected = (between - within) / (between + 2 * within)
    found = within_person_correlation(arrange(values, ONES, PERSON)).each
    np.testing.assert_allclose(found, np.clip(expected, -0.5 + MARGIN, 1 - MARGIN), atol=1e-9)
    assert (expected < 1 - MARGIN).all()


@given(st.integers(0, 200), st.floats(-100, 100), st.floats(0.01, 100))
def test_units_and_offsets_do_not_matter(seed: int, offset: float, unit: float) -> None:
    values = responses(seed, 0.7)
    values[2, 0] = NAN
    one = within_person_correlation(arrange(values, ONES, PERSON))
    other = within_person_correlation(arrange(offset + unit * values, ONES, PERSON))
    np.testing.assert_allclose(one.each, other.each, atol=1e-6)


def test_people_that_never_differ_within_reach_the_upper_margin() -> None:
    values = np.repeat(np.arange(4.0), 3)[:, None] + 1e-6 * responses(3, 0.0, 1)
    assert within_person_correlation(arrange(values, ONES, PERSON)).each[0] == pytest.approx(1 - MARGIN)


def test_people_that_only_differ_within_reach_the_lower_margin() -> None:
    values = np.tile([-1.0, 0, 1], 4)[:, None] + 1e-6 * responses(3, 0.0, 1)
    assert within_person_correlation(arrange(values, ONES, PERSON)).each[0] == pytest.approx(-0.5 + MARGIN)


def test_metabolites_that_cannot_inform_are_left_out() -> None:
    values = responses(4, 1.0, 5)
    values[:, 0] = NAN
    values[np.arange(12) % 3 > 0, 1] = NAN  # everybody once
    values[:, 2] = 7.0
    found = within_person_correlation(arrange(values, ONES, PERSON))
    assert np.isnan(found.each).tolist() == [True, True, True, False, False]
    assert found.common == pytest.approx(float(np.tanh(np.arctanh(found.each[3:]).mean())))


def test_common_correlation_is_a_trimmed_mean() -> None:
    each = np.tanh(np.array([-3.0, 0.1, 0.2, 0.3, 0.4, 0.5, 3.0, NAN]))
    assert common_correlation(each) == pytest.approx(float(np.tanh(0.3)))


def test_nobody_observed_twice_is_not_estimable() -> None:
    with pytest.raises(NotEstimable, match="twice"):
        within_person_correlation(arrange(responses(1, 1.0), ONES, np.arange(12)))
    with pytest.raises(NotEstimable, match="no metabolite informs"):
        within_person_correlation(arrange(np.full((12, 2), 5.0), ONES, PERSON))
