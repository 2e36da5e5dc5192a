"""Skeletons from an indifference interval, and back."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.power_model import Model
from firstdose.methods.skeleton import (
    equidistant_parameters,
    indifference_intervals,
    skeleton_from_indifference_interval,
)

models = st.sampled_from(["empiric", "logistic"])


@given(models, st.floats(0.01, 0.09), st.floats(0.1, 0.6), st.integers(2, 6), st.data())
def test_skeleton_rises_through_the_target(
    model: Model, half_width: float, target: float, levels: int, data: st.DataObject
) -> None:
    prior_mtd = data.draw(st.integers(1, levels))
    skeleton = skeleton_from_indifference_interval(half_width, target, prior_mtd, levels, model)
    assert skeleton.shape == (levels,)
    assert skeleton[prior_mtd - 1] == pytest.approx(target, rel=1e-12)
    assert (np.diff(skeleton) > 0).all()


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_skeleton_is_indifferent_within_its_half_width(model: Model) -> None:
    """Where one level has target - half_width, its neighbour has target + half_width."""
    skeleton = tuple(skeleton_from_indifference_interval(0.06, 0.25, 2, 5, model).tolist())
    intervals = indifference_intervals(skeleton, 0.25, model)
    np.testing.assert_allclose(intervals[1:, 0], 0.19, rtol=1e-12)
    np.testing.assert_allclose(intervals[:-1, 1], 0.31, rtol=1e-12)
    assert np.isnan([intervals[0, 0], intervals[-1, 1]]).all()


@given(models, st.lists(st.floats(0.01, 0.9), min_size=2, max_size=6, unique=True), st.floats(0.05, 0.5))
def test_neighbours_lie_equally_far_from_the_target(model: Model, skeleton: list[float], target: float) -> None:
    rising = tuple(sorted(skeleton))
    if min(np.diff(rising)) < 1e-3:
        return
    intervals = indifference_intervals(rising, target, model)
    np.testing.assert_allclose(intervals[1:, 0] + intervals[:-1, 1], 2 * target, rtol=1e-9)
    assert (np.diff(equidistant_parameters(rising, target, model)) > 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: skeleton_from_indifference_interval(0.3, 0.25, 2, 4), r"target 0.25 \+- half_width 0.3"),
        (lambda: skeleton_from_indifference_interval(0.0, 0.25, 2, 4), "half_width 0.0"),
        (lambda: skeleton_from_indifference_interval(0.05, 0.25, 5, 4), "prior_mtd 5"),
        (lambda: equidistant_parameters((0.2, 0.1), 0.25), "must rise"),
        (lambda: equidistant_parameters((0.1, 0.2), 0.96, "logistic"), "target 0.96"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
