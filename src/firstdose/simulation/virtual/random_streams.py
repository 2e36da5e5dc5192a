"""Random numbers by what they are for: one generator for each seed, trial number and part of the trial.

So a trial's numbers depend on nothing else: not on the other trials, their order, or the process that makes them.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What random numbers are for. The numbers are part of the keys: a new stream goes to the end."""

    REFERRALS = 0
    PEOPLE = 1
    PRODUCT = 2
    TOXICITY = 3
    LEAVING = 4
    VISITS = 5
    VISIT_RECORDS = 6
    EVENTS = 7
    EVENT_RECORDS = 8
    RELAPSES = 9
    TREATMENTS = 10
    DISABILITY = 11
    EDSS_RATINGS = 12
    FUNCTION = 13
    IMAGING = 14
    NEUROFILAMENT = 15
    LABORATORY = 16
    TROUGHS = 17
    VITAL_SIGNS = 18
    METABOLITES = 19
    IMPERFECTIONS = 20
    DOSINGS = 21
    SUBJECT_RECORDS = 22


def generator(seed: int, number: int, stream: Stream) -> np.random.Generator:
    """The generator of one part of one trial; seed and number are at least 0."""
    if seed < 0 or number < 0:
        raise ValueError(f"seed and number of a trial are at least 0, not {seed} and {number}")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number, int(stream)))))
