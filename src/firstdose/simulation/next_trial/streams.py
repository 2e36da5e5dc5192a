"""Random numbers of a next trial by what they are for; every number has its place (seed, stream, trial, person)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from firstdose.simulation.counted_random import Words, uniforms
from firstdose.simulation.next_trial.plan import Floats

ENTRY, LEAVING, MISSED, ONSET, OWN_RATE, BASELINE, RESIDUAL, BELIEF = range(200, 208)
"""The numbers are part of the keys: a new stream goes to the end."""

HALF_STEP = 2.0**-54


def within_unit(chance: Floats) -> Floats:
    """Chances in [0, 1) as the middles of their steps, so that none is 0."""
    return chance + HALF_STEP


def of_people(keys: Words, people: int) -> Floats:
    """Chances strictly between 0 and 1, one a trial and person; shape (T, people)."""
    return within_unit(uniforms(keys[:, None], np.arange(people)[None, :]))


def of_visits(keys: Words, people: int, visits: int, most_visits: int) -> Floats:
    """Chances, one a trial, person and visit; shape (T, people, visits)."""
    places = np.arange(people)[:, None] * most_visits + np.arange(visits)
    return uniforms(keys[:, None, None], places[None])


def normal_of_people(keys: Words, people: int) -> Floats:
    """Standard normal values; shape (T, people)."""
    return np.asarray(ndtri(of_people(keys, people)))
