"""The search for the maximum of a log-likelihood: Newton steps with exact curvature, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

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
NEAR = 0.1  # a step that promises less log-likelihood than this, to a maximum that is known, need not be taken
SAME_PLACE = 0.05  # of the step: how far from that maximum, in any parameter, it may end
SAME_HEIGHT = 0.2  # of what the step promises: how far from that maximum's log-likelihood


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


Derive: TypeAlias = Callable[[FloatArray], Derivatives | None]
"""The likelihood with its derivatives, None where it is impossible."""


def maximise(
    value: Callable[[FloatArray], float],
    derivatives: Derive,
    start: FloatArray,
    degenerate: Callable[[FloatArray], bool],
    known: Sequence[SearchResult] = (),
) -> SearchResult | None:
    """Climb from one start; None where the likelihood is impossible there.

    Each step is Newton's with the curvatures' signs made those of a maximum (so a saddle is left), cut to a length,
    and halved until the log-likelihood rises. A search on its way to a degenerate covariance is given up, unless it
    arrives first, and one on its way to a maximum that is `known` ends with that. Source: Dauphin et al., NeurIPS
    2014, for the signs.
    """
    parameters, gain, escapes = start, np.inf, 0
    here = _possible(derivatives, start)
    if here is None:
        return None
    for count in range(MOST_STEPS):
        step, gain = newton_step(parameters, here)
        if gain <= ENOUGH:
            away = parameters + _way_up(here)
            there = None if escapes == MOST_ESCAPES or (away == parameters).all() else _possible(derivatives, away)
            if there is None:
                return SearchResult(parameters, here.log_likelihood, gain, count)
            parameters, here, escapes = away, there, escapes + 1
            continue
        if gain <= NEAR and (met := _met(known, parameters, here, step, gain)):
            return met
        if count >= PATIENCE and degenerate(parameters):
            return SearchResult(parameters, here.log_likelihood, gain, count)
        found = _climb(value, derivatives, parameters, here.log_likelihood, step, gain)
        if found is None or (gain < GOOD_ENOUGH and newton_step(*found)[1] >= gain):
            return SearchResult(parameters, here.log_likelihood, gain, count)
        parameters, here = found
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
    derivatives: Derive,
    starts: Sequence[FloatArray],
    degenerate: Callable[[FloatArray], bool],
) -> list[SearchResult]:
    """Climb from every start at which the likelihood is possible; the best result first.

    Where several end at one maximum, most of them take no last steps but are told of it by the first. After
    MOST_FAILURES searches that do not arrive no more are made: they are long, and more end alike.
    """
    results: list[SearchResult] = []
    for start in starts:
        known = [result for result in results if result.arrived]
        found = maximise(value, derivatives, start, degenerate, known)
        if found is not None:
            results.append(found)
        if sum(not result.arrived for result in results) == MOST_FAILURES:
            break
    return sorted(results, key=lambda result: -result.log_likelihood)


def _possible(derivatives: Derive, parameters: FloatArray) -> Derivatives | None:
    here = derivatives(parameters)
    return here if here is not None and np.isfinite(here.log_likelihood) else None


def _met(
    known: Sequence[SearchResult], parameters: FloatArray, here: Derivatives, step: FloatArray, gain: float
) -> SearchResult | None:
    """The known maximum at which the step ends, as far as the curvatures here can tell: in place and in height."""
    reach = float(np.abs(step).max())
    for each in known:
        is_there = float(np.abs(parameters + step - each.parameters).max()) <= SAME_PLACE * reach
        if is_there and abs(each.log_likelihood - here.log_likelihood - gain) <= SAME_HEIGHT * gain:
            return each
    return None


def _way_up(here: Derivatives) -> FloatArray:
    """A small move along the direction in which a level point is a minimum; zeros where there is none."""
    curvatures, axes = np.linalg.eigh(-here.hessian)
    return np.asarray(ESCAPE * axes[:, 0] * bool(curvatures[0] < -FLATTEST * np.abs(curvatures).max()))


def _climb(
    value: Callable[[FloatArray], float],
    derivatives: Derive,
    parameters: FloatArray,
    before: float,
    step: FloatArray,
    gain: float,
) -> tuple[FloatArray, Derivatives] | None:
    """Where the step, or a part of it, leads higher; the whole step is tried with its derivatives, which it needs."""
    whole = parameters + step
    there = _possible(derivatives, whole)
    if gain < GOOD_ENOUGH:  # the rise is too small to be seen in the value
        return None if there is None else (whole, there)
    if there is not None and there.log_likelihood - before > SMALLEST_RISE * gain:
        return whole, there
    for halving in range(1, MOST_HALVINGS):
        part = 0.5**halving
        reached = parameters + part * step
        if value(reached) - before > SMALLEST_RISE * part * gain:
            there = _possible(derivatives, reached)
            return None if there is None else (reached, there)
    return None
