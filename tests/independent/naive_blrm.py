"""The BLRM once more, with adaptive quadrature outside and the crossings of its intervals inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad_vec

from tests.independent.naive_design import Answer, Data, Given, History, NaiveDesign, Trial, as_judged, at, counts


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
