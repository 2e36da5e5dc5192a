"""Time to an event whose start and end are known in part: days that may be meant, instead of one day each.

A start may be any day from ``start_first`` to ``start_last``, all as likely, and an end any day from ``end_first`` to
``end_last``; who is censored was last seen without the event on ``end_last``. A time of d days is then as likely to
give these days as the share of possible starts from which d days lead to a possible end. The estimate is the
distribution of times under which all that is known is most likely, without any assumption on its shape; no day is
filled in. It is found by self-consistency (EM), with times of 0, 1, 2, ... days, from the same share at every time.

Sources: Turnbull, J R Stat Soc B 1976;38:290 (self-consistency); De Gruttola and Lagakos, Biometrics 1989;45:1 (starts
known in part). Where every day is known it is the estimate of Kaplan and Meier, or of Aalen and Johansen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.time_to_event import StepFunction, leverage, step_function

CLOSE_ENOUGH = 1e-9
MOST_ROUNDS = 20_000
ROUNDING = 1e-12
HARDLY_ANY = 1e-6
"""Shares of times below this come from stopping the rounds, and are none."""


@dataclass(frozen=True, eq=False)
class PartlyKnown:
    """Observations of which each day is known in part; whole days, all of shape (N,).

    ``cause`` is 0 where censored and otherwise a positive whole number; ``cluster`` numbers the persons from 0.
    Raises ValueError for shapes, no observations, ranges that end before they start, and ends before every start.
    """

    start_first: IntArray
    start_last: IntArray
    end_first: IntArray
    end_last: IntArray
    cause: IntArray
    cluster: IntArray

    def __post_init__(self) -> None:
        arrays = (self.start_first, self.start_last, self.end_first, self.end_last, self.cause, self.cluster)
        if {each.shape for each in arrays} != {(len(self.cause),)} or not len(self.cause):
            raise ValueError("every array must have one and the same shape (N,), with N at least 1")
        if bool(((self.start_last < self.start_first) | (self.end_last < self.end_first)).any()):
            raise ValueError("a first day is later than its last day")
        if bool((self.end_last < self.start_first).any()):
            raise ValueError("an end is before every possible start")

    @property
    def last(self) -> int:
        """The longest time possible."""
        return int((self.end_last - self.start_first).max())

    def likelihood(self, cause: int, time: IntArray) -> FloatArray:
        """How likely times (T,) with a cause, or longer than any (0), make what is known of each; shape (N, T)."""
        start_last = np.minimum(self.start_last, self.end_last)[:, None]
        start_first, end_first, end_last = (each[:, None] for each in (self.start_first, self.end_first, self.end_last))
        from_events = np.minimum(start_last, end_last - time) - np.maximum(start_first, end_first - time) + 1
        still_without = start_last - np.maximum(start_first, end_last - time + 1) + 1
        starts = np.where((self.cause == 0)[:, None], still_without, from_events)
        possible = np.isin(self.cause, (0, cause))[:, None] if cause else (self.cause == 0)[:, None]
        return np.asarray(possible * np.maximum(starts, 0) / (start_last - start_first + 1))


def survival_partly_known(
    observed: PartlyKnown, *, certainty: float = 0.95, as_if_left_out: bool = False
) -> StepFunction:
    """Probability to be without the event at 0, 1, 2, ... days; any cause but 0 is the event.

    Errors are robust over persons (infinitesimal jackknife of the likelihood's maximum), limits log-log;
    ``as_if_left_out`` as for `kaplan_meier`.
    """
    incidence = _incidences(replace(observed, cause=(observed.cause > 0).astype(np.int64)), as_if_left_out)
    time = np.arange(observed.last + 1)
    estimate, error = incidence.get(1, (np.zeros(len(time)), np.zeros(len(time))))
    return step_function(1.0, time.astype(np.float64), 1 - estimate, error, certainty)


def incidence_partly_known(
    observed: PartlyKnown, *, certainty: float = 0.95, as_if_left_out: bool = False
) -> dict[int, StepFunction]:
    """Cumulative incidence of each cause at 0, 1, 2, ... days while the others compete; errors as for the survival."""
    time = np.arange(observed.last + 1, dtype=np.float64)
    found = _incidences(observed, as_if_left_out)
    return {cause: step_function(0.0, time, *each, certainty) for cause, each in found.items()}


def _incidences(observed: PartlyKnown, as_if_left_out: bool) -> dict[int, tuple[FloatArray, FloatArray]]:
    """Cumulative incidence of each cause with its error, at each whole time up to the longest possible."""
    times = np.arange(observed.last + 1)
    causes = [int(one) for one in np.unique(observed.cause[observed.cause > 0])]
    table = [observed.likelihood(cause, times) for cause in causes]
    beyond = observed.likelihood(0, np.array([observed.last + 1]))
    likelihood = np.concatenate([*table, beyond], axis=1)
    what = np.concatenate([*(np.full(len(times), cause) for cause in causes), [0]])
    when = np.concatenate([*(times for _ in causes), [len(times)]])
    possible = np.concatenate(
        [*((each[observed.cause == cause] > 0).any(axis=0) for cause, each in zip(causes, table, strict=True)), [True]]
    )
    shares = np.zeros(len(what))
    shares[possible] = most_likely(likelihood[:, possible])
    holding = shares > 0
    change = _influence(likelihood[:, holding], shares[holding], observed.cluster)
    change = change * leverage(observed.cluster) if as_if_left_out else change
    found = {}
    for cause in causes:
        here = what == cause
        moved = np.zeros((len(change), len(times)))
        moved[:, when[holding & here]] = change[:, here[holding]]
        error = np.sqrt((np.cumsum(moved, axis=1) ** 2).sum(axis=0))
        reached = np.cumsum(shares[here])
        found[cause] = (np.where(reached > 1 - ROUNDING, 1.0, reached), error)
    return found


def most_likely(likelihood: FloatArray) -> FloatArray:
    """The shares of possibilities (T,) under which observations (N, T) are most likely, by self-consistency."""
    count, width = likelihood.shape
    shares = np.full(width, 1 / width)
    for _ in range(MOST_ROUNDS):
        expected = shares * ((1 / (likelihood @ shares)) @ likelihood) / count
        moved = float(np.abs(expected - shares).max())
        shares = expected
        if moved < CLOSE_ENOUGH:
            break
    shares = np.where(shares < HARDLY_ANY, 0.0, shares)
    return np.asarray(shares / shares.sum())


def _influence(likelihood: FloatArray, shares: FloatArray, cluster: IntArray) -> FloatArray:
    """Derivative of positive shares (T,) by the weight of each person, shape (persons, T).

    At the maximum Σ weight_i (likelihood_it / q_i − 1) = 0, with q_i the likelihood of an observation; so the change
    is that of these sums solved by their derivative. It is scaled by the roots of the shares, which makes it as
    well-conditioned as can be; directions in which nothing is known do not change.
    """
    root = np.sqrt(shares)
    ratio = likelihood / (likelihood @ shares)[:, None]
    scaled = ratio * root
    by_person = np.zeros((int(cluster.max()) + 1, len(shares)))
    np.add.at(by_person, cluster, (ratio - 1) * root)
    solved = np.linalg.pinv(scaled.T @ scaled, rcond=HARDLY_ANY, hermitian=True)
    return np.asarray(by_person @ solved * root)
