"""Lowess: lines stay lines, single points lose their weight, ties and few points are allowed."""

import numpy as np
import pytest

from firstdose.methods.local_regression import lowess


def test_a_line_is_kept() -> None:
    x = np.random.default_rng(1).permutation(np.linspace(3, 9, 40))
    np.testing.assert_allclose(lowess(x, 2 - 0.5 * x), 2 - 0.5 * x, atol=1e-12)


def test_a_point_far_off_has_no_weight() -> None:
    x = np.linspace(0, 1, 60)
    y = np.sin(x) + 0.01 * np.random.default_rng(2).normal(size=60)
    spoilt = y.copy()
    spoilt[30] += 100
    assert np.abs(lowess(x, spoilt) - lowess(x, y)).max() < 0.01
    assert np.abs(lowess(x, spoilt, rounds=0) - lowess(x, y, rounds=0)).max() > 1


def test_ties_and_order_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 8, 50).astype(float)
    y, order = rng.normal(size=50), rng.permutation(50)
    smooth = lowess(x, y)
    np.testing.assert_allclose(lowess(x[order], y[order]), smooth[order], atol=1e-12)
    assert all(np.ptp(smooth[x == value]) < 1e-12 for value in range(8))


@pytest.mark.parametrize("x", [[1.0, 1, 1], [1.0, 2], [0.0, 0, 5]])
def test_few_or_equal_places(x: list[float]) -> None:
    y = np.arange(len(x), dtype=float)
    assert np.isfinite(lowess(np.array(x), y)).all()
