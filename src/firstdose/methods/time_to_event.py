"""Time to an event: Kaplan-Meier and, with competing events, Aalen-Johansen; a person may contribute several times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from firstdose.methods._counts import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class StepFunction:
    """A step function over times, in their unit; each array has shape (T,).

    ``estimate`` holds just after each time: the probability to be without the event still (``start`` is 1), or to have
    had it (``start`` is 0). ``error`` is its standard error. The limits are nan where no error can be estimated: as
    long as the estimate is 0 or 1; what is possible then is a matter of exact limits for the number at risk.
    """

    start: float
    time: FloatArray
    estimate: FloatArray
    error: FloatArray
    lower: FloatArray
    upper: FloatArray

    def at(self, time: float) -> tuple[float, float, float]:
        """(estimate, lower, upper) at a time; all nan before time 0 and beyond the last time observed."""
        if not 0 <= time <= self.time[-1]:
            return float("nan"), float("nan"), float("nan")
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        if place < 0:
            return self.start, float("nan"), float("nan")
        return float(self.estimate[place]), float(self.lower[place]), float(self.upper[place])

    def time_until(self, share: float = 0.5) -> float:
        """First time at which the share with the event reaches ``share``; nan if it never does."""
        reached = np.flatnonzero(np.abs(self.estimate - self.start) >= share - 1e-12)
        return float(self.time[reached[0]]) if reached.size else float("nan")


@dataclass(frozen=True)
class Curve(StepFunction):
    """A step function over the distinct observed times, with the numbers at risk and of events at each."""

    at_risk: IntArray
    events: IntArray


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    certainty: float = 0.95,
    as_if_left_out: bool = False,
) -> Curve:
    """Probability to be without the event; log-log limits.

    time (not negative, e.g. days) and event (boolean; False is censored) have shape (N,). Censored at the time of an
    event is at risk for it. ``cluster`` (shape (N,)) names the person where one contributes several times, such as
    several adverse events until their resolution: the error is then the robust one over persons (infinitesimal
    jackknife), and Greenwood's otherwise; with one time each the two are the same. ``as_if_left_out``: for few persons
    who contribute unequally, see `leverage`.
    Source: Kaplan and Meier, JASA 1958;53:457; Kalbfleisch and Prentice 1980 (limits); Williams, Biometrics
    1995;51:1047 (clusters). Raises ValueError for shapes, no times, and times negative or not finite.
    """
    times, occurred, who = _checked(time, np.asarray(event), cluster)
    if occurred.dtype != np.bool_:
        raise ValueError("event must be boolean")
    steps = _Steps(times, occurred[None, :].astype(np.bool_))
    error = _error(steps.survival_influence(), who, as_if_left_out)
    return _curve(1.0, steps, steps.total, steps.survival, error, certainty)


def aalen_johansen(
    time: ArrayLike,
    cause: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    certainty: float = 0.95,
    as_if_left_out: bool = False,
) -> dict[int, Curve]:
    """Cumulative incidence of each cause while the others compete (death, for one); log-log limits.

    ``cause`` (shape (N,)) is 0 where censored and otherwise a positive whole number, the keys of the answer. The other
    arguments and errors are those of `kaplan_meier`; the error is the robust one (infinitesimal jackknife).
    Source: Aalen and Johansen, Scand J Stat 1978;5:141; error as in Williams 1995.
    """
    times, code, who = _checked(time, np.asarray(cause), cluster)
    if code.dtype.kind not in "iu" or bool((code < 0).any()):
        raise ValueError("cause must be whole numbers, 0 where censored")
    causes = [int(one) for one in np.unique(code[code > 0])]
    steps = _Steps(times, np.stack([code == one for one in causes]) if causes else np.zeros((0, len(code)), np.bool_))
    curves = {}
    for row, one in enumerate(causes):
        incidence = np.cumsum(steps.survival_before * steps.events[row] / steps.at_risk)
        error = _error(steps.incidence_influence(row), who, as_if_left_out)
        curves[one] = _curve(0.0, steps, steps.events[row], incidence, error, certainty)
    return curves


class _Steps:
    """Distinct times (T,), numbers at risk, events by cause (C, T), and what each observation (N,) does to them."""

    def __init__(self, times: FloatArray, occurred: BoolArray) -> None:
        self.time, place = np.unique(times, return_inverse=True)
        width = len(self.time)
        self.at_risk = np.bincount(place, minlength=width)[::-1].cumsum()[::-1]
        self.events = np.stack(
            [np.bincount(place[one], minlength=width) for one in occurred] or [np.zeros(width, dtype=np.int64)]
        )
        self.total = self.events.sum(axis=0)
        self.survival = np.cumprod(1 - self.total / self.at_risk)
        self.survival_before = np.concatenate([[1.0], self.survival[:-1]])
        self.here = place[:, None] == np.arange(width)
        self.present = place[:, None] >= np.arange(width)
        self.occurred = occurred

    def survival_influence(self) -> FloatArray:
        """Derivative of the survival by each observation's weight, shape (N, T)."""
        left = self.at_risk - self.total
        any_cause = np.asarray(self.occurred.any(axis=0))[:, None] & self.here
        with np.errstate(divide="ignore", invalid="ignore"):
            change = (any_cause - self.present * (self.total / self.at_risk)) / left
            change[:, left == 0] = np.nan
            return np.asarray(-self.survival * np.cumsum(change, axis=1))

    def incidence_influence(self, row: int) -> FloatArray:
        """Derivative of a cause's cumulative incidence by each observation's weight, shape (N, T)."""
        hazard = self.events[row] / self.at_risk
        before = np.concatenate([np.zeros((len(self.here), 1)), self.survival_influence()[:, :-1]], axis=1)
        own = (self.occurred[row : row + 1].T & self.here) - self.present * hazard
        through_survival = np.where(hazard > 0, before * hazard, 0.0)
        return np.asarray(np.cumsum(through_survival + self.survival_before * own / self.at_risk, axis=1))


def step_function(
    start: float, time: FloatArray, estimate: FloatArray, error: FloatArray, certainty: float
) -> StepFunction:
    """A step function with log-log limits. Raises ValueError for a certainty that is none."""
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    z = float(ndtri((1 + certainty) / 2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = (estimate > 0) & (estimate < 1) & (error > 0)
        logarithm = np.where(inside, np.log(estimate), np.nan)
        half = z * error / (estimate * np.abs(logarithm))
        lower, upper = np.exp(logarithm * np.exp(half)), np.exp(logarithm * np.exp(-half))
    return StepFunction(start, time, estimate, error, lower, upper)


def _curve(
    start: float, steps: _Steps, events: IntArray, estimate: FloatArray, error: FloatArray, certainty: float
) -> Curve:
    found = step_function(start, steps.time, estimate, error, certainty)
    return Curve(start, steps.time, estimate, error, found.lower, found.upper, steps.at_risk, events)


def leverage(who: IntArray) -> FloatArray:
    """What the influence of each person (numbered from 0) is to be multiplied by, shape (persons, 1).

    The infinitesimal jackknife makes too little of a person with many observations: leaving the person out changes an
    estimate by 1 / (1 − h) of it, where h is the share of all observations that are theirs. Here that is set in
    relation to equal shares, 1 / n: the factor is 1 where everybody has as many, or there is one person only.
    Source: Bell and McCaffrey, Surv Methodol 2002;28:169 (linear models).
    """
    counts = np.bincount(who)
    if len(counts) < 2:
        return np.ones((len(counts), 1))
    return np.asarray((1 - 1 / len(counts)) / (1 - counts / counts.sum()))[:, None]


def _error(influence: FloatArray, who: IntArray, as_if_left_out: bool) -> FloatArray:
    """The robust error over persons, shape (T,)."""
    by_person = _by_cluster(influence, who)
    return np.asarray(np.sqrt(((by_person * leverage(who) if as_if_left_out else by_person) ** 2).sum(axis=0)))


def _by_cluster(influence: FloatArray, who: IntArray) -> FloatArray:
    """Influences added up within persons, shape (persons, T)."""
    order = np.argsort(who, kind="stable")
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    return np.asarray(np.add.reduceat(influence[order], first, axis=0))


def _checked(
    time: ArrayLike, outcome: BoolArray | IntArray, cluster: ArrayLike | None
) -> tuple[FloatArray, BoolArray | IntArray, IntArray]:
    times = np.asarray(time, dtype=np.float64)
    label = np.arange(times.size) if cluster is None else np.asarray(cluster)
    if times.ndim != 1 or not times.shape == outcome.shape == label.shape:
        raise ValueError(f"shapes {times.shape}, {outcome.shape} and {label.shape} must be one and the same (N,)")
    if times.size == 0:
        raise ValueError("no times are given")
    if not bool((np.isfinite(times) & (times >= 0)).all()):
        raise ValueError("times must be finite and not negative")
    return times, outcome, np.unique(label, return_inverse=True)[1].astype(np.int64)
