"""Small-sample tests where they are exact: t and F of balanced data; and the shape and refusals of the rest."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution
from scipy.stats import ttest_ind

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.mixed_model import fit_repeated_measures
from firstdose.methods.mixed_model_fit import MixedModelFit
from firstdose.methods.mixed_model_inference import (
    SmallSample,
    average_rows,
    contrasts,
    joint_test,
    kenward_roger,
    satterthwaite,
)

PEOPLE, VISITS = 14, 3
BOTH = pytest.mark.parametrize("method", [satterthwaite, kenward_roger])


def split_plot(seed: int = 4) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Two groups, three visits, all cell means: the classical split plot."""
    random = np.random.default_rng(seed)
    subject, visit = np.divmod(np.arange(PEOPLE * VISITS), VISITS)
    group = subject % 2
    response = (random.normal(size=(PEOPLE, 1)) + random.normal(size=(PEOPLE, VISITS))).ravel() + 0.5 * visit * group
    cell = np.eye(2 * VISITS)[group * VISITS + visit]
    return response, cell, subject, visit


def person_means() -> tuple[FloatArray, FloatArray]:
    means = split_plot()[0].reshape(PEOPLE, VISITS).mean(axis=1)
    return means[::2], means[1::2]


GROUPS = np.array([-1, -1, -1, 1, 1, 1]) / VISITS
INTERACTION = np.array([[1, -1, 0, -1, 1, 0], [0, 1, -1, 0, -1, 1]], dtype=float)


def adjusted(structure: str = "compound symmetry") -> SmallSample:
    return kenward_roger(fit_repeated_measures(*split_plot(), structure))


@BOTH
@pytest.mark.parametrize("structure", ["compound symmetry", "unstructured"])
def test_difference_of_groups_is_the_t_test_of_person_means(
    method: Callable[[MixedModelFit], SmallSample], structure: str
) -> None:
    found = contrasts(method(fit_repeated_measures(*split_plot(), structure)), GROUPS)
    exact = ttest_ind(*person_means()[::-1])
    assert found.degrees_of_freedom[0] == pytest.approx(PEOPLE - 2)
    assert found.statistic[0] == pytest.approx(exact.statistic)
    assert found.p_value[0] == pytest.approx(exact.pvalue)
    interval = exact.confidence_interval(0.95)
    assert (found.lower[0], found.upper[0]) == pytest.approx((interval.low, interval.high))


@BOTH
def test_interaction_is_the_f_test_of_the_split_plot(method: Callable[[MixedModelFit], SmallSample]) -> None:
    response, cell, subject, visit = split_plot()
    found = joint_test(method(fit_repeated_measures(response, cell, subject, visit, "compound symmetry")), INTERACTION)
    people = np.eye(PEOPLE)[subject]
    additive = np.column_stack([people, np.eye(VISITS)[visit][:, 1:]])
    full = np.column_stack([additive, cell[:, [4, 5]]])
    left = [float(np.linalg.lstsq(x, response)[1].sum()) for x in (additive, full)]
    free = (PEOPLE - 2) * (VISITS - 1)
    exact = (left[0] - left[1]) / 2 / (left[1] / free)
    assert (found.statistic, found.denominator_degrees_of_freedom, found.scale) == pytest.approx((exact, free, 1.0))
    assert found.p_value == pytest.approx(f_distribution.sf(exact, 2, free))


def test_unstructured_interaction_is_hotellings_t_squared() -> None:
    """Kenward and Roger's F of several contrasts is exact there, scale included."""
    found = joint_test(adjusted("unstructured"), INTERACTION)
    changes = -np.diff(split_plot()[0].reshape(PEOPLE, VISITS), axis=1)
    groups = changes[::2], changes[1::2]
    difference = groups[0].mean(axis=0) - groups[1].mean(axis=0)
    pooled = sum((len(each) - 1) * np.cov(each.T) for each in groups) / (PEOPLE - 2)
    squared = difference @ np.linalg.solve(pooled * 4 / PEOPLE, difference)
    free = PEOPLE - 2 - 2 + 1
    assert found.denominator_degrees_of_freedom == pytest.approx(free)
    assert found.statistic == pytest.approx(squared * free / ((PEOPLE - 2) * 2))


@BOTH
def test_one_row_of_a_joint_test_is_the_t_test(method: Callable[[MixedModelFit], SmallSample]) -> None:
    small_sample = method(fit_repeated_measures(*split_plot(), "autoregressive"))
    one, joint = contrasts(small_sample, GROUPS), joint_test(small_sample, GROUPS)
    assert joint.statistic == pytest.approx(one.statistic[0] ** 2)
    assert joint.denominator_degrees_of_freedom == one.degrees_of_freedom[0]
    assert joint.p_value == pytest.approx(one.p_value[0])


def test_joint_tests_depend_on_the_space_of_the_rows_only() -> None:
    turned = np.array([[2.0, 1.0], [-1.0, 3.0]]) @ INTERACTION
    for small_sample in (adjusted(), adjusted("unstructured")):
        one, other = joint_test(small_sample, INTERACTION), joint_test(small_sample, turned)
        assert one.statistic == pytest.approx(other.statistic)
        assert one.denominator_degrees_of_freedom == pytest.approx(other.denominator_degrees_of_freedom)


@BOTH
def test_no_information_gives_no_p_value(method: Callable[[MixedModelFit], SmallSample]) -> None:
    """As if the covariance parameters were hardly known at all."""
    small_sample = method(fit_repeated_measures(*split_plot(), "compound symmetry"))
    vague = replace(small_sample, weights=100 * small_sample.weights)
    found = joint_test(vague, [GROUPS, *INTERACTION])
    assert np.isnan([found.p_value, found.denominator_degrees_of_freedom, found.scale]).all()
    assert found.statistic > 0


def test_interval_and_p_value_agree_with_student() -> None:
    found = contrasts(adjusted("autoregressive"), np.eye(6), certainty=0.9)
    half = t_distribution.ppf(0.95, found.degrees_of_freedom) * found.standard_error
    np.testing.assert_allclose(found.upper - found.estimate, half)
    np.testing.assert_allclose(found.estimate - found.lower, half)
    expected = 2 * t_distribution.sf(np.abs(found.statistic), found.degrees_of_freedom)
    np.testing.assert_allclose(found.p_value, expected)


def test_least_squares_means_average_a_grid() -> None:
    names, rows = average_rows([[1, 0, 0], [1, 1, 0], [1, 0, 2], [1, 1, 2]], ["low", "low", "high", "high"])
    np.testing.assert_array_equal(names, ["high", "low"])
    np.testing.assert_array_equal(rows, [[1, 0.5, 2], [1, 0.5, 0]])
    with pytest.raises(ValueError, match="need shapes"):
        average_rows([[1, 0, 0]], [1, 2])


def test_a_row_of_zeros_has_no_test() -> None:
    found = contrasts(adjusted(), np.zeros(6))
    assert found.standard_error[0] == 0
    assert np.isnan(found.p_value[0])


def test_refusals() -> None:
    small_sample = adjusted()
    for rows in (np.zeros(5), np.full(6, np.nan), np.zeros((1, 1, 6))):
        with pytest.raises(ValueError, match="a finite number for each"):
            contrasts(small_sample, rows)
    for certainty in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="certainty"):
            contrasts(small_sample, GROUPS, certainty=certainty)
    with pytest.raises(ValueError, match="independent of each other"):
        joint_test(small_sample, [GROUPS, 2 * GROUPS])
    with pytest.raises(ValueError, match="restricted maximum likelihood"):
        kenward_roger(fit_repeated_measures(*split_plot(), "compound symmetry", restricted=False))
    with pytest.raises(ValueError, match="unknown"):
        kenward_roger(small_sample.fit, form="quadratic")  # type: ignore[arg-type]


def test_methods_say_what_they_are() -> None:
    fit = fit_repeated_measures(*split_plot(), "autoregressive")
    assert satterthwaite(fit).description == "Satterthwaite, observed information"
    assert kenward_roger(fit).description == "Kenward-Roger, linear form, observed information"
    assert kenward_roger(fit, form="general", information="expected").description.endswith("expected information")


def test_the_linear_form_is_the_general_one_without_second_derivatives() -> None:
    """Unadjusted and linear differ little; balanced and compound symmetric they are equal, the general form is not."""
    fit = fit_repeated_measures(*split_plot(), "compound symmetry")
    np.testing.assert_allclose(kenward_roger(fit).covariance, fit.coefficient_covariance, atol=1e-9)
    assert not np.allclose(kenward_roger(fit, form="general").covariance, fit.coefficient_covariance, atol=1e-4)
