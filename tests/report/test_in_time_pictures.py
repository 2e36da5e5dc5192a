"""The calendar of simulated trials: which trials, what is in them, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.report.in_time.pictures import calendar_drawing
from firstdose.simulation.calendar import Calendar, Site, courses_by_duration, simulate_in_time

RULE = EscalationRule(DESIGNS["tite_boin"](frame=Frame((5.0, 10.0, 16.0), "million cells", 0.25, 3, 12)))
CALENDAR = Calendar(window_days=28, sites=(Site(6.0),), leaving=0.2, whole_days=True)
TRUTH = np.array([0.1, 0.3, 0.5])
SHARES = (0.1, 0.5, 0.9)


def test_courses_are_the_trials_at_their_shares_of_the_durations() -> None:
    courses = courses_by_duration(RULE, CALENDAR, TRUTH, seed=3, shares=SHARES, trials=101)
    clocks = simulate_in_time(RULE, CALENDAR, TRUTH, range(101), 3)
    durations = clocks.ended - clocks.began
    for course, share in zip(courses, SHARES, strict=True):
        assert course.duration_days == durations[course.number] == np.quantile(durations, share)
        # the same trial by itself
        (alone,) = courses_by_duration(RULE, CALENDAR, TRUTH, seed=3, shares=(share,), trials=101)
        assert alone == course
        people = course.participants
        dosed = np.bincount([each.level for each in people], minlength=4)[1:]
        toxic = np.bincount([each.level for each in people if each.has_dlt], minlength=4)[1:]
        assert dosed.tolist() == clocks.people.dosed_at[course.number].tolist()
        assert toxic.tolist() == clocks.people.toxic[course.number].tolist()
        assert people[0].dosed_on == course.began
        assert all(each.dosed_on <= each.closes <= each.dosed_on + 29 for each in people)
        assert all(each.closes == each.dosed_on + 29 for each in people if not each.has_dlt and not each.leaves)


@pytest.mark.parametrize("shares", [SHARES, (0.5,)])
def test_the_picture_says_what_it_shows_and_is_the_same_every_time(shares: tuple[float, ...]) -> None:
    courses = courses_by_duration(RULE, CALENDAR, TRUTH, seed=3, shares=shares, trials=50)
    drawing = calendar_drawing(courses, "scenario A", shares)
    picture = drawing.picture()
    assert picture.svg == calendar_drawing(courses, "scenario A", shares).picture().svg
    assert "scenario A" in drawing.caption
    assert drawing.data.height == sum(len(course.participants) for course in courses)
    for course in courses:
        assert f"Trial {course.number}" in drawing.alternative
        assert f"{course.duration_days:.0f} days" in drawing.alternative
    assert drawing.png().startswith(b"\x89PNG")
