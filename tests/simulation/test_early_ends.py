"""On which day trials of designs in time end: as the advice in a live trial says, asked about each trial alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.history import parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, Clocks, Site, simulate_in_time
from firstdose.simulation.calendar.early_ends import EarlyEnds
from tests.simulation.tunings import protocol_of

TOXIC = np.array([0.35, 0.5, 0.6])
WINDOW = 28.0
SLOW = Calendar(window_days=WINDOW, sites=(Site(1.0),))
GUARDED: dict[str, Any] = {
    "guards": [{"stop_when_too_toxic": {"certainty": 0.8}}],
    "settings": {"half_width": 0.05, "prior_mtd": 2},
}
RULES: dict[str, dict[str, Any]] = {
    "tite_boin": {},
    "tite_crm": GUARDED,
    "rolling_six": {"cohort_size": 1},
    "tite_boin, enough": {"guards": [{"stop_when_enough": {"participants": 6}}]},
}


def rule_of(name: str) -> EscalationRule:
    return build_design(protocol_of(design=name.split(",")[0], max_participants=18, **RULES[name]))


def advice(rule: EscalationRule, clocks: Clocks, trial: int, day: float, size: int) -> Recommendation:
    """The advice in a live trial on a day, from nothing but outcomes and follow-up."""
    people, words, shares = clocks.people, "", []
    dosed = int(people.dosed_at[trial].sum())
    for place in range(dosed):
        words += f" {people.level[place, trial]}" if place % size == 0 else ""
        if people.closes[place, trial] <= day:
            words += "T" if people.is_toxic[place, trial] else "N"
        else:
            words += "?"
            shares.append((day - people.dosed_on[place, trial]) / WINDOW)
    return rule.decide(parse_outcomes(words.strip(), rule.frame.levels, shares))


@pytest.mark.parametrize("name", list(RULES))
def test_a_trial_ends_on_the_first_day_on_which_the_advice_is_to_end(name: str) -> None:
    rule = rule_of(name)
    size = 1 if name == "rolling_six" else 3
    clocks = simulate_in_time(rule, SLOW, TOXIC, range(150), 4)
    people, checked, in_hindsight = clocks.people, 0, 0
    for trial in range(150):
        dosed, ended = int(people.dosed_at[trial].sum()), clocks.ended[trial]
        if dosed == rule.frame.max_participants:
            continue
        checked += 1
        days = np.unique(np.append(people.closes[:dosed, trial], people.dosed_on[dosed - 1, trial]))
        days = days[days >= people.dosed_on[dosed - 1, trial]]
        assert ended in days, "a trial ends when something is learnt"
        for day in days.tolist():
            told = advice(rule, clocks, trial, day, size)
            if day < ended and "was eliminated before" in told.reason:
                in_hindsight += 1  # advice reads earlier cohorts as known today, as its flag says
                continue
            assert (told.action == "stop") == (day >= ended)
    assert checked > 30
    assert in_hindsight < checked / 5


def without_early_ends(rule: EscalationRule, calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """The trials as they end when nobody asks before a candidate waits."""
    with monkeypatch.context() as patched:
        nobody = np.empty(0, dtype=np.intp), np.empty(0)
        patched.setattr(EarlyEnds, "earliest", lambda *_: nobody)
        return simulate_in_time(rule, calendar, TOXIC, range(400), 9)


@pytest.mark.parametrize("name", list(RULES))
@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"sites": (Site(30_000.0),)}, True),
        ({"meeting_interval_days": 30.0, "decision_lag_days": 3.0, "whole_days": True}, False),
        ({"between_cohorts_days": 60.0, "leaving": 0.1}, False),
    ],
)
def test_nothing_but_the_end_changes_and_with_plenty_of_candidates_not_even_that(
    name: str, changed: dict[str, Any], is_same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, calendar = rule_of(name), replace(SLOW, **changed)
    asked = simulate_in_time(rule, calendar, TOXIC, range(400), 9)
    late = without_early_ends(rule, calendar, monkeypatch)
    for part in ("participants", "dlts", "level", "highest", "stop", "selected", "memory"):
        np.testing.assert_array_equal(getattr(asked.states, part), getattr(late.states, part))
    for part in ("began", "day", "idle", "waited", "longest_wait", "suspended", "suspensions"):
        np.testing.assert_array_equal(getattr(asked, part), getattr(late, part))
    assert (asked.ended <= late.ended).all()
    assert (asked.ended >= asked.day).all()
    assert bool((asked.ended == late.ended).all()) == is_same
    if calendar.meeting_interval_days:
        earlier = asked.ended < late.ended
        assert (asked.ended[earlier] % calendar.meeting_interval_days == 0).all(), "it ends at a meeting"


def test_a_cohort_that_a_sentinel_ends_is_not_full_before_its_dlt() -> None:
    calendar = replace(SLOW, sentinels=1, sentinel_interval_days=10.0, sentinel_dlt="end_cohort")
    sentinel = {"participants": 1, "interval_days": 10, "on_dlt": "end_cohort"}
    dlt = {"definition": "any", "attribution": ["product"], "window_days": 28}
    evaluable = {"rule": "the window completed", "replaced": True}
    rule = build_design(
        protocol_of(design="tite_boin", max_participants=18, sentinel=sentinel, dlt=dlt, evaluable=evaluable)
    )
    clocks = simulate_in_time(rule, calendar, np.array([0.9, 0.95, 0.99]), range(300), 3)
    people = clocks.people
    dosed = people.dosed_at.sum(axis=1)
    cut_short = np.flatnonzero(dosed - clocks.first < clocks.planned)
    assert cut_short.size > 5
    for trial in cut_short.tolist():
        first = int(clocks.first[trial])
        assert people.is_toxic[first, trial]
        assert clocks.ended[trial] >= people.closes[first, trial]
