"""A plain-Python Monte Carlo of BOIN, CRM and BLRM: lists, math and random, one trial after the other.

It is what one would write first: readable, without numpy, and without merging trials that look alike. Nothing of it is
taken from the package. Levels count from 0; a level of -1 stops the trial without a selection.
"""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from benchmarks import rules

Rates = tuple[float, ...]
STOP = -1


@dataclass
class Trial:
    """One simulated trial: participants and DLTs at each level, and where it stands."""

    participants: list[int] = field(default_factory=lambda: [0] * rules.LEVELS)
    dlts: list[int] = field(default_factory=lambda: [0] * rules.LEVELS)
    level: int = 0
    highest: int = rules.LEVELS - 1


class NaiveDesign(ABC):
    """An escalation design for one trial at a time."""

    @abstractmethod
    def next_level(self, trial: Trial, cohort_size: int, cohort_dlts: int) -> int:
        """The level to treat next after a cohort, or STOP."""

    @abstractmethod
    def select(self, trial: Trial) -> int:
        """The level named at the end, or STOP for none."""


@dataclass
class Simulated:
    """Means over trials: how often each level was selected, and participants and DLTs at each level."""

    trials: int
    selected: list[float]
    participants: list[float]
    dlts: list[float]


def simulate(design: NaiveDesign, truth: Rates, trials: int, cohort_size: int = 3, seed: int = 1) -> Simulated:
    """Simulate trials of a design under one true curve."""
    generator = random.Random(seed)
    selected, participants, dlts = ([0] * rules.LEVELS for _ in range(3))
    for _ in range(trials):
        trial = Trial()
        treated = 0
        while treated < rules.PARTICIPANTS and trial.level != STOP:
            cohort_dlts = sum(generator.random() < truth[trial.level] for _ in range(cohort_size))
            treated += cohort_size
            trial.participants[trial.level] += cohort_size
            trial.dlts[trial.level] += cohort_dlts
            trial.level = design.next_level(trial, cohort_size, cohort_dlts)
        choice = design.select(trial) if trial.level != STOP else STOP
        if choice != STOP:
            selected[choice] += 1
        for level in range(rules.LEVELS):
            participants[level] += trial.participants[level]
            dlts[level] += trial.dlts[level]
    means = [[total / trials for total in totals] for totals in (selected, participants, dlts)]
    return Simulated(trials, *means)


class NaiveBoin(NaiveDesign):
    """BOIN with the defaults of the R package of that name."""

    def __init__(self) -> None:
        target, safe, toxic = rules.TARGET, 0.6 * rules.TARGET, 1.4 * rules.TARGET
        self.up = math.log((1 - safe) / (1 - target)) / math.log(target * (1 - safe) / (safe * (1 - target)))
        self.down = math.log((1 - target) / (1 - toxic)) / math.log(toxic * (1 - target) / (target * (1 - toxic)))
        self.toxic = {
            (n, t): n >= 3 and chance_above(rules.TARGET, n, t) > 0.95
            for n in range(rules.PARTICIPANTS + 1)
            for t in range(n + 1)
        }

    def next_level(self, trial: Trial, cohort_size: int, cohort_dlts: int) -> int:
        level = trial.level
        n, t = trial.participants[level], trial.dlts[level]
        if self.toxic[n, t]:
            trial.highest = min(trial.highest, level - 1)
            return level - 1 if level else STOP
        if t / n <= self.up:
            return min(level + 1, trial.highest)
        if t / n >= self.down:
            return max(level - 1, 0)
        return level

    def select(self, trial: Trial) -> int:
        levels = [level for level in range(trial.highest + 1) if trial.participants[level]]
        pools: list[tuple[float, float, list[int]]] = []
        for level in levels:
            a = trial.dlts[level] + 0.05
            b = trial.participants[level] - trial.dlts[level] + 0.05
            pool = (a / (a + b), (a + b) ** 2 * (a + b + 1) / (a * b), [level])
            while pools and pools[-1][0] > pool[0]:
                rate, weight, members = pools.pop()
                together = weight + pool[1]
                pool = ((rate * weight + pool[0] * pool[1]) / together, together, members + pool[2])
            pools.append(pool)
        rate, _, members = min(pools, key=lambda pool: abs(pool[0] - rules.TARGET))
        return members[-1] if rate < rules.TARGET else members[0]


def chance_above(rate: float, n: int, t: int) -> float:
    """P(DLT rate > rate) after t DLTs in n under a uniform prior, as a binomial sum."""
    return sum(math.comb(n + 1, k) * rate**k * (1 - rate) ** (n + 1 - k) for k in range(t + 1))


class NaiveCrm(NaiveDesign):
    """The empiric CRM: the posterior mean of beta by a sum over equally spaced nodes."""

    def __init__(self, nodes: int = 81, reach: float = 6.0) -> None:
        deviation = math.sqrt(rules.PRIOR_VARIANCE)
        self.nodes = []
        for number in range(nodes):
            beta = deviation * reach * (2 * number / (nodes - 1) - 1)
            rates = [skeleton ** math.exp(beta) for skeleton in rules.SKELETON]
            logs = [(math.log(rate), math.log1p(-rate)) for rate in rates if rate > 1e-300]
            logs = [(-690.0, 0.0)] * (rules.LEVELS - len(logs)) + logs
            self.nodes.append((beta, -((beta / deviation) ** 2) / 2, logs))

    def next_level(self, trial: Trial, cohort_size: int, cohort_dlts: int) -> int:
        total = moment = 0.0
        for beta, prior, logs in self.nodes:
            log = prior
            for n, t, (log_rate, log_other) in zip(trial.participants, trial.dlts, logs, strict=True):
                log += t * log_rate + (n - t) * log_other
            weight = math.exp(log)
            total += weight
            moment += weight * beta
        power = math.exp(moment / total)
        distances = [abs(skeleton**power - rules.TARGET) for skeleton in rules.SKELETON]
        may_rise = cohort_dlts < rules.TARGET * cohort_size
        return min(distances.index(min(distances)), trial.level + may_rise)

    def select(self, trial: Trial) -> int:
        return trial.level


class NaiveBlrm(NaiveDesign):
    """The BLRM with overdose control: the posterior by a sum over a grid of both parameters."""

    def __init__(self, side: int = 41, reach: float = 5.0) -> None:
        self.nodes = []
        steps = [reach * (2 * number / (side - 1) - 1) for number in range(side)]
        for first in steps:
            for second in steps:
                intercept = rules.PRIOR_MEAN[0] + rules.PRIOR_SD[0] * first
                slope = math.exp(rules.PRIOR_MEAN[1] + rules.PRIOR_SD[1] * second)
                odds = [intercept + slope * math.log(dose / rules.REFERENCE_DOSE) for dose in rules.DOSES]
                logs = [(-math.log1p(math.exp(-value)), -math.log1p(math.exp(value))) for value in odds]
                over = [value > math.log(rules.INTERVALS[1] / (1 - rules.INTERVALS[1])) for value in odds]
                self.nodes.append((-(first**2 + second**2) / 2, logs, over))

    def overdose(self, trial: Trial) -> list[float]:
        """P(overdose) at each level."""
        total, over = 0.0, [0.0] * rules.LEVELS
        for prior, logs, is_over in self.nodes:
            log = prior
            for n, t, (log_rate, log_other) in zip(trial.participants, trial.dlts, logs, strict=True):
                log += t * log_rate + (n - t) * log_other
            weight = math.exp(log)
            total += weight
            for level, counts in enumerate(is_over):
                over[level] += weight * counts
        return [part / total for part in over]

    def next_level(self, trial: Trial, cohort_size: int, cohort_dlts: int) -> int:
        chances = self.overdose(trial)
        return max((level for level, chance in enumerate(chances) if chance <= rules.OVERDOSE_BOUND), default=STOP)

    def select(self, trial: Trial) -> int:
        chances = self.overdose(trial)
        admissible = [level for level in range(rules.LEVELS) if chances[level] <= rules.OVERDOSE_BOUND]
        return max((level for level in admissible if trial.participants[level]), default=STOP)
