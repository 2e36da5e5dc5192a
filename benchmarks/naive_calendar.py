"""Trials in time in plain Python, one after the other: TITE-BOIN, and BOIN with the intervals of a cell therapy.

Every trial is a list of people and a clock. Nothing of it is taken from the package.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks import rules
from benchmarks.calendar_cases import A_WINDOW, CELL_THERAPY, SITES, WINDOW
from benchmarks.naive import STOP, NaiveBoin, Trial

COHORT = 3


@dataclass(frozen=True)
class Person:
    """Level, day of dosing, day on which the outcome is known, and the outcome: T, N or lost."""

    level: int
    dosed_on: float
    known_on: float
    outcome: str


@dataclass(frozen=True)
class InTime:
    """Means over trials: days from the first dosing to the end, and evaluable participants."""

    days: float
    participants: float


@dataclass
class Clock:
    """One trial, its day and its people."""

    day: float = 0.0
    people: list[Person] = field(default_factory=list)

    def dose(self, chance: random.Random, level: int, window: float, leaving: float, whole_days: bool) -> None:
        """Treat one participant today."""
        toxic = chance.random() * window if chance.random() < rules.TRUTH[level] else math.inf
        gone = chance.random() * window if chance.random() < leaving else math.inf
        if whole_days:
            toxic, gone = (value if math.isinf(value) else math.floor(value) for value in (toxic, gone))
        outcome = "lost" if gone < min(toxic, window) else "T" if toxic < math.inf else "N"
        self.people.append(Person(level, self.day, self.day + min(toxic, gone, window), outcome))

    def counts(self, level: int) -> tuple[int, int]:
        """Evaluable participants at a level, and DLTs, of those whose outcome is known today."""
        known = [each.outcome for each in self.people if each.level == level and each.known_on <= self.day]
        return len(known) - known.count("lost"), known.count("T")


def tite_boin(trials: int, seed: int) -> InTime:
    """TITE-BOIN by imputation; candidates who come while another waits are turned away."""
    chance, design = random.Random(seed), NaiveBoin()
    ends = [_tite_boin_trial(chance, design) for _ in range(trials)]
    return _means(ends, trials)


def _tite_boin_trial(chance: random.Random, design: NaiveBoin) -> Clock:
    clock, level, highest = Clock(), 0, rules.LEVELS - 1
    while level != STOP and len(clock.people) < rules.PARTICIPANTS:
        clock.day += chance.expovariate(A_WINDOW / WINDOW)
        if clock.people and len(clock.people) % COHORT == 0:
            level, highest = _decide_in_time(clock, design, level, highest)
        if level != STOP:
            clock.dose(chance, level, WINDOW, 0.0, False)
    if level != STOP:
        clock.day = max(each.known_on for each in clock.people)
    return clock


def _decide_in_time(clock: Clock, design: NaiveBoin, level: int, highest: int) -> tuple[int, int]:
    """The next level, waiting as long as dosing is suspended."""
    while True:
        for each in range(rules.LEVELS):
            treated = sum(person.level == each for person in clock.people)
            if design.toxic[treated, clock.counts(each)[1]]:
                highest = min(highest, each - 1)
        if highest < level:
            return highest if highest >= 0 else STOP, highest
        here = [person for person in clock.people if person.level == level]
        waiting = [person for person in here if person.known_on > clock.day]
        treated, dlts = len(here), clock.counts(level)[1]
        if dlts >= math.ceil(design.down * treated - 1e-9):
            return max(level - 1, 0), highest
        if len(waiting) <= treated / 2 and treated - len(waiting) >= 2:
            followed = sum((clock.day - person.dosed_on) / WINDOW for person in waiting)
            rate = (dlts + rules.TARGET / 2) / (treated - len(waiting) + 1)
            imputed = (dlts + rate / (1 - rate) * (len(waiting) - followed)) / treated
            if imputed <= design.up:
                return min(level + 1, highest), highest
            if imputed >= design.down and dlts / treated >= rules.TARGET:
                return max(level - 1, 0), highest
            return level, highest
        clock.day = min(person.known_on for person in clock.people if person.known_on > clock.day)


def cell_therapy(trials: int, seed: int) -> InTime:
    """BOIN, people and cohorts kept apart, a sentinel, meetings, and replacement of those who leave."""
    chance, design = random.Random(seed), NaiveBoin()
    ends = [_cell_therapy_trial(chance, design) for _ in range(trials)]
    return _means(ends, trials)


def _cell_therapy_trial(chance: random.Random, design: NaiveBoin) -> Clock:
    clock, trial, arrived = Clock(), Trial(), 0.0
    given = CELL_THERAPY
    window = given["window_days"] + 1  # to the end of the last day
    while sum(trial.participants) < rules.PARTICIPANTS and trial.level != STOP:
        cohort: list[Person] = []
        while (place := _free_place(clock, cohort)) is not None:
            arrived = _next_arrival(chance, arrived)
            clock.day = max(math.ceil(arrived), clock.day, place)
            if cohort:
                clock.day = max(clock.day, clock.people[-1].dosed_on + given["between_participants_days"])
                clock.day = _after_the_sentinel(clock.day, cohort)
            clock.dose(chance, trial.level, window, given["leaving"], True)
            cohort.append(clock.people[-1])
        clock.day = max(each.known_on for each in cohort)
        evaluable = [each.outcome for each in cohort if each.outcome != "lost"]
        trial.participants[trial.level] += len(evaluable)
        trial.dlts[trial.level] += evaluable.count("T")
        trial.level = design.next_level(trial, len(evaluable), evaluable.count("T"))
        if sum(trial.participants) < rules.PARTICIPANTS and trial.level != STOP:
            meeting = max(clock.day, clock.people[-1].dosed_on + given["between_cohorts_days"])
            every = given["meeting_interval_days"]
            clock.day = math.ceil(meeting / every - 1e-9) * every + given["decision_lag_days"]
    return clock


def _after_the_sentinel(day: float, cohort: list[Person]) -> float:
    """The day on which one more may be dosed; the next is the sentinel where that one left before the interval."""
    interval = CELL_THERAPY["sentinel_interval_days"]
    for sentinel in cohort:
        over = sentinel.dosed_on + interval
        if sentinel.outcome != "lost" or sentinel.known_on >= over:
            return max(day, over)
        day = max(day, sentinel.known_on)
    return day


def _free_place(clock: Clock, cohort: list[Person]) -> float | None:
    """The day from which a place of the cohort is free, None once all are taken by people who stay."""
    staying = sum(each.outcome != "lost" for each in cohort)
    if staying >= COHORT:
        return None
    if len(cohort) < COHORT:
        return clock.day
    gone = sorted(each.known_on for each in cohort if each.outcome == "lost")
    return gone[len(cohort) - COHORT]


def _next_arrival(chance: random.Random, after: float) -> float:
    """The next candidate of any site: by the site that has one first."""
    return min(max(after, opens) + chance.expovariate(rate / 30.0) for rate, opens in SITES)


def _means(ends: list[Clock], trials: int) -> InTime:
    days = sum(clock.day - clock.people[0].dosed_on for clock in ends) / trials
    evaluable = sum(each.outcome != "lost" for clock in ends for each in clock.people) / trials
    return InTime(days, evaluable)


NAIVE: dict[str, Callable[[int, int], InTime]] = {"tite_boin": tite_boin, "cell_therapy": cell_therapy}
