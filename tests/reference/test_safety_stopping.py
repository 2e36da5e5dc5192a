"""Exact sequential boundaries against the R package clinfun (the printed examples of its page on toxbdry).

clinfun gives the most events that are acceptable; the boundary here is the fewest that stop, one more. Its "high"
boundary is the one whose error does not exceed the one asked for. Figures are printed to three digits.
"""

import pytest

from firstdose.safety.stopping import SequentialBoundary, bayesian_boundary, boundary_behaviour, sequential_boundary


def acceptable(found: SequentialBoundary, participants: int) -> int:
    """The most events at which one goes on."""
    fewest = found.boundary.fewest[participants - 1]
    assert fewest is not None
    return fewest - 1


def test_continuous_monitoring() -> None:
    """toxbdry(0.1, 0.3, 2:30), high boundary: 1/3 2/8 3/13 4/19 5/26 6/30."""
    found = sequential_boundary(0.1, 0.1, 30, range(2, 31))
    assert [acceptable(found, n) for n in (2, 3, 4, 8, 9, 13, 14, 19, 20, 26, 27, 30)] == (
        [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    )
    behaviour = boundary_behaviour(found.boundary, [0.10, 0.14, 0.18, 0.22, 0.26, 0.30])
    assert behaviour.stops == pytest.approx([0.097, 0.245, 0.441, 0.638, 0.795, 0.898], abs=6e-4)
    assert behaviour.stops_early == pytest.approx([0.096, 0.239, 0.430, 0.624, 0.781, 0.888], abs=6e-4)
    assert behaviour.participants == pytest.approx([28.1, 25.8, 22.5, 19.0, 15.6, 12.7], abs=0.06)


def test_four_looks() -> None:
    """toxbdry(0.2, 0.35, c(20, 40, 60, 75)), high boundary: 7/20 12/40 17/60 21/75."""
    found = sequential_boundary(0.2, 0.1, 75, [20, 40, 60, 75])
    assert [acceptable(found, n) for n in (20, 40, 60, 75)] == [7, 12, 17, 21]
    behaviour = boundary_behaviour(found.boundary, [0.20, 0.23, 0.26, 0.29, 0.32, 0.35])
    assert behaviour.stops == pytest.approx([0.088, 0.214, 0.406, 0.619, 0.797, 0.911], abs=6e-4)
    assert behaviour.stops_early == pytest.approx([0.079, 0.188, 0.354, 0.548, 0.727, 0.859], abs=6e-4)
    assert behaviour.participants == pytest.approx([72.0, 68.1, 62.1, 54.7, 47.0, 39.9], abs=0.06)


def test_fewer_stops_asked_for() -> None:
    """toxbdry(0.2, 0.3, c(20, 40, 60, 75), cP0 = 0.15), high boundary: 7/20 12/40 16/60 20/75."""
    found = sequential_boundary(0.2, 0.15, 75, [20, 40, 60, 75])
    behaviour = boundary_behaviour(found.boundary, [0.20, 0.30])
    assert [acceptable(found, n) for n in (20, 40, 60, 75)] == [7, 12, 16, 20]
    assert behaviour.stops == pytest.approx([0.117, 0.758], abs=6e-4)


def test_the_bayesian_boundary_is_the_elimination_boundary_of_boin() -> None:
    """get.boundary(target = 0.3, ncohort = 4, cohortsize = 3) of the R package BOIN: eliminate at 3/3 4/6 5/9 7/12."""
    boundary = bayesian_boundary(0.3, 0.95, 12, from_participants=3)
    assert [boundary.fewest[n - 1] for n in (3, 6, 9, 12)] == [3, 4, 5, 7]
