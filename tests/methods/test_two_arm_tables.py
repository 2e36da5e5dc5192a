"""Two arms for many tables at once equal the methods that analyse one trial."""

import numpy as np
import pytest
from scipy.special import chdtrc
from scipy.stats import fisher_exact

from firstdose.methods.firth import firth_logistic
from firstdose.methods.trend import cochran_armitage
from firstdose.methods.two_arm_tables import exact_two_arms, firth_two_arms, normal_score_of_tail

TABLES = [(20, 3, 22, 9), (15, 0, 15, 4), (7, 7, 9, 0), (60, 10, 60, 21), (5, 0, 6, 0), (4, 4, 3, 3), (30, 12, 8, 2)]


@pytest.mark.parametrize("table", TABLES)
def test_firth_is_that_of_the_analysis(table: tuple[int, int, int, int]) -> None:
    n, x, m, y = table
    outcome = np.array([1.0] * x + [0.0] * (n - x) + [1.0] * y + [0.0] * (m - y))
    design = np.column_stack([np.ones(n + m), np.repeat([1.0, 0.0], [n, m])])
    fit = firth_logistic(design, outcome)
    root = float(firth_two_arms(*table))
    assert chdtrc(1, root**2) == pytest.approx(fit.p[1], abs=1e-8)
    assert np.sign(root) == -np.sign(np.round(fit.coefficients[1], 9))


@pytest.mark.parametrize("table", TABLES)
def test_exact_is_that_of_the_analysis_and_of_scipy(table: tuple[int, int, int, int]) -> None:
    n, x, m, y = table
    found = exact_two_arms([n], [x], [m], [y])[0]
    assert found == pytest.approx(cochran_armitage([m, n], [y, x], [0.0, 1.0]).p_decreasing, abs=1e-12)
    assert found == pytest.approx(fisher_exact([[x, n - x], [y, m - y]], alternative="less").pvalue, abs=1e-12)


def test_many_tables_are_each_as_alone() -> None:
    n, x, m, y = np.array(TABLES).T
    together = exact_two_arms(np.tile(n, 3), np.tile(x, 3), np.tile(m, 3), np.tile(y, 3))
    alone = [exact_two_arms([a], [b], [c], [d])[0] for a, b, c, d in TABLES]
    assert together == pytest.approx(alone * 3)


def test_an_empty_arm_says_nothing() -> None:
    assert firth_two_arms(0, 0, 10, 3) == 0
    assert exact_two_arms([0], [0], [10], [3])[0] == pytest.approx(1)


def test_tails_as_normal_values() -> None:
    assert normal_score_of_tail(np.array([0.025, 0.5, 1.0, 0.0])) == pytest.approx([1.959964, 0, -8, 8], abs=1e-6)
