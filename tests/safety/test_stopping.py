"""Stopping boundaries: their shape, the error they keep, and how they behave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.safety.stopping import (
    StoppingBoundary,
    bayesian_boundary,
    boundary_behaviour,
    sequential_boundary,
)

rates = st.floats(0.02, 0.9)


def test_one_event_more_never_goes_on_where_fewer_stop() -> None:
    boundary = bayesian_boundary(0.25, 0.95, 12)
    assert boundary.fewest == (None, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6)
    assert [boundary.stops(6, events) for events in range(7)] == [False] * 4 + [True] * 3


def test_a_boundary_may_begin_after_the_first_participants() -> None:
    assert bayesian_boundary(0.3, 0.9, 4).fewest == (1, 2, 2, 3)
    assert bayesian_boundary(0.3, 0.9, 4, from_participants=3).fewest == (None, None, 2, 3)


def test_without_an_event_nothing_stops() -> None:
    assert bayesian_boundary(0.25, 0.5, 3).fewest == (1, 1, 1)


def test_nobody_and_more_than_planned_never_stop_and_impossible_counts_are_refused() -> None:
    boundary = StoppingBoundary((1, 1), "")
    assert not boundary.stops(0, 0)
    assert not boundary.stops(3, 3)
    with pytest.raises(ValueError, match="not counts"):
        boundary.stops(2, 3)


@given(rates, st.floats(0.02, 0.3), st.integers(1, 25))
def test_the_sequential_boundary_keeps_its_error_and_does_not_fall(rate: float, error: float, most: int) -> None:
    found = sequential_boundary(rate, error, most)
    assert found.error <= error
    fewest = [number for number in found.boundary.fewest if number is not None]
    assert fewest == sorted(fewest)
    assert boundary_behaviour(found.boundary, [rate]).stops[0] == found.error


@given(rates, st.floats(0.5, 0.99), st.integers(1, 25))
def test_behaviour_is_made_of_probabilities(limit: float, certainty: float, most: int) -> None:
    true_rates = np.linspace(0, 1, 11)
    found = boundary_behaviour(bayesian_boundary(limit, certainty, most), true_rates.tolist())
    assert (np.diff(found.stops) >= -1e-12).all()
    assert (found.stops_early <= found.stops + 1e-12).all()
    assert (found.participants <= most + 1e-9).all()
    assert (found.participants >= 1 - 1e-9).all()
    assert found.stops[0] == 0
    assert found.stops_at.shape == (11, most)


def test_looks_are_only_where_they_are_planned() -> None:
    found = sequential_boundary(0.2, 0.05, 12, [3, 6, 9, 12]).boundary
    assert [number for number, fewest in enumerate(found.fewest, start=1) if fewest is not None] == [3, 6, 9, 12]


def test_an_error_too_small_for_any_boundary_never_stops() -> None:
    found = sequential_boundary(0.5, 0.001, 3)
    assert found.boundary.fewest == (None, None, None)
    assert found.error == 0


@pytest.mark.parametrize("wrong", [0, 1, -0.1, float("nan")])
def test_impossible_settings_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        bayesian_boundary(wrong, 0.9, 3)
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        sequential_boundary(0.2, wrong, 3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        boundary_behaviour(StoppingBoundary((1,), ""), [2.0])
    with pytest.raises(ValueError, match="looks must be"):
        sequential_boundary(0.2, 0.05, 3, [4])
