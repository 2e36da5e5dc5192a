"""Tails of t and F, also with infinitely many degrees of freedom, and their inverses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from firstdose.methods.tail_probabilities import (
    f_above,
    f_below,
    f_quantile_above,
    f_quantile_below,
    normal_score,
    t_above,
    t_quantile_above,
    t_two_sided,
)

INFINITE = float("inf")
free = st.one_of(st.floats(0.5, 200), st.just(INFINITE))


@given(st.floats(-30, 30), free)
def test_t_agrees_with_scipy(t: float, degrees: float) -> None:
    law = stats.norm if degrees == INFINITE else stats.t(degrees)
    assert t_above(t, degrees) == pytest.approx(law.sf(t), rel=1e-9)
    assert t_two_sided(t, degrees) == pytest.approx(2 * law.sf(abs(t)), rel=1e-9)


@given(st.floats(1e-12, 0.999), free)
def test_t_quantiles_invert(p: float, degrees: float) -> None:
    assert t_above(t_quantile_above(p, degrees), degrees) == pytest.approx(p, rel=1e-6)


@given(st.floats(0.01, 20), st.integers(1, 60), free)
def test_f_agrees_with_scipy(f: float, over: int, under: float) -> None:
    above = stats.chi2.sf(f * over, over) if under == INFINITE else stats.f.sf(f, over, under)
    below = stats.chi2.cdf(f * over, over) if under == INFINITE else stats.f.cdf(f, over, under)
    assert f_above(f, over, under) == pytest.approx(above, rel=1e-8, abs=1e-300)
    assert f_below(f, over, under) == pytest.approx(below, rel=1e-8, abs=1e-300)


@given(st.floats(1e-10, 0.99), st.integers(2, 60), st.one_of(st.floats(1, 200), st.just(INFINITE)))
def test_f_quantiles_invert(p: float, over: int, under: float) -> None:
    assert f_above(f_quantile_above(p, over, under), over, under) == pytest.approx(p, rel=1e-6)
    assert f_below(f_quantile_below(p, over, under), over, under) == pytest.approx(p, rel=1e-6)


def test_normal_scores() -> None:
    np.testing.assert_allclose(normal_score([-2.0, 0, 2], INFINITE), [-2, 0, 2], atol=1e-12)
    assert normal_score(3.0, 5.0) < 3
    assert np.isfinite(normal_score([-1e6, 1e6], 1e9)).all()
    assert np.isnan(t_two_sided(float("nan"), 5))
