"""Every escalation design once more, written from its paper: slow, one trial at a time, on its whole history.

Nothing here knows states, tables or arrays over trials, and nothing is taken from the package. A history is the list
of cohorts that were dosed; a decision is worked out afresh from all of them.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad, quad_vec
from scipy.special import expit
from scipy.stats import beta as beta_distribution


class Given(NamedTuple):
    """One cohort: ``dosed`` of ``planned`` participants, fewer when its decision was settled before.

    Those ``lost`` were dosed too, were not evaluable and were replaced.
    """

    level: int
    dlts: int
    dosed: int
    planned: int
    lost: int = 0


History = tuple[Given, ...]
Data = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Trial:
    """What every design is bound to."""

    levels: int
    target: float | None
    cohort_size: int
    most: int
    start: int = 1
    doses: tuple[float, ...] = (5.0, 10.0, 16.0)
    cap: int | None = None

    @property
    def top(self) -> int:
        """The highest level that may be given."""
        return self.cap or self.levels

    @property
    def rate(self) -> float:
        assert self.target is not None
        return self.target


@dataclass(frozen=True)
class Answer:
    """The advice after a history: the next level, the lowest level that is barred for good, and why it stops."""

    level: int
    barred_from: int
    stop: str = ""


def as_judged(history: History) -> list[Given]:
    """The cohorts as the last decision saw them: who was not dosed in the last cohort counts as without DLT."""
    if not history:
        return []
    last = history[-1]
    return [*history[:-1], last._replace(dosed=last.planned)]


def at(cohorts: list[Given] | History, level: int) -> tuple[int, int]:
    """Participants and DLTs at a level."""
    here = [cohort for cohort in cohorts if cohort.level == level]
    return sum(cohort.dosed for cohort in here), sum(cohort.dlts for cohort in here)


def counts(cohorts: list[Given] | History, levels: int) -> Data:
    """Participants and DLTs at every level."""
    return tuple(at(cohorts, level) for level in range(1, levels + 1))


class NaiveDesign(ABC):
    """A design on one trial's history."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    @abstractmethod
    def answer(self, history: History) -> Answer:
        """What it advises after at least one cohort."""

    @abstractmethod
    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        """The level named when the trial ends for this reason (0: none), and whether the MTD may lie above it."""

    def size(self, history: History, level: int) -> int:
        """Participants in the next cohort."""
        return self.trial.cohort_size

    def chance_above_target(self, cohorts: list[Given]) -> float:
        """P(DLT rate of level 1 > target | data)."""
        n, t = at(cohorts, 1)
        return beta_above(self.trial.rate, n, t)

    def chance_between(self, cohorts: list[Given], level: int, lower: float, upper: float) -> float:
        """P(lower < DLT rate <= upper | data); model-based designs."""
        raise NotImplementedError


@cache
def beta_above(rate: float, n: int, t: int, a: float = 1.0, b: float = 1.0) -> float:
    """P(DLT rate > rate) after t DLTs in n, under a Beta(a, b) prior."""
    return float(beta_distribution.sf(rate, a + t, b + n - t))


# --- 3+3 ---------------------------------------------------------------------------------------------------------


class ThreePlusThree(NaiveDesign):
    """Storer 1989, and what the protocol's variant says of the end."""

    def __init__(self, trial: Trial, variant: str) -> None:
        super().__init__(trial)
        self.variant = variant

    def size(self, history: History, level: int) -> int:
        treated, _ = at(history, level)
        return 3 - treated % 3

    def toxic_from(self, history: History) -> int:
        """The lowest level at which two or more DLTs were seen; one above the highest when there is none."""
        seen = range(1, len(history) + 1)
        moments = [(as_judged(history[:end]), history[end - 1].level) for end in seen]
        toxic = [level for cohorts, level in moments if at(cohorts, level)[1] >= 2]
        return min([*toxic, self.trial.top + 1])

    def answer(self, history: History) -> Answer:
        here = history[-1].level
        cohorts = as_judged(history)
        n, t = at(cohorts, here)
        barred = self.toxic_from(history)
        if t >= 2:
            below = here - 1
            if below < self.trial.start:
                return Answer(max(below, 1), barred, "too_toxic")
            if at(cohorts, below)[0] >= (3 if self.variant == "previous" else 6):
                return Answer(below, barred, "rule_complete")
            return Answer(below, barred)
        good = (t == 0 and n >= 3) or (t == 1 and n >= 6)
        if not good:
            return Answer(here, barred)
        if here + 1 < barred:
            return Answer(here + 1, barred)
        where = here == self.trial.top or self.variant == "previous"
        accepted_early = self.variant != "confirm_six" and where and t == 0
        if n >= 6 or accepted_early:
            return Answer(here, barred, "rule_complete")
        return Answer(here, barred)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        if stop == "maximum":
            return 0, False
        named = self.toxic_from(history) - 1 if stop == "rule_complete" else level
        return named, named == self.trial.top


class RollingSix(NaiveDesign):
    """Skolnik et al. 2008 with every window closed; the MTD needs six with at most one DLT."""

    def size(self, history: History, level: int) -> int:
        return 1

    def answer(self, history: History) -> Answer:
        cohorts, here = as_judged(history), history[-1].level
        toxic = [level for level in range(1, self.trial.levels + 1) if at(cohorts, level)[1] >= 2]
        barred = min([*toxic, self.trial.top + 1])
        if barred == 1:
            return Answer(1, barred, "too_toxic")
        looked_at = min(here, barred - 1)
        n, t = at(cohorts, looked_at)
        if n >= 6 or (t == 0 and n >= 3):
            if here < barred and here + 1 < barred:
                return Answer(here + 1, barred)
            if n >= 6:
                return Answer(looked_at, barred, "rule_complete")
        return Answer(looked_at, barred)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        if stop == "maximum":
            return 0, False
        named = self.answer(history).barred_from - 1 if stop == "rule_complete" else level
        return named, named == self.trial.top


# --- designs that look at the current level's counts --------------------------------------------------------------


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


# --- CRM ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """The one-parameter model with its prior."""

    model: str
    skeleton: tuple[float, ...]
    deviation: float
    intercept: float

    def rates(self, beta: float) -> list[float]:
        """The DLT rates for one beta."""
        if self.model == "empiric":
            return [rate ** math.exp(beta) for rate in self.skeleton]
        labels = [math.log(rate / (1 - rate)) - self.intercept for rate in self.skeleton]
        return [float(expit(self.intercept + math.exp(beta) * label)) for label in labels]

    def density(self, beta: float, data: Data) -> float:
        """Prior times likelihood."""
        value = math.exp(-((beta / self.deviation) ** 2) / 2)
        for rate, (n, t) in zip(self.rates(beta), data, strict=True):
            value *= rate**t * (1 - rate) ** (n - t)
        return value

    def integral(self, function: Callable[[float], float], data: Data, low: float, high: float) -> float:
        """Adaptive quadrature of a function of beta times the density, piece by piece."""
        edges = [edge for edge in np.linspace(-9, 9, 9) if low < edge < high]
        pieces = zip([low, *edges], [*edges, high], strict=True)
        found = (
            quad(lambda beta: function(beta) * self.density(beta, data), *piece, epsabs=1e-14)[0] for piece in pieces
        )
        return float(sum(found))

    def crossing(self, rate: float, level: int) -> float:
        """The beta at which the level has this rate; a larger one is safer."""
        low, high = -9.0, 9.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if self.rates(middle)[level - 1] > rate else (low, middle)
        return (low + high) / 2


@cache
def moments(curve: Curve, data: Data) -> tuple[float, float]:
    """The normalising constant and the posterior mean of beta."""
    constant = curve.integral(lambda beta: 1.0, data, -9, 9)
    return constant, curve.integral(lambda beta: beta, data, -9, 9) / constant


@cache
def posterior_between(curve: Curve, data: Data, level: int, lower: float, upper: float) -> float:
    """P(lower < the level's rate <= upper | data)."""
    low = -9.0 if upper >= 1 else curve.crossing(upper, level)
    high = 9.0 if lower <= 0 else curve.crossing(lower, level)
    return curve.integral(lambda beta: 1.0, data, low, high) / moments(curve, data)[0]


class Crm(NaiveDesign):
    """O'Quigley, Pepe and Fisher 1990 with adaptive quadrature; the estimate is the curve at the mean of beta."""

    def __init__(
        self,
        trial: Trial,
        skeleton: tuple[float, ...],
        model: str = "empiric",
        prior_variance: float = 1.34,
        intercept: float = 3.0,
        restrict: bool = True,
    ) -> None:
        super().__init__(trial)
        self.curve, self.restrict = Curve(model, skeleton, math.sqrt(prior_variance), intercept), restrict

    def chance_above_target(self, cohorts: list[Given]) -> float:
        return posterior_between(self.curve, counts(cohorts, self.trial.levels), 1, self.trial.rate, 1.0)

    def chance_between(self, cohorts: list[Given], level: int, lower: float, upper: float) -> float:
        return posterior_between(self.curve, counts(cohorts, self.trial.levels), level, lower, upper)

    def rates(self, cohorts: list[Given]) -> list[float]:
        """The curve at the posterior mean."""
        return self.curve.rates(moments(self.curve, counts(cohorts, self.trial.levels))[1])

    def answer(self, history: History) -> Answer:
        cohorts = as_judged(history)
        distances = [abs(rate - self.trial.rate) for rate in self.rates(cohorts)]
        level = distances.index(min(distances)) + 1
        last = cohorts[-1]
        if self.restrict:
            coherent = last.level + (last.dlts / last.dosed < self.trial.rate - 1e-9)
            level = min(level, coherent)
        return Answer(level, self.trial.top + 1)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        top = self.trial.top
        return level, level == top and self.rates(as_judged(history))[top - 1] < self.trial.rate


# --- BLRM --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogisticPrior:
    """The two-parameter model: log dose ratios and the bivariate normal prior."""

    x: tuple[float, ...]
    mean: tuple[float, float]
    sd: tuple[float, float]
    correlation: float

    def density(self, log_alpha: float, log_beta: float) -> float:
        """The bivariate normal density up to a constant, for a check by double quadrature."""
        (m1, m2), (s1, s2), r = self.mean, self.sd, self.correlation
        u, v = (log_alpha - m1) / s1, (log_beta - m2) / s2
        return math.exp(-(u * u - 2 * r * u * v + v * v) / (2 * (1 - r * r)))


@cache
def interval_probabilities(prior: LogisticPrior, data: Data, cuts: tuple[float, ...]) -> NDArray[np.float64]:
    """P(interval) at each level, shape (levels, intervals): outer integral adaptive, inner one cut at crossings."""
    (m1, m2), (s1, s2), r = prior.mean, prior.sd, prior.correlation
    nodes, weights = np.polynomial.legendre.leggauss(20)
    logits = [math.log(cut / (1 - cut)) for cut in cuts]
    spread = s1 * math.sqrt(1 - r * r)

    def inner(z: float) -> NDArray[np.float64]:
        slope = math.exp(m2 + s2 * z)
        centre = m1 + r * s1 * z
        low, high = centre - 8 * spread, centre + 8 * spread
        crossings = [value - slope * x for value in logits for x in prior.x]
        edges = np.unique(np.clip([low, *crossings, *np.linspace(low, high, 7), high], low, high))
        half = np.diff(edges)[:, None] / 2
        alpha = edges[:-1, None] + half * (nodes + 1)
        log_density = -(((alpha - centre) / spread) ** 2) / 2 - z * z / 2
        for x, (n, t) in zip(prior.x, data, strict=True):
            if n:
                odds = alpha + slope * x
                log_density += t * odds - n * np.logaddexp(0, odds)
        mass = (np.exp(log_density) * half * weights).sum(axis=1)
        middle = (edges[:-1] + edges[1:]) / 2
        found = np.zeros((len(prior.x), len(cuts) + 1))
        for row, x in enumerate(prior.x):
            np.add.at(found[row], np.searchsorted(logits, middle + slope * x), mass)
        return found

    total, _ = quad_vec(inner, -8.0, 8.0, epsabs=1e-9, epsrel=1e-6, points=[-3.0, 0.0, 3.0])
    return np.asarray(total / total.sum(axis=1, keepdims=True))


class Blrm(NaiveDesign):
    """Neuenschwander, Branson and Gsponer 2008."""

    def __init__(
        self,
        trial: Trial,
        reference_dose: float,
        prior_mean: tuple[float, float],
        prior_sd: tuple[float, float],
        prior_correlation: float = 0.0,
        intervals: tuple[float, float] = (0.16, 0.33),
        overdose_bound: float = 0.25,
        choice: str = "highest_admissible",
        declare: tuple[int, float, bool] | None = None,
    ) -> None:
        super().__init__(trial)
        x = tuple(math.log(dose / reference_dose) for dose in trial.doses)
        self.prior = LogisticPrior(x, prior_mean, prior_sd, prior_correlation)
        self.intervals, self.bound, self.choice, self.declare = intervals, overdose_bound, choice, declare

    def probabilities(self, data: Data, cuts: tuple[float, ...]) -> NDArray[np.float64]:
        """P(interval) at each level, shape (levels, intervals)."""
        return interval_probabilities(self.prior, data, cuts)

    def chance_above_target(self, cohorts: list[Given]) -> float:
        return float(self.probabilities(counts(cohorts, self.trial.levels), (self.trial.rate,))[0, 1])

    def chance_between(self, cohorts: list[Given], level: int, lower: float, upper: float) -> float:
        return float(self.probabilities(counts(cohorts, self.trial.levels), (lower, upper))[level - 1, 1])

    def chosen(self, cohorts: list[Given], treated_only: bool) -> int:
        """The admissible level to give, 0 where there is none."""
        under_target_over = self.probabilities(counts(cohorts, self.trial.levels), self.intervals)
        admissible = [
            level
            for level, (_, _, over) in enumerate(under_target_over, start=1)
            if over <= self.bound and (not treated_only or at(cohorts, level)[0] > 0)
        ]
        if not admissible:
            return 0
        if self.choice == "highest_admissible":
            return max(admissible)
        return max(admissible, key=lambda level: (under_target_over[level - 1, 1], -level))

    def answer(self, history: History) -> Answer:
        cohorts = as_judged(history)
        level = self.chosen(cohorts, treated_only=False)
        if level == 0:
            return Answer(1, self.trial.top + 1, "too_toxic")
        if self.declare is not None:
            participants, certainty, _ = self.declare
            target = self.probabilities(counts(cohorts, self.trial.levels), self.intervals)[level - 1, 1]
            if at(cohorts, level)[0] >= participants and target >= certainty:
                return Answer(level, self.trial.top + 1, "declared")
        return Answer(level, self.trial.top + 1)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        cohorts = as_judged(history)
        if stop == "maximum":
            required = self.declare is not None and self.declare[2]
            level = 0 if required else self.chosen(cohorts, treated_only=True)
        top = self.trial.top
        under = self.probabilities(counts(cohorts, self.trial.levels), self.intervals)[top - 1, 0]
        return level, level == top and float(under) > 0.5
