"""The search for the maximum of a log-likelihood: Newton steps with exact curvature, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from firstdose.methods._counts import FloatArray

MOST_STEPS = 60
LONGEST_STEP = 1.0  # in each parameter, or half its size where that is more
MOST_ESCAPES = 3  # from a point that is level but no maximum
ESCAPE = 0.1
MOST_FAILURES = 2
PATIENCE = 15  # steps before a degenerate covariance ends the search
FLATTEST = 1e-8  # curvatures are taken as at least this part of the largest
MOST_HALVINGS = 40
SMALLEST_RISE = 1e-4  # of what the step's slope promises
ENOUGH = 1e-16  # a step expected to gain less log-likelihood than this is the last
GOOD_ENOUGH = 1e-10  # what may be left to gain where rounding stops the search


class Derivatives(Protocol):
    """The part of a likelihood's curvature that the search reads."""

    @property
    def log_likelihood(self) -> float: ...

    @property
    def gradient(self) -> FloatArray: ...

    @property
    def hessian(self) -> FloatArray: ...


@dataclass(frozen=True, eq=False)
class SearchResult:
    """Where a search ended. left_to_gain is the log-likelihood that the next Newton step promises."""

    parameters: FloatArray
    log_likelihood: float
    left_to_gain: float
    steps: int

    @property
    def arrived(self) -> bool:
        return self.left_to_gain <= GOOD_ENOUGH


def maximise(
    value: Callable[[FloatArray], float],
    derivatives: Callable[[FloatArray], Derivatives],
    start: FloatArray,
    degenerate: Callable[[FloatArray], bool],
) -> SearchResult:
    """Climb from one start, where the value must be finite.

    Each step is Newton's with the curvatures' signs made those of a maximum (so a saddle is left), cut to a length,
    and halved until the log-likelihood rises. A search on its way to a degenerate covariance is given up, unless it
    arrives first. Source: Dauphin et al., NeurIPS 2014, for the signs.
    """
    parameters, gain, escapes = start, np.inf, 0
    here = derivatives(start)
    for count in range(MOST_STEPS):
        step, gain = newton_step(parameters, here)
        if gain <= ENOUGH:
            away = parameters + _way_up(here)
            if escapes == MOST_ESCAPES or (away == parameters).all() or not np.isfinite(value(away)):
                return SearchResult(parameters, here.log_likelihood, gain, count)
            parameters, here, escapes = away, derivatives(away), escapes + 1
            continue
        if count >= PATIENCE and degenerate(parameters):
            return SearchResult(parameters, here.log_likelihood, gain, count)
        reached = _climb(value, parameters, here.log_likelihood, step, gain)
        there = None if reached is None else derivatives(reached)
        if reached is None or there is None or (gain < GOOD_ENOUGH and newton_step(reached, there)[1] >= gain):
            return SearchResult(parameters, here.log_likelihood, gain, count)
        parameters, here = reached, there
    return SearchResult(parameters, here.log_likelihood, gain, MOST_STEPS)


def newton_step(parameters: FloatArray, here: Derivatives) -> tuple[FloatArray, float]:
    """The next step and the log-likelihood it should gain."""
    curvatures, axes = np.linalg.eigh(-here.hessian)
    sizes = np.abs(curvatures)
    sizes = np.maximum(sizes, max(FLATTEST * sizes.max(initial=0.0), np.finfo(np.float64).tiny))
    along = axes.T @ here.gradient
    step = axes @ (along / sizes)
    gain = float(along @ (along / sizes)) / 2.0
    longest = float((np.abs(step) / np.maximum(LONGEST_STEP, np.abs(parameters) / 2.0)).max(initial=0.0))
    return (step / longest if longest > 1.0 else step), gain


def maximise_from(
    value: Callable[[FloatArray], float],
    derivatives: Callable[[FloatArray], Derivatives],
    starts: Sequence[FloatArray],
    degenerate: Callable[[FloatArray], bool],
) -> list[SearchResult]:
    """Climb from every start at which the value is finite; the best result first.

    After MOST_FAILURES searches that do not arrive no more are made: they are long, and more end alike.
    """
    results: list[SearchResult] = []
    for start in starts:
        if np.isfinite(value(start)):
            results.append(maximise(value, derivatives, start, degenerate))
        if sum(not result.arrived for result in results) == MOST_FAILURES:
            break
    return sorted(results, key=lambda result: -result.log_likelihood)


def _way_up(here: Derivatives) -> FloatArray:
    """A small move along the direction in which a level point is a minimum; zeros where there is none."""
    curvatures, axes = np.linalg.eigh(-here.hessian)
    return np.asarray(ESCAPE * axes[:, 0] * bool(curvatures[0] < -FLATTEST * np.abs(curvatures).max()))


def _climb(
    value: Callable[[FloatArray], float], parameters: FloatArray, before: float, step: FloatArray, gain: float
) -> FloatArray | None:
    if gain < GOOD_ENOUGH:  # the rise is too small to be seen in the value
        return parameters + step if np.isfinite(value(parameters + step)) else None
    for halving in range(MOST_HALVINGS):
        part = 0.5**halving
        reached = parameters + part * step
        if value(reached) - before > SMALLEST_RISE * part * gain:
            return reached
    return None
