"""Families of true curves: shape, bounds, and the MTD that each is meant to have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.simulation.scenarios import (
    TOO_TOXIC_FACTOR,
    TRUE_MTD_WORDS,
    TruthError,
    listed,
    random_monotone,
    steps_around_each_mtd,
    true_mtds,
)

rates = st.floats(0, 1)
targets = st.floats(0.05, 0.5)


@given(st.lists(st.lists(rates, min_size=3, max_size=3), min_size=1, max_size=5))
def test_listed_curves_are_kept_as_they_are(truths: list[list[float]]) -> None:
    scenarios = listed(truths, 3)
    np.testing.assert_array_equal(scenarios.truths, truths)
    assert len(scenarios) == len(truths) == len(scenarios.names)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ([0.1, 0.2], "2 rates, but the protocol has 3 dose levels"),
        ([0.1, 0.2, 25.0], "write 0.25 for 25 %"),
        ([-0.1, 0.2, 0.3], "probabilities"),
        ([0.1, float("nan"), 0.3], "probabilities"),
        ([0.1, 0.2, float("inf")], "probabilities"),
    ],
)
def test_curves_that_are_refused(truth: list[float], words: str) -> None:
    with pytest.raises(TruthError, match="truth 2") as error:
        listed([[0.1, 0.2, 0.3], truth], 3)
    assert words in str(error.value)


@given(st.integers(1, 9), targets)
def test_steps_have_each_level_as_mtd_once(levels: int, target: float) -> None:
    scenarios = steps_around_each_mtd(levels, target)
    assert scenarios.truths.shape == (levels + 1, levels)
    assert ((scenarios.truths > 0) & (scenarios.truths < 1)).all()
    assert (np.diff(scenarios.truths, axis=1) > 0).all()
    assert true_mtds(scenarios.truths, target).tolist() == [*range(1, levels + 1), 0]
    np.testing.assert_allclose(np.diag(scenarios.truths), target)


@given(st.floats(0.5, 0.95))
def test_a_scenario_that_is_called_too_toxic_is(target: float) -> None:
    scenarios = steps_around_each_mtd(3, target)
    for name, mtd in zip(scenarios.names, true_mtds(scenarios.truths, target), strict=True):
        assert (name == "all too toxic") == (mtd == 0)


@given(st.integers(1, 7), targets, st.integers(0, 2**31))
def test_random_curves_rise_and_have_the_mtd_drawn(levels: int, target: float, seed: int) -> None:
    scenarios = random_monotone(levels, target, 5, seed)
    assert scenarios.truths.shape == (5, levels)
    assert ((scenarios.truths >= 0) & (scenarios.truths <= 1)).all()
    assert (np.diff(scenarios.truths, axis=1) >= 0).all()
    np.testing.assert_array_equal(random_monotone(levels, target, 3, seed).truths, scenarios.truths[:3])
    other = random_monotone(levels, target, 5, seed + 1).truths
    assert not np.array_equal(other, scenarios.truths)


@pytest.mark.parametrize(("levels", "target"), [(12, 0.9), (20, 0.95), (30, 0.05), (1, 0.001), (8, 0.999)])
def test_random_curves_far_from_the_middle_end_and_keep_their_seeds(levels: int, target: float) -> None:
    """Some levels can hardly be the MTD of such a curve; others are drawn then."""
    truths = random_monotone(levels, target, 12, 4).truths
    assert truths.shape == (12, levels)
    assert (np.diff(truths, axis=1) >= 0).all()
    np.testing.assert_array_equal(random_monotone(levels, target, 5, 4).truths, truths[:5])


def test_a_curve_that_no_try_gives_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstdose.simulation.scenarios.TRIES_AT_A_TIME", (0, 0))
    with pytest.raises(TruthError, match="--family steps"):
        random_monotone(3, 0.25, 1, 1)


def test_random_curves_have_each_mtd_equally_often() -> None:
    curves = random_monotone(5, 0.25, 1500, 3).truths
    closest = np.argmin(np.abs(curves - 0.25), axis=1)
    counts = np.bincount(closest, minlength=5)
    assert (np.abs(counts - 300) < 4.5 * np.sqrt(300 * 0.8)).all()


@given(st.lists(st.lists(rates, min_size=4, max_size=4).map(sorted), min_size=1, max_size=6), targets)
def test_the_true_mtd_is_the_closest_level_unless_all_are_too_toxic(truths: list[list[float]], target: float) -> None:
    for truth, mtd in zip(truths, true_mtds(np.array(truths), target).tolist(), strict=True):
        if truth[0] > TOO_TOXIC_FACTOR * target + 1e-9:
            assert mtd == 0
        elif mtd:
            distances = [abs(rate - target) for rate in truth]
            assert distances[mtd - 1] <= min(distances) + 1e-11


def test_the_words_say_what_is_computed() -> None:
    assert f"exceeds {TOO_TOXIC_FACTOR} times the target" in TRUE_MTD_WORDS
    assert TRUE_MTD_WORDS.startswith("The true MTD is the level closest to the target")
    assert not TRUE_MTD_WORDS.endswith(".")


def test_of_equally_close_levels_one_below_the_target_comes_first() -> None:
    """The highest of those at or below it, else the lowest above it."""
    truths = [[0.2, 0.3, 0.5], [0.1, 0.25, 0.25], [0.3, 0.3, 0.4], [0.2, 0.2, 0.3]]
    assert true_mtds(np.array(truths), 0.25).tolist() == [1, 3, 1, 2]
