"""The designs that look at the current level's counts once more: i3+3, mTPI, mTPI-2, Keyboard and BOIN."""

from __future__ import annotations

import math
from functools import cache

from scipy.stats import beta as beta_distribution

from tests.independent.naive_design import Answer, Given, History, NaiveDesign, Trial, as_judged, at, beta_above


class IntervalDesign(NaiveDesign):
    """Move by the counts at the current level; exclude levels for good; select by isotonic regression."""

    selection_prior = 0.005

    def move(self, n: int, t: int) -> int:
        """1 up, 0 stay, -1 down."""
        raise NotImplementedError

    def excludes(self, n: int, t: int) -> bool:
        raise NotImplementedError

    def excluded_from(self, history: History) -> int:
        """The lowest level that was excluded after any cohort so far."""
        lowest = self.trial.top + 1
        for end in range(1, len(history) + 1):
            cohorts, level = as_judged(history[:end]), history[end - 1].level
            if self.excludes(*at(cohorts, level)):
                lowest = min(lowest, level)
        return lowest

    def answer(self, history: History) -> Answer:
        here = history[-1].level
        n, t = at(as_judged(history), here)
        barred = self.excluded_from(history)
        if barred == 1:
            return Answer(1, 1, "too_toxic")
        wanted = here - 1 if self.excludes(n, t) else here + self.move(n, t)
        return Answer(max(1, min(wanted, barred - 1)), barred)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        barred = self.excluded_from(history)
        cohorts = as_judged(history)
        eligible = [each for each in range(1, barred) if at(cohorts, each)[0] > 0]
        return self.closest(cohorts, eligible)

    def closest(self, cohorts: list[Given], eligible: list[int], bound: float = math.inf) -> tuple[int, bool]:
        a, target, top = self.selection_prior, self.trial.rate, self.trial.top
        data = [at(cohorts, level) for level in eligible]
        fitted = pool_adjacent_violators(
            [(t + a) / (n + 2 * a) for n, t in data],
            [1 / float(beta_distribution.var(t + a, n - t + a)) for n, t in data],
        )
        best, distance = 0, math.inf
        for level, rate in zip(eligible, fitted, strict=True):
            away = abs(rate - target)
            if rate > bound:
                continue
            ties_below = abs(away - distance) < 1e-9 and rate < target
            if away < distance - 1e-9 or ties_below:
                best, distance = level, away
        n, t = at(cohorts, top)
        return best, best == top and n > 0 and self.move(n, t) == 1


def pool_adjacent_violators(values: list[float], weights: list[float]) -> list[float]:
    """The non-decreasing sequence closest to the values by weighted squares."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (v1, w1, c1), (v2, w2, c2) = blocks[-2:]
            blocks[-2:] = [((v1 * w1 + v2 * w2) / (w1 + w2), w1 + w2, c1 + c2)]
    return [value for value, _, length in blocks for _ in range(length)]


class I3plus3(IntervalDesign):
    """Liu, Wang and Ji 2020, table 1 and the two safety rules."""

    def __init__(
        self, trial: Trial, epsilon1: float = 0.05, epsilon2: float = 0.05, exclusion_certainty: float = 0.95
    ) -> None:
        super().__init__(trial)
        self.lower, self.upper = trial.rate - epsilon1, trial.rate + epsilon2
        self.certainty = exclusion_certainty

    def move(self, n: int, t: int) -> int:
        lower, upper = round(self.lower, 9), round(self.upper, 9)
        if round(t / n, 9) < lower:
            return 1
        if round(t / n, 9) <= upper:
            return 0
        return 0 if round((t - 1) / n, 9) < lower else -1

    def excludes(self, n: int, t: int) -> bool:
        return n >= 3 and beta_above(self.trial.rate, n, t) > self.certainty


@cache
def mass_per_width(low: float, high: float, n: int, t: int, a: float, b: float) -> float:
    """Posterior mass of (low, high) per width after t DLTs in n, under a Beta(a, b) prior."""
    posterior = beta_distribution(a + t, b + n - t)
    return float(posterior.cdf(high) - posterior.cdf(low)) / (high - low)


class Keys(IntervalDesign):
    """mTPI (three intervals), mTPI-2 and Keyboard (equally wide ones): go where most posterior mass per width is."""

    def __init__(
        self,
        trial: Trial,
        left: float = 0.05,
        right: float = 0.05,
        certainty: float = 0.95,
        prior: tuple[float, float] = (1.0, 1.0),
        equally_wide: bool = True,
        selection_prior: float = 0.005,
    ) -> None:
        super().__init__(trial)
        self.certainty, self.prior, self.selection_prior = certainty, prior, selection_prior
        self.lower, self.upper = trial.rate - left, trial.rate + right
        self.below = [(0.0, self.lower)]
        self.above = [(self.upper, 1.0)]
        if equally_wide:
            width = self.upper - self.lower
            self.below, self.above = [], []
            end = self.lower
            while end > 1e-9:
                self.below.append((max(end - width, 0.0), end))
                end -= width
            begin = self.upper
            while begin < 1 - 1e-9:
                self.above.append((begin, min(begin + width, 1.0)))
                begin += width

    def move(self, n: int, t: int) -> int:
        """Towards the greatest mass per width; of equal masses that of the higher rates counts."""
        best, direction = -1.0, 0
        for keys, where in ((self.below, 1), ([(self.lower, self.upper)], 0), (self.above, -1)):
            mass = max(mass_per_width(low, high, n, t, *self.prior) for low, high in keys)
            if mass >= best - 1e-12:
                best, direction = mass, where
        return direction

    def excludes(self, n: int, t: int) -> bool:
        return beta_above(self.trial.rate, n, t, *self.prior) > self.certainty


class Boin(IntervalDesign):
    """Liu and Yuan 2015; exclusion, extra safety, bounded selection and early stop as its authors' software."""

    selection_prior = 0.05

    def __init__(
        self,
        trial: Trial,
        p_saf: float | None = None,
        p_tox: float | None = None,
        elimination_certainty: float = 0.95,
        extra_safe: bool = False,
        offset: float = 0.05,
        bound_mtd: bool = False,
        stop_at: int | None = None,
    ) -> None:
        super().__init__(trial)
        target = trial.rate
        safe, toxic = p_saf or 0.6 * target, p_tox or 1.4 * target
        self.up_at = math.log((1 - safe) / (1 - target)) / math.log(target * (1 - safe) / (safe * (1 - target)))
        self.down_at = math.log((1 - target) / (1 - toxic)) / math.log(toxic * (1 - target) / (target * (1 - toxic)))
        self.certainty, self.extra_safe, self.offset = elimination_certainty, extra_safe, offset
        self.bound_mtd, self.stop_at = bound_mtd, stop_at

    def move(self, n: int, t: int) -> int:
        if t / n <= self.up_at:
            return 1
        return -1 if t / n >= self.down_at else 0

    def excludes(self, n: int, t: int) -> bool:
        return n >= 3 and beta_above(self.trial.rate, n, t) > self.certainty

    def answer(self, history: History) -> Answer:
        answer = super().answer(history)
        here = history[-1].level
        n, t = at(as_judged(history), here)
        if answer.stop:
            return answer
        unsafe = beta_above(self.trial.rate, n, t) > self.certainty - self.offset
        if self.extra_safe and here == 1 and n >= 3 and unsafe:
            return Answer(1, 1, "too_toxic")
        if self.stop_at is not None and n >= self.stop_at:
            return Answer(answer.level, answer.barred_from, "enough_at_level")
        return answer

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        if not self.bound_mtd:
            return super().select(history, level, stop)
        barred, cohorts = self.excluded_from(history), as_judged(history)
        eligible = [each for each in range(1, barred) if at(cohorts, each)[0] > 0]
        return self.closest(cohorts, eligible, self.down_at)
