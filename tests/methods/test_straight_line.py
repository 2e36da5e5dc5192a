"""The slope of a straight line against scipy's linear regression, and how often its interval holds the truth."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress, t

from firstdose.methods.straight_line import fit_slope

NUMBERS = st.integers(-50, 50).map(lambda number: number / 4)


@given(st.lists(st.tuples(st.sampled_from([2.3, 3.3, 4.0, 4.6]), NUMBERS), min_size=3, max_size=20))
def test_as_scipy(rows: list[tuple[float, float]]) -> None:
    x, y = (np.array(one) for one in zip(*rows, strict=True))
    if np.unique(x).size < 2 or np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), x, y])) < 3:
        return
    found, other = fit_slope(x, y, certainty=0.9), linregress(x, y)
    if other.stderr < 1e-9:
        return
    half = t(len(x) - 2).ppf(0.95) * other.stderr
    assert found.estimate == pytest.approx(other.slope, abs=1e-9)
    assert found.standard_error == pytest.approx(other.stderr, rel=1e-7)
    assert (found.lower, found.upper) == pytest.approx((other.slope - half, other.slope + half), rel=1e-6, abs=1e-9)
    assert found.p == pytest.approx(other.pvalue, rel=1e-6, abs=1e-12)
    assert found.degrees_of_freedom == len(x) - 2


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw, dose = np.random.default_rng(2), np.log2(np.repeat([5, 10, 16, 24], [3, 3, 3, 6]))
    fits = [fit_slope(dose, 0.3 * dose + draw.normal(size=15)) for _ in range(2000)]
    share = np.mean([fit.lower <= 0.3 <= fit.upper for fit in fits])
    assert abs(share - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_slope([1, 2], [1, 2, 3]), "shapes"),
        (lambda: fit_slope([1, 2, 3], [1, 2, np.nan]), "finite"),
        (lambda: fit_slope([1, 2], [1, 2]), "2 people"),
        (lambda: fit_slope([1, 1, 1], [1, 2, 3]), "two or more"),
        (lambda: fit_slope([1, 2, 3], [2, 4, 6]), "exactly"),
        (lambda: fit_slope([1, 2, 3], [5, 5, 5]), "exactly"),
        (lambda: fit_slope([1, 2, 3], [1, 2, 4], certainty=1), "certainty"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
