"""Permutation of doses and adjusted slopes: against plain enumeration, and textbook matrix algebra."""

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from firstdose.analysis.attribution.dose_slopes import adjusted_slopes, permuted_slope

DOUBLING = np.log2([5, 5, 5, 10, 10, 16])
VALUES = np.array([0.3, -0.2, 0.5, 0.9, 0.4, 1.7])


def test_permutation_counts_every_order_of_people() -> None:
    slopes = [abs(linregress(DOUBLING[list(order)], VALUES).slope) for order in permutations(range(6))]
    observed = abs(linregress(DOUBLING, VALUES).slope)
    found = permuted_slope(DOUBLING, VALUES, seed=1)
    assert found.p == pytest.approx(np.mean([slope >= observed - 1e-12 for slope in slopes]))
    assert found.is_exact
    assert found.smallest == pytest.approx(1 / 60)  # 6! / (3! 2! 1!)


def test_many_people_are_drawn_at_random_and_the_test_keeps_its_level() -> None:
    draw = np.random.default_rng(5)
    doubling = np.repeat(np.log2([5, 10, 16, 24]), (3, 3, 3, 6))
    found = np.array([permuted_slope(doubling, draw.normal(size=15), seed=2).p for _ in range(1000)])
    assert abs((found <= 0.05).mean() - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 1000)
    assert not permuted_slope(doubling, draw.normal(size=15), seed=2).is_exact


@pytest.mark.parametrize(("doubling", "values"), [([1.0, 1.0], [0.0, 1.0]), ([1.0, 2.0], [3.0, 3.0])])
def test_nothing_to_permute_is_refused(doubling: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"needed|same"):
        permuted_slope(np.array(doubling), np.array(values), seed=1)


def test_adjusted_slopes_are_those_of_the_normal_equations() -> None:
    draw = np.random.default_rng(3)
    columns, value = draw.normal(size=(12, 2)), draw.normal(size=12)
    design = np.column_stack([np.ones(12), columns])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ value
    variance = ((value - design @ beta) ** 2).sum() / 9
    for place, found in enumerate(adjusted_slopes(columns, value), start=1):
        error = np.sqrt(variance * inverse[place, place])
        assert found.estimate == pytest.approx(beta[place])
        assert found.upper - found.estimate == pytest.approx(student.ppf(0.975, 9) * error)
        assert found.p == pytest.approx(2 * student.sf(abs(beta[place] / error), 9))


def test_one_column_gives_the_straight_line() -> None:
    (found,) = adjusted_slopes(DOUBLING[:, None], VALUES)
    line = linregress(DOUBLING, VALUES)
    assert (found.estimate, found.p) == pytest.approx((line.slope, line.pvalue))


@pytest.mark.parametrize(
    ("columns", "why"), [(np.ones((3, 2)), "3 people"), (np.ones((6, 2)), "told apart"), (DOUBLING[:, None], "exactly")]
)
def test_what_cannot_be_fitted_is_refused(columns: np.ndarray, why: str) -> None:
    value = 2 * DOUBLING[: len(columns)] + 1
    with pytest.raises(ValueError, match=why):
        adjusted_slopes(columns, value)
