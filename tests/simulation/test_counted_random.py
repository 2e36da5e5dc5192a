"""Random numbers by their place: known words, roughly uniform and independent, the same however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.simulation.counted_random import GOLDEN, finalise, trial_keys, uniforms

# The first five outputs of SplitMix64 from the state 1234567, as published for it.
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def numbers(seed: int, stream: int, trials: int, people: int) -> np.ndarray:
    """One number for each trial and participant."""
    keys = trial_keys(seed, stream, np.arange(trials))
    return uniforms(keys[:, None], np.arange(people)[None, :])


def test_the_words_are_those_of_splitmix64() -> None:
    states = np.uint64(1234567) + GOLDEN * np.arange(1, 6, dtype=np.uint64)
    assert finalise(states).tolist() == PUBLISHED
    expected = np.array(PUBLISHED, dtype=np.uint64) >> np.uint64(11)
    found = uniforms(np.full(5, 1234567, dtype=np.uint64), np.arange(5))
    np.testing.assert_array_equal(found, expected / 2**53)


def test_numbers_are_roughly_uniform_and_independent() -> None:
    found = numbers(1, 0, 4000, 50)
    assert found.min() >= 0
    assert found.max() < 1
    for values in (found.ravel(), found[0::7, 3], found[5::11].ravel()):
        expected = len(values) / 20
        squares = (np.histogram(values, 20, (0, 1))[0] - expected) ** 2 / expected
        assert squares.sum() < 19 + 4.5 * np.sqrt(2 * 19)
    pairs = [
        (found[:, :-1], found[:, 1:]),
        (found[:-1], found[1:]),
        (found, numbers(1, 1, 4000, 50)),
        (found, numbers(2, 0, 4000, 50)),
    ]
    for one, other in pairs:
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4.5 / np.sqrt(one.size)


def test_no_number_comes_twice() -> None:
    words = [numbers(seed, stream, 2000, 30) for seed in (0, 1, 2**64, 2**64 + 1) for stream in (0, 1)]
    assert len(np.unique(np.concatenate(words))) == 8 * 2000 * 30


@given(st.integers(0, 2**130), st.integers(0, 3), st.integers(0, 10**6), st.integers(0, 500))
def test_a_number_depends_on_its_place_alone(seed: int, stream: int, trial: int, person: int) -> None:
    alone = uniforms(trial_keys(seed, stream, np.array([trial])), np.array([person]))
    around = uniforms(trial_keys(seed, stream, np.arange(trial, trial + 3)), np.full(3, person))
    assert alone[0] == around[0]


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        trial_keys(-1, 0, np.arange(3))
