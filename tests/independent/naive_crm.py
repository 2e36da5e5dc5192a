"""The CRM once more, with adaptive quadrature."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.integrate import quad
from scipy.special import expit

from tests.independent.naive_design import Answer, Data, Given, History, NaiveDesign, Trial, as_judged, counts


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
