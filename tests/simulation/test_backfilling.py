"""Trials in time with backfilling: a published table, and every dosing and decision against a naive re-programming."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from firstdose.designs.boin import Boin
from firstdose.designs.design import Design, Frame
from firstdose.designs.guards import Guard
from firstdose.designs.keyboard import Keyboard
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Floats, Integers, Seen, Step, Stop
from firstdose.simulation.calendar import (
    Calendar,
    CalendarError,
    Site,
    characteristics_in_time,
    outcomes_in_the_end,
    simulate_in_time,
)
from firstdose.simulation.calendar.backfilling import BackfillingClocks
from firstdose.simulation.calendar.draws import ARRIVAL, Draws
from firstdose.simulation.exact import NeedsTime
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed

TARGET, LEVELS, MOST = 0.25, 4, 24
TRUTH = np.array([0.08, 0.16, 0.25, 0.4])
CALENDAR = Calendar(window_days=30, sites=(Site(6.0),), keeps_waiting_list=False)


def boin(**settings: Any) -> EscalationRule:
    return EscalationRule(Boin(frame=Frame((5.0, 10.0, 16.0, 24.0), "million cells", TARGET, 3, MOST), **settings))


def run(rule: EscalationRule, calendar: Calendar, truth: Floats, trials: int, seed: int) -> BackfillingClocks:
    clocks = simulate_in_time(rule, calendar, truth, range(trials), seed)
    assert isinstance(clocks, BackfillingClocks)
    return clocks


# --- the published table -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StaysAtOneOfThree(Boin):
    """The article treats one DLT in three as a stay."""

    def moves(self, participants: Integers, dlts: Integers) -> Integers:
        return np.where((participants == 3) & (dlts == 1), 0, super().moves(participants, dlts))


@dataclass(frozen=True, kw_only=True)
class NineWhoStay(Guard):
    """The article stops once nine were treated at the current level and the decision is to stay."""

    def words(self) -> str:
        return ""

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        enough = (seen.at(seen.current)[0] >= 9) & (step.level == seen.current) & (step.stop == Stop.GOES_ON)
        return replace(step, stop=np.where(enough, np.int8(Stop.ENOUGH_AT_LEVEL), step.stop))


def every_ten_days_or_so(draws: Draws, trials: np.ndarray, person: int, after: Floats) -> Floats:
    """Uniform gaps with a mean of ten days: three a month, as the article's durations show."""
    return after + 20.0 * draws._uniforms(ARRIVAL, trials, person)


STEEP, EARLY = (0.04, 0.12, 0.25, 0.43, 0.63), (0.12, 0.25, 0.42, 0.49, 0.55)


@pytest.mark.parametrize(
    ("truth", "responses", "mtd", "published"),
    [
        (STEEP, (0.10, 0.20, 0.30, 0.45, 0.58), 3, (57.6, 9.7, 16.9, 9.8, 4.2, 30.9)),
        (STEEP, None, 3, (56.7, 12.3, 11.4, 8.0, 4.6, 23.9)),
        (EARLY, (0.20, 0.30, 0.40, 0.50, 0.60), 2, (57.8, 10.9, 10.4, 10.3, 4.8, 25.5)),
        (EARLY, (0.30, 0.35, 0.36, 0.36, 0.36), 2, (57.5, 10.8, 11.1, 10.3, 4.8, 26.2)),
    ],
    ids=["scenario 3", "scenario 3, BOIN", "scenario 2", "scenario 6"],
)
def test_zhao_and_others_table_4(
    truth: tuple[float, ...],
    responses: tuple[float, ...] | None,
    mtd: int,
    published: tuple[float, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Zhao et al., Clin Cancer Res 2024;30:673, table 4, as the vignette and the tests of simFastBOIN 2.1 quote it.

    Percentage of trials that select the MTD and a level above it; participants below, at and above it, and in all. The
    tolerances are those within which that software reproduces the table (2.1 points, 0.4 participants). Durations
    are not compared: the article turns everybody away who cannot be treated at once, here one waits.
    """
    monkeypatch.setattr(Draws, "next_arrival", every_ten_days_or_so)
    frame = Frame((1.0, 2.0, 3.0, 4.0, 5.0), "mg", TARGET, 3, 30)
    rule = EscalationRule(StaysAtOneOfThree(frame=frame), (NineWhoStay(frame=frame),))
    if responses is not None:
        rule = rule.with_backfill(12, response_rates=responses)
    calendar = Calendar(window_days=30, sites=(Site(3.0),), keeps_waiting_list=False)
    states = outcomes_in_the_end(simulate_in_time(rule, calendar, np.array(truth), range(10_000), 3))
    people = states.participants.mean(axis=0)
    selected = [100 * (states.selected == mtd).mean(), 100 * (states.selected > mtd).mean()]
    assert selected == pytest.approx(published[:2], abs=2.1)
    below, above = people[: mtd - 1].sum(), people[mtd:].sum()
    assert [below, people[mtd - 1], above, people.sum()] == pytest.approx(published[2:], abs=0.4)


# --- every dosing and decision, once more ------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    level: int
    dosed_on: float
    closes: float
    toxic: bool
    backfilled: bool


class NaiveTrial:
    """One trial of BF-BOIN, person by person."""

    def __init__(self, most_at_a_level: int) -> None:
        safe, toxic = 0.6 * TARGET, 1.4 * TARGET
        odds = TARGET / (1 - TARGET)
        self.up = math.log((1 - safe) / (1 - TARGET)) / math.log(odds * (1 - safe) / safe)
        self.down = math.log((1 - TARGET) / (1 - toxic)) / math.log(toxic / (1 - toxic) / odds)
        self.cap = most_at_a_level
        self.people: list[Person] = []
        self.level, self.highest = 1, LEVELS

    def counts(self, level: int, day: float) -> tuple[int, int]:
        known = [each for each in self.people if each.level == level and each.closes <= day]
        return len(known), sum(each.toxic for each in known)

    def move(self, n: int, t: int) -> int:
        return 1 if t / n <= self.up else -1 if t / n >= self.down else 0

    def exceeds(self, n: int, t: int) -> bool:
        return n > 0 and t / n >= self.down

    def open_level(self, day: float) -> int:
        """The level at which somebody who comes now is backfilled, 0 for none."""
        found = 0
        for level in range(1, min(self.level - 1, self.highest) + 1):
            n, t = self.counts(level, day)
            if self.eliminates(n, t):
                break
            more, toxic = self.counts(level + 1, day)
            if self.exceeds(n, t) and self.exceeds(n + more, t + toxic):
                break
            if sum(each.level == level for each in self.people) < self.cap:
                found = level
        return found

    def eliminates(self, n: int, t: int) -> bool:
        chance = sum(math.comb(n + 1, k) * TARGET**k * (1 - TARGET) ** (n + 1 - k) for k in range(t + 1))
        return n >= 3 and chance > 0.95

    def decide(self, day: float) -> None:
        for level in range(1, LEVELS + 1):
            if self.eliminates(*self.counts(level, day)):
                self.highest = min(self.highest, level - 1)
        wanted = self.level + self.move(*self.counts(self.level, day))
        for level in range(1, self.level):
            was = any(each.backfilled and each.level == level for each in self.people)
            if not was or not self.counts(level, day)[0] or self.move(*self.counts(level, day)) == 1:
                continue
            leads = self.level + self.pooled(level, self.level, day)
            if leads < self.level:
                while leads >= level and self.pooled(level, leads, day) == -1:
                    leads -= 1
            wanted = min(wanted, leads)
        self.level = max(min(wanted, self.highest), 1)

    def pooled(self, lowest: int, highest: int, day: float) -> int:
        """The move of all counts at these levels together."""
        each = [self.counts(level, day) for level in range(lowest, highest + 1)]
        return self.move(sum(n for n, _ in each), sum(t for _, t in each))


@pytest.mark.parametrize("truth", [TRUTH, np.array([0.25, 0.4, 0.5, 0.6])])
@pytest.mark.parametrize("keeps_waiting_list", [False, True])
def test_every_person_is_treated_where_a_naive_trial_would(truth: Floats, keeps_waiting_list: bool) -> None:
    trials, cap = 100, 9
    calendar = replace(CALENDAR, keeps_waiting_list=keeps_waiting_list)
    clocks = run(boin().with_backfill(cap), calendar, truth, trials, 11)
    people = clocks.people
    backfilled_in_all = 0
    for trial in range(trials):
        naive, in_cohort = NaiveTrial(cap), 0
        for place in range(people.dosed):
            if not people.level[place, trial]:
                break
            day, level = float(people.dosed_on[place, trial]), int(people.level[place, trial])
            was = bool(clocks.is_backfilled[place][trial])
            cohort = [each for each in naive.people if not each.backfilled][-3:]
            if was:
                assert in_cohort == 3
                assert max(each.closes for each in cohort) > day
                assert level == naive.open_level(day)
            else:
                if in_cohort == 3:
                    assert max(each.closes for each in cohort) <= day
                    naive.decide(day)
                    in_cohort = 0
                assert naive.highest > 0
                assert level == naive.level
                in_cohort += 1
            backfilled_in_all += was
            naive.people.append(Person(level, day, people.closes[place, trial], people.is_toxic[place, trial], was))
        assert clocks.ended[trial] >= max(each.closes for each in naive.people if not each.backfilled)
        naive.decide(float(clocks.ended[trial]))
        escalated = sum(not each.backfilled for each in naive.people)
        assert (escalated == MOST) if naive.highest else (clocks.states.stop[trial] == Stop.TOO_TOXIC)
    assert backfilled_in_all > 2 * trials


def test_the_escalation_has_its_own_maximum_and_levels_their_cap() -> None:
    for cap in (3, 6, 12):
        clocks = run(boin().with_backfill(cap), replace(CALENDAR, sites=(Site(60.0),)), TRUTH, 300, 5)
        beside = clocks.backfilled.sum(axis=1)
        assert (clocks.people.dosed_at.sum(axis=1) - beside == clocks.escalated).all()
        assert clocks.escalated.max() == MOST
        assert (clocks.people.dosed_at[clocks.backfilled > 0] <= max(cap, 3 * MOST)).all()
        # a level takes nobody more by backfilling once it has its cap
        assert (clocks.backfilled <= max(0, cap - 3)).all()
        assert beside.sum() == 0 if cap == 3 else beside.mean() > 1
        assert (clocks.states.stop[clocks.escalated == MOST] != Stop.GOES_ON).all()


def test_without_responses_nobody_is_backfilled_and_the_trial_is_boin() -> None:
    plain = simulate_in_time(boin(), CALENDAR, TRUTH, range(300), 7)
    clocks = run(boin().with_backfill(12, response_rates=(0.0,) * LEVELS), CALENDAR, TRUTH, 300, 7)
    assert not clocks.backfilled.any()
    for found, expected in ((clocks.ended, plain.ended), (clocks.people.dosed_at, plain.people.dosed_at)):
        assert (found == expected).all()
    assert (outcomes_in_the_end(clocks).selected == outcomes_in_the_end(plain).selected).all()


@pytest.mark.parametrize(
    "apart",
    [
        {"meeting_interval_days": 14},
        {"meeting_interval_days": 14, "decision_lag_days": 10},
        {"decision_lag_days": 10},
        {"leaving": 0.3},
    ],
)
def test_without_responses_the_trial_is_boin_under_any_calendar(apart: dict[str, Any]) -> None:
    """The committee meets once the windows are closed, also where cohorts must lie further apart than that."""
    calendar = replace(CALENDAR, **({"between_cohorts_days": 45} | apart if "leaving" not in apart else apart))
    plain = simulate_in_time(boin(), calendar, TRUTH, range(200), 7)
    clocks = run(boin().with_backfill(12, response_rates=(0.0,) * LEVELS), calendar, TRUTH, 200, 7)
    for name in ("ended", "began", "idle", "waited"):
        assert getattr(clocks, name) == pytest.approx(getattr(plain, name)), name
    assert (clocks.people.dosed_at == plain.people.dosed_at).all()
    assert (outcomes_in_the_end(clocks).selected == outcomes_in_the_end(plain).selected).all()


@pytest.mark.parametrize("counts_dosed", [False, True])
@pytest.mark.parametrize("most", [2, 4, 7, 24])
def test_the_escalation_treats_no_more_than_its_maximum(most: int, counts_dosed: bool) -> None:
    rule = EscalationRule(Boin(frame=replace(boin().frame, max_participants=most)), counts_dosed=counts_dosed)
    clocks = run(rule.with_backfill(9), replace(CALENDAR, leaving=0.2), TRUTH, 200, 3)
    counted = clocks.escalated - (0 if counts_dosed else clocks.escalated_lost)
    assert counted.max() == most
    assert (counted[clocks.states.stop == Stop.MAXIMUM] == most).all()
    # the fourth place of the escalation is its last, unless somebody is known to have left
    assert (clocks.backfilled.sum() > 0) == (most > 4)


def test_backfilling_treats_more_below_and_takes_no_longer() -> None:
    """Beside a staggered escalation with a committee; figures and durations come out as for every rule."""
    calendar = replace(CALENDAR, whole_days=True, between_participants_days=5, meeting_interval_days=30)
    scenarios = listed([TRUTH.tolist()], LEVELS)
    plain, more = (
        characteristics_in_time(rule, calendar, scenarios, trials=1000, seed=2)
        for rule in (boin(), boin().with_backfill(9))
    )
    found, before = more.characteristics.scenarios[0], plain.characteristics.scenarios[0]
    assert found.mean_participants[0] > before.mean_participants[0] + 1
    assert found.mean_total_participants > before.mean_total_participants + 4
    assert found.mean_participants[3] == pytest.approx(before.mean_participants[3], abs=0.8)
    assert more.in_time[0].mean_duration_days < plain.in_time[0].mean_duration_days * 1.1


def test_nobody_is_backfilled_once_the_next_cohort_may_be_dosed() -> None:
    """Windows closed, the committee met and three days over without a DLT: who comes then goes on with it."""
    calendar = replace(CALENDAR, meeting_interval_days=14, decision_lag_days=3)
    clocks = run(boin().with_backfill(60), calendar, TRUTH, 60, 8)
    people, seen, overtaken = clocks.people, 0, 0
    for trial in range(60):
        cohort: list[float] = []
        for place in range(people.dosed):
            if not people.level[place, trial]:
                break
            toxic_on = people.closes[:place, trial][people.is_toxic[:place, trial]]
            if not clocks.is_backfilled[place][trial]:
                cohort = [*cohort, people.closes[place, trial]] if len(cohort) < 3 else [people.closes[place, trial]]
                continue
            day, met = people.dosed_on[place, trial], 14 * math.ceil(max(cohort) / 14 - 1e-9)
            while news := [each for each in toxic_on if met < each <= max(day, met + 3)]:  # people decide again
                met, overtaken = 14 * math.ceil(min(news) / 14 - 1e-9), overtaken + 1
            assert day < met + 3
            seen += 1
    assert seen > 500
    assert overtaken > 10


def refuses(rule: EscalationRule, calendar: Calendar, words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        simulate_in_time(rule, calendar, TRUTH, range(2), 1)


def test_what_cannot_be_backfilled_is_refused() -> None:
    keyboard = EscalationRule(Keyboard(frame=boin().frame))
    refuses(keyboard.with_backfill(), CALENDAR, "defined for boin")
    refuses(replace(boin(), sentinels_that_end=1).with_backfill(), CALENDAR, "a sentinel's DLT does not end")
    refuses(boin().with_backfill(12, response_rates=(0.1, 0.2)), CALENDAR, "one a level, 4, not 2")
    with pytest.raises(ValueError, match="at least 1"):
        boin().with_backfill(0)
    with pytest.raises(NeedsTime, match="backfills lower levels"):
        operating_characteristics(boin().with_backfill(), listed([TRUTH.tolist()], LEVELS))
