"""Kaplan-Meier and Aalen-Johansen: literal inputs and properties."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.time_to_event import aalen_johansen, kaplan_meier

observations = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=14)


def test_a_curve_by_hand() -> None:
    curve = kaplan_meier([1, 2, 2, 3], [True, True, False, False])
    assert curve.time.tolist() == [1, 2, 3]
    assert curve.at_risk.tolist() == [4, 3, 1]
    np.testing.assert_allclose(curve.estimate, [0.75, 0.5, 0.5])
    np.testing.assert_allclose(curve.error**2, curve.estimate**2 * np.cumsum([1 / 12, 1 / 6, 0]))
    assert curve.time_until(0.5) == 2
    assert np.isnan(curve.time_until(0.6))
    assert curve.at(2.5)[0] == 0.5
    assert curve.at(0.5)[0] == 1
    assert np.isnan(curve.at(3.5)).all()


def test_everyone_has_had_the_event() -> None:
    curve = kaplan_meier([1, 2], [True, True])
    assert curve.estimate.tolist() == [0.5, 0]
    assert np.isnan([curve.error[1], curve.lower[1], curve.upper[1]]).all()


@given(observations)
def test_causes_and_survival_add_up_to_one(rows: list[tuple[int, int, int]]) -> None:
    time, cause, _ = map(np.array, zip(*rows, strict=True))
    curves = aalen_johansen(time, cause)
    total = sum((curve.estimate for curve in curves.values()), start=np.zeros(len(np.unique(time))))
    np.testing.assert_allclose(total + kaplan_meier(time, cause > 0).estimate, 1, atol=1e-12)


@given(observations)
def test_one_cause_is_the_complement_with_the_same_error(rows: list[tuple[int, int, int]]) -> None:
    time, cause, person = map(np.array, zip(*rows, strict=True))
    survival, incidence = (
        kaplan_meier(time, cause == 1, person),
        aalen_johansen(time, np.where(cause == 1, 1, 0), person),
    )
    if 1 in incidence:
        still = survival.estimate > 1e-9
        np.testing.assert_allclose(incidence[1].error[still], survival.error[still], atol=1e-12)


@given(observations, st.floats(0.5, 0.99))
def test_limits_hold_the_estimate(rows: list[tuple[int, int, int]], certainty: float) -> None:
    time, cause, person = map(np.array, zip(*rows, strict=True))
    for curve in (kaplan_meier(time, cause > 0, person, certainty=certainty), *aalen_johansen(time, cause).values()):
        known = np.isfinite(curve.lower)
        assert (curve.lower[known] <= curve.estimate[known]).all()
        assert (curve.estimate[known] <= curve.upper[known]).all()
        assert ((curve.lower[known] >= 0) & (curve.upper[known] <= 1)).all()


def test_events_of_one_person_count_as_one_piece_of_information() -> None:
    time, event = np.array([3.0, 5, 8, 11]), np.array([True, False, True, True])
    once = kaplan_meier(time, event)
    thrice = kaplan_meier(np.repeat(time, 3), np.repeat(event, 3), np.repeat([1, 2, 3, 4], 3))
    np.testing.assert_allclose(thrice.estimate, once.estimate)
    np.testing.assert_allclose(thrice.error[:-1], once.error[:-1])
    assert (kaplan_meier(np.repeat(time, 3), np.repeat(event, 3)).error[:-1] < once.error[:-1]).all()


def test_who_has_more_than_others_counts_as_if_left_out() -> None:
    """Without censoring survival is a mean of people's observations, so that leaving one out is exact: the change of
    the mean is the influence / (1 - share), here for persons with 3, 1 and 2 of 6 observations."""
    time, person = np.array([1.0, 4, 4, 2, 3, 5]), np.array([7, 7, 7, 8, 9, 9])
    event = np.ones(6, dtype=bool)
    curve = kaplan_meier(time, event, person, as_if_left_out=True)
    for place, now in enumerate(curve.time[:-1]):
        later = time > now
        changes = [later.mean() - later[person != one].mean() for one in (7, 8, 9)]
        expected = np.sqrt(sum(np.square(changes))) * (1 - 1 / 3)
        assert curve.error[place] == pytest.approx(expected)
    incidence = aalen_johansen(time, event.astype(int), person, as_if_left_out=True)[1]
    np.testing.assert_allclose(incidence.error[:-1], curve.error[:-1])
    alike = kaplan_meier(time, event, [1, 1, 2, 2, 3, 3], as_if_left_out=True)
    np.testing.assert_allclose(alike.error[:-1], kaplan_meier(time, event, [1, 1, 2, 2, 3, 3]).error[:-1])
    one = kaplan_meier(time, event, np.zeros(6, dtype=int), as_if_left_out=True)
    assert np.isfinite(one.error[:-1]).all()


def test_no_event_of_any_cause() -> None:
    assert aalen_johansen([1, 2], [0, 0]) == {}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kaplan_meier([], []), "boolean|no times"),
        (lambda: kaplan_meier([-1], [True]), "not negative"),
        (lambda: kaplan_meier([1], [1]), "boolean"),
        (lambda: kaplan_meier([1, 2], [True]), "shapes"),
        (lambda: kaplan_meier([1], [True], certainty=1), "certainty"),
        (lambda: aalen_johansen([1], [-1]), "0 where censored"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
