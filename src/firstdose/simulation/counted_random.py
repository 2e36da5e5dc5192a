"""Random numbers by their place instead of their turn: one for each seed, stream, trial and participant.

The numbers of a trial are the outputs of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; constants of its finaliser by
Stafford, as in Vigna's splitmix64.c), whose state at the start is the same finaliser over seed, stream and trial. So a
participant's number depends on nothing else: not on how many trials or participants are simulated, nor in what order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
BITS_DROPPED, STEP_OF_UNIFORMS = np.uint64(11), 2.0**-53


def finalise(words: Words) -> Words:
    """SplitMix64's finaliser: a one-to-one map of 64-bit words in which every bit depends on every bit."""
    mixed = (words ^ (words >> SHIFTS[0])) * MULTIPLIERS[0]
    mixed = (mixed ^ (mixed >> SHIFTS[1])) * MULTIPLIERS[1]
    return np.asarray(mixed ^ (mixed >> SHIFTS[2]), dtype=np.uint64)


def trial_keys(seed: int, stream: int, trials: NDArray[np.integer]) -> Words:
    """The state of each trial's generator before its first participant, shape (trials,); seeds are at least 0."""
    if seed < 0:
        raise ValueError(f"a seed is at least 0, not {seed}")
    key = np.zeros(1, dtype=np.uint64)
    for word in (*_words(seed), stream):
        key = finalise(key + GOLDEN + np.uint64(word))
    return finalise(key + GOLDEN * (trials.astype(np.uint64) + np.uint64(1)))


def uniforms(keys: Words, participants: NDArray[np.integer]) -> NDArray[np.float64]:
    """A number in [0, 1) for each pair of a trial's key and a participant, counted from 0."""
    words = finalise(keys + GOLDEN * (participants.astype(np.uint64) + np.uint64(1)))
    return np.asarray((words >> BITS_DROPPED) * STEP_OF_UNIFORMS, dtype=np.float64)


def _words(number: int) -> list[int]:
    """The 64-bit words of a whole number, the lowest first."""
    words = [number & (2**64 - 1)]
    while number := number >> 64:
        words.append(number & (2**64 - 1))
    return words
