"""The isotonic fit on literal rows, and the properties that define it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.isotonic import isotonic_fit


@st.composite
def rows(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Up to six rows of estimates, weights and levels tried; ties and untried levels are common."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 7)))
    size = shape[0] * shape[1]
    rate = st.one_of(st.sampled_from([0.0, 0.1, 1 / 3, 0.5]), st.floats(0, 1))
    weight = st.one_of(st.sampled_from([1.0, 3.0]), st.floats(0.01, 1e4))

    def some(values: st.SearchStrategy[float] | st.SearchStrategy[bool]) -> FloatArray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    return some(rate), some(weight), some(st.booleans()).astype(bool)


def test_neighbours_that_fall_are_pooled_by_weight() -> None:
    fit = isotonic_fit([[0.1, 0.4, 0.2, 0.6]], [[1, 1, 3, 1]], [[True] * 4])
    np.testing.assert_allclose(fit, [[0.1, 0.25, 0.25, 0.6]], rtol=1e-15)


def test_untried_levels_take_no_part() -> None:
    fit = isotonic_fit([0.4, np.nan, 0.2, 0.9], [1, 0, 1, np.nan], [True, False, True, False])
    np.testing.assert_allclose(fit, [[0.3, np.nan, 0.3, np.nan]], rtol=1e-15)


def test_nothing_tried_gives_nothing() -> None:
    assert np.isnan(isotonic_fit([0.1, 0.2], [1, 1], [False, False])).all()
    assert isotonic_fit(np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 3), dtype=bool)).shape == (0, 3)


@given(rows())
def test_the_fit_rises_keeps_the_weighted_mean_and_stays_within_the_estimates(
    row: tuple[FloatArray, FloatArray, BoolArray],
) -> None:
    estimates, weights, tried = row
    fit = isotonic_fit(estimates, weights, tried)
    assert np.array_equal(np.isnan(fit), ~tried)
    for y, w, used, value in zip(estimates, weights, tried, fit, strict=True):
        if used.any():
            assert (np.diff(value[used]) >= 0).all()
            assert np.average(value[used], weights=w[used]) == pytest.approx(
                float(np.average(y[used], weights=w[used])), rel=1e-9, abs=1e-12
            )
            assert value[used].min() >= y[used].min() - 1e-12
            assert value[used].max() <= y[used].max() + 1e-12


@given(rows())
def test_rows_that_do_not_fall_and_fits_come_back_unchanged(
    row: tuple[FloatArray, FloatArray, BoolArray],
) -> None:
    estimates, weights, tried = row
    rising = np.sort(estimates, axis=1)
    assert np.array_equal(isotonic_fit(rising, weights, tried)[tried], rising[tried])


def test_many_rows_give_the_figures_of_each_row_alone() -> None:
    random = np.random.default_rng(20)
    estimates, weights = random.random((9000, 4)), 0.1 + random.random((9000, 4))
    tried = random.random((9000, 4)) < 0.8
    together = isotonic_fit(estimates, weights, tried)
    for place in (0, 4095, 4096, 8999):
        np.testing.assert_array_equal(together[[place]], isotonic_fit(estimates[place], weights[place], tried[place]))


@pytest.mark.parametrize(
    ("estimates", "weights"), [([0.1, np.nan], [1, 1]), ([0.1, 0.2], [1, 0]), ([0.1, 0.2], [1, np.inf])]
)
def test_tried_levels_need_an_estimate_and_a_weight(estimates: list[float], weights: list[float]) -> None:
    with pytest.raises(ValueError, match="finite estimate and a positive, finite weight"):
        isotonic_fit(estimates, weights, [True, True])


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="one and the same"):
        isotonic_fit([[0.1, 0.2]], [1, 1], [True, True])
