"""Curves against sums over people with weights, and their errors against the effect of each person's weight."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray
from firstdose.methods.time_to_event import aalen_johansen, kaplan_meier

observations = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 4)), min_size=3, max_size=10)


def weighted(time: list[int], cause: list[int], weight: FloatArray) -> tuple[list[float], list[float]]:
    """Survival, and incidence of cause 1, after each distinct time."""
    survival, incidence = 1.0, 0.0
    after: tuple[list[float], list[float]] = ([], [])
    for now in sorted(set(time)):
        at_risk = sum(w for t, w in zip(time, weight, strict=True) if t >= now)
        events = [sum(w for t, c, w in zip(time, cause, weight, strict=True) if t == now and c == k) for k in (1, 2)]
        incidence += survival * events[0] / at_risk
        survival *= 1 - sum(events) / at_risk
        after[0].append(survival)
        after[1].append(incidence)
    return after


@settings(max_examples=60)
@given(observations)
def test_estimates_and_errors(rows: list[tuple[int, int, int]]) -> None:
    time, cause, person = (list(column) for column in zip(*rows, strict=True))
    plain = weighted(time, cause, np.ones(len(time)))
    curve, incidences = kaplan_meier(time, np.array(cause) > 0, person), aalen_johansen(time, cause, person)
    np.testing.assert_allclose(curve.estimate, plain[0], atol=1e-12)
    step, squares = 1e-6, np.zeros((2, len(plain[0])))
    for one in set(person):
        mine = np.array(person) == one
        up, down = (weighted(time, cause, 1 + sign * step * mine) for sign in (1, -1))
        squares += ((np.array(up) - np.array(down)) / (2 * step)) ** 2
    still = curve.estimate > 1e-9
    np.testing.assert_allclose(curve.error[still], np.sqrt(squares[0])[still], atol=1e-7)
    if 1 in incidences:
        np.testing.assert_allclose(incidences[1].estimate, plain[1], atol=1e-12)
        np.testing.assert_allclose(incidences[1].error, np.sqrt(squares[1]), atol=1e-7)


@given(observations)
def test_without_repeats_the_error_is_greenwoods(rows: list[tuple[int, int, int]]) -> None:
    time, cause, _ = map(np.array, zip(*rows, strict=True))
    curve = kaplan_meier(time, cause > 0)
    left = curve.at_risk - curve.events
    before_end = left > 0
    terms = curve.events[before_end] / (curve.at_risk * left)[before_end]
    greenwood = curve.estimate[before_end] * np.sqrt(np.cumsum(terms))
    np.testing.assert_allclose(curve.error[before_end], greenwood, atol=1e-12)
