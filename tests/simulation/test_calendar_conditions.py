"""Seasons, manufacturing, doses below those assigned, waiting and late DLTs: against trials programmed step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.simulation.calendar import (
    Calendar,
    CalendarError,
    Manufacturing,
    Site,
    characteristics_in_time,
    outcomes_in_the_end,
    simulate_in_time,
)
from firstdose.simulation.calendar.draws import ARRIVAL, BATCHES, DLT_TIME, SHORTFALL, Draws
from firstdose.simulation.counted_random import trial_keys, uniforms
from firstdose.simulation.monte_carlo import TOLERANCE
from firstdose.simulation.scenarios import listed

TRUTH = np.array([0.1, 0.3, 0.5])
RULE = EscalationRule(DESIGNS["boin"](frame=Frame((5.0, 10.0, 16.0), "million cells", 0.25, 3, 12)))
SUMMER_OFF = (1.0, 1.5, 0.0, 0.5)
PLAIN = Calendar(
    window_days=28,
    sites=(Site(6.0), Site(3.0, opens_on_day=100.0)),
    screening_failures=0.2,
    between_participants_days=7,
    whole_days=True,
)
MAKING = Manufacturing(lead_days=21, failures=0.3, shortfall=0.4)


@dataclass
class Naive:
    """One trial, one participant after the other."""

    calendar: Calendar
    trial: int
    seed: int
    dosed_on: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    dlts: list[int] = field(default_factory=lambda: [0, 0, 0])
    given_below: int = 0
    ended: float = 0.0

    def chance(self, stream: int, person: int) -> float:
        return float(uniforms(trial_keys(self.seed, stream, np.array([self.trial])), np.array([person]))[0])

    def rate_on(self, day: float) -> float:
        """Eligible candidates a day."""
        seasons = self.calendar.seasons or (1.0,)
        factor = seasons[int((day % 365.0) / (365.0 / len(seasons)))]
        sites = sum(site.candidates_per_30_days / 30 for site in self.calendar.sites if day >= site.opens_on_day)
        return float(sites * factor * (1 - self.calendar.screening_failures))

    def arrival(self, person: int, after: float) -> float:
        """Walks in steps between the days on which the rate changes until the exponential gap is used up."""
        left, day = -math.log1p(-self.chance(ARRIVAL, person)), after
        length = 365.0 / len(self.calendar.seasons or (1.0,))
        while True:
            changes = [site.opens_on_day for site in self.calendar.sites if site.opens_on_day > day + 1e-9]
            until = min([*changes, (math.floor(day / length + 1e-9) + 1) * length])
            rate = self.rate_on(day + 1e-7)
            if rate * (until - day) >= left:
                return day + left / rate
            left, day = left - rate * (until - day), until

    def product(self, person: int, arrived: float) -> float:
        making = self.calendar.manufacturing
        if making is None:
            return arrived
        ready, left = arrived + making.lead_days, 1 - self.chance(BATCHES, person)
        while left <= making.failures:
            ready, left = ready + making.lead_days, left / making.failures
        return ready

    def run(self) -> None:
        states, person, arrived, day, free_from = RULE.start(), 0, 0.0, 0.0, 0.0
        while states.stop[0] == Stop.GOES_ON:
            level, toxic, closed = int(states.level[0]), 0, 0.0
            size = int(RULE.cohort_sizes(states)[0])
            for _ in range(size):
                arrived = self.arrival(person, arrived)
                ready = self.product(person, arrived)
                day = max(math.ceil(ready), day, free_from)
                self.dosed_on.append(day)
                self.waits.append(day - ready)
                given = level
                making = self.calendar.manufacturing
                if making is not None and level > 1 and self.chance(SHORTFALL, person) < making.shortfall:
                    given = level - 1
                    self.given_below += 1
                closes = day + 29
                if self.chance(TOLERANCE, person) < TRUTH[given - 1]:
                    toxic += 1
                    self.dlts[level - 1] += 1
                    closes = day + math.floor(self.chance(DLT_TIME, person) * 29)
                closed, person, free_from = max(closed, closes), person + 1, day + 7
            self.ended = max(closed, day)
            every = self.calendar.meeting_interval_days
            if every and person < RULE.frame.max_participants:
                self.ended = math.ceil(self.ended / every) * every
            free_from = max(free_from, self.ended + self.calendar.decision_lag_days)
            states = RULE.advance_as_given(states, states.level, np.array([size]), np.array([toxic]))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"seasons": SUMMER_OFF},
        {"manufacturing": MAKING},
        {"meeting_interval_days": 30, "decision_lag_days": 3, "sites": (Site(0.8),)},
        {"manufacturing": MAKING, "seasons": SUMMER_OFF, "sites": (Site(2.0, opens_on_day=30.0), Site(1.0, 250.0))},
    ],
)
def test_trials_are_those_programmed_step_by_step(given: dict[str, Any]) -> None:
    calendar = replace(PLAIN, **given)
    clocks = simulate_in_time(RULE, calendar, TRUTH, range(60), 11)
    states = outcomes_in_the_end(clocks)
    below = 0
    for trial in range(60):
        naive = Naive(calendar, trial, 11)
        naive.run()
        count = len(naive.dosed_on)
        assert clocks.people.dosed_on[:count, trial].tolist() == naive.dosed_on
        assert clocks.people.dosed_at[trial].sum() == count
        assert states.dlts[trial].tolist() == naive.dlts
        assert clocks.ended[trial] == naive.ended
        assert clocks.waited[trial] == pytest.approx(sum(naive.waits), abs=1e-6)
        assert clocks.longest_wait[trial] == pytest.approx(max(naive.waits), abs=1e-6)
        below += naive.given_below
    assert bool(below) == (calendar.manufacturing is not None)


def test_a_trial_that_is_too_toxic_ends_without_waiting_for_a_candidate() -> None:
    calendar = replace(PLAIN, sites=(Site(0.3),), meeting_interval_days=10, decision_lag_days=5)
    clocks = simulate_in_time(RULE, calendar, np.ones(3), range(50), 12)
    count = clocks.people.dosed_at.sum(axis=1)
    for trial in range(50):
        last = max(clocks.people.closes[: count[trial], trial])
        assert clocks.ended[trial] == math.ceil(last / 10) * 10


def test_batches_fail_as_often_as_they_are_told_and_doses_fall_short_as_often() -> None:
    calendar = replace(PLAIN, manufacturing=MAKING)
    draws, trials = Draws.of(calendar, range(20_000), 5), np.arange(20_000)
    batches = draws.product_on(trials, 0, np.zeros(20_000)) / 21
    for more in range(1, 4):
        assert (batches > more).mean() == pytest.approx(0.3**more, abs=4 * math.sqrt(0.25 / 20_000))
    assigned = np.full(20_000, 2, dtype=np.int16)
    assert (draws.level_given(trials, 0, assigned) == 1).mean() == pytest.approx(0.4, abs=0.015)
    assert (draws.level_given(trials, 0, assigned - 1) == 1).all()


def test_lower_doses_make_fewer_dlts_and_lead_times_longer_trials() -> None:
    scenarios = listed([TRUTH.tolist()], 3)
    plain, made = (
        characteristics_in_time(RULE, calendar, scenarios, trials=500, seed=3)
        for calendar in (PLAIN, replace(PLAIN, manufacturing=Manufacturing(30, shortfall=0.9)))
    )
    top, lower = (sum(each.characteristics.scenarios[0].selected[1:]) for each in (made, plain))
    assert top > lower
    assert made.in_time[0].mean_wait_days >= 0
    document = made.as_json()["scenarios"][0]["in_time"]
    assert document["mean_longest_wait_days"] >= document["mean_wait_days"]
    assert document["standard_errors"]["mean_wait_days"] > 0


@pytest.mark.parametrize(("rate", "late"), [(0.3, 0.5), (0.3, 0.8), (0.7, 0.4)])
def test_log_logistic_times_follow_their_distribution(rate: float, late: float) -> None:
    """P(T <= t) = x / (1 + x), x = (t / scale)^shape, with P(40) the rate and P(20) what is not late."""
    calendar = Calendar(window_days=40, sites=(Site(1.0),), dlt_times="log_logistic", late_share=late)
    times = Draws.of(calendar, range(20_000), 6).dlt_after(np.arange(20_000), 0, np.full(20_000, rate))
    odds = [share / (1 - share) for share in (rate, rate * (1 - late))]
    shape = math.log(odds[0] / odds[1]) / math.log(2)
    scale = 40 / odds[0] ** (1 / shape)
    for day in (5.0, 12.0, 20.0, 33.0, 40.0):
        x = (day / scale) ** shape
        assert (times <= day).mean() == pytest.approx(x / (1 + x) / rate, abs=4 * math.sqrt(0.25 / 20_000))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seasons": (0.0, 0.0)}, "seasons"),
        ({"seasons": (1.0, -1.0)}, "seasons"),
        ({"seasons": (1.0, float("nan"))}, "seasons"),
        ({"manufacturing": Manufacturing(-1)}, "lead_days"),
        ({"manufacturing": Manufacturing(7, failures=1.0)}, "failures"),
        ({"manufacturing": Manufacturing(7, shortfall=float("nan"))}, "shortfall"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        replace(PLAIN, **wrong)
