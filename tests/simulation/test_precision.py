"""Trials in time until a precision is reached."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import pairwise

import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, Site, TimedCharacteristics, characteristics_in_time
from firstdose.simulation.calendar.precision import FIRST_TRIALS, STEP, run_until_precise
from firstdose.simulation.scenarios import listed

RULE = EscalationRule(DESIGNS["boin"](frame=Frame((5.0, 10.0, 16.0), "million cells", 0.25, 3, 12)))
SCENARIOS = listed([[0.08, 0.25, 0.45], [0.01, 0.02, 0.03]], 3)
CALENDAR = Calendar(window_days=28, sites=(Site(6.0),), whole_days=True)


def found(**given: object) -> TimedCharacteristics:
    return characteristics_in_time(RULE, CALENDAR, SCENARIOS, seed=6, **given)  # type: ignore[arg-type]


def errors(timed: TimedCharacteristics) -> list[float]:
    told = []
    for scenario, time in zip(timed.characteristics.scenarios, timed.in_time, strict=True):
        told += [*scenario.standard_errors["selected"], scenario.standard_errors["none_selected"]]
        told.append(time.standard_errors["mean_duration_days"] / time.mean_duration_days)
    return told


def test_it_stops_as_soon_as_the_precision_is_reached_and_says_so() -> None:
    precise = found(trials=50_000, precision=0.008)
    trials = precise.characteristics.trials
    assert trials is not None
    # a probability near one half needs about 0.25 / 0.008^2 = 3,900 trials
    assert 3_000 <= trials <= 5_000
    assert precise.precision is not None
    assert precise.precision.is_reached
    assert max(errors(precise)) == precise.precision.largest_error <= 0.008
    document = precise.as_json()
    assert document["precision"]["ended_by"] == "precision"
    assert document["trials"] == trials
    # the figures are those of so many trials asked for at once
    same = replace(found(trials=trials), precision=precise.precision)
    assert repr(astuple(same)) == repr(astuple(precise))


def test_the_number_of_trials_does_not_depend_on_the_blocks() -> None:
    first, second = (found(trials=6_000, precision=0.009, block=block) for block in (700, 10_000))
    assert repr(astuple(first)) == repr(astuple(second))


def test_the_largest_number_of_trials_ends_it_too() -> None:
    told: list[tuple[int, int]] = []
    most = found(trials=2_500, precision=0.001, progress=lambda done, total: told.append((done, total)))
    assert most.characteristics.trials == 2_500
    assert most.precision is not None
    assert not most.precision.is_reached
    assert most.as_json()["precision"] == {
        "asked": 0.001, "largest_error": max(errors(most)), "most_trials": 2_500, "ended_by": "most_trials",
    }  # fmt: skip
    assert told == [(1, 2), (2, 2), (3, 4), (4, 4)]


def test_what_no_trial_showed_is_not_taken_for_certain() -> None:
    certain = listed([[0.0, 0.0, 0.0]], 3)  # candidates come at once, so that every trial is the same
    calendar = replace(CALENDAR, sites=(Site(1e5),))
    timed = characteristics_in_time(RULE, calendar, certain, seed=6, trials=9_000, precision=0.0003)
    assert max(errors(timed)) == 0.0
    assert timed.characteristics.trials == 6_000
    assert timed.precision is not None
    assert timed.precision.largest_error == 1 / 6_000


@pytest.mark.parametrize(("asked", "most"), [(0.3, 10**6), (0.01, 10**6), (0.01, 3_500), (0.5, 100)])
def test_batches_follow_each_other_and_never_pass_the_most(asked: float, most: int) -> None:
    batches: list[range] = []
    run = run_until_precise(batches.append, lambda: 10 / batches[-1].stop ** 0.5, asked, most)
    assert batches[0].start == 0
    assert all(after.start == before.stop for before, after in pairwise(batches))
    ends = [batch.stop for batch in batches]
    assert all(end in (FIRST_TRIALS, most) or end % STEP == 0 for end in ends)
    assert ends[-1] == max(min(FIRST_TRIALS, most), min(most, int(100 / asked**2)))
    assert run.is_reached == (10 / ends[-1] ** 0.5 <= asked)


@pytest.mark.parametrize("asked", [0.0, -1.0, 1.0, float("nan")])
def test_a_precision_that_makes_no_sense_is_refused(asked: float) -> None:
    with pytest.raises(ValueError, match="precision"):
        found(trials=100, precision=asked)
