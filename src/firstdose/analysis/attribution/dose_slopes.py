"""The slope of one value a person on doublings of the dose: permutation of doses, and slopes beside other columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import betainc, stdtrit

from firstdose.analysis.attribution.held_runs import beyond, directions_of, dose_beyond
from firstdose.analysis.scores.measured import FloatArray
from firstdose.methods.dose_arrangements import Arrangements, arrange_doses

ENUMERATE_UP_TO = 2_000
RANDOM_ARRANGEMENTS = 999


@dataclass(frozen=True)
class Permuted:
    """The two-sided probability of a slope as far from 0 among arrangements of doses, and the smallest possible one."""

    p: float
    smallest: float
    is_exact: bool


@dataclass(frozen=True)
class Adjusted:
    """One coefficient of a least-squares fit, with its t interval and two-sided test."""

    estimate: float
    lower: float
    upper: float
    p: float


def permuted_slope(doubling: FloatArray, value: FloatArray, seed: int, runs: FloatArray | None = None) -> Permuted:
    """Test of a slope by permuting doses between people; arguments have shape (N,).

    It asks how often doses dealt to people at random would go with the values as closely. Nobody dealt them at random:
    that people are exchangeable is assumed. Source: Pitman, Suppl J R Stat Soc 1937;4:225. With ``runs`` (N, K) the
    slope has a level for each run, doses are dealt all the same, and t is compared (Draper and Stoneman, Technometrics
    1966;8:695); an arrangement that the runs leave nothing of counts as a slope of 0. Raises ValueError for one dose
    only, for values that do not differ, and for doses that cannot be told from the runs.
    """
    if np.unique(doubling).size < 2:
        raise ValueError("two or more different doses are needed")
    if np.ptp(value) <= 1e-12 * max(float(np.abs(value).max()), 1e-300):
        raise ValueError("every value is the same")
    dealt = _dealt(tuple(doubling.tolist()), seed)
    directions = directions_of(np.zeros((len(value), 0)) if runs is None else runs)
    sums = np.abs((dealt.doses - doubling.mean()) @ beyond(directions, value))
    if directions.shape[1]:
        dose_beyond(doubling, directions)
        lengths = np.sqrt((beyond(directions, dealt.doses) ** 2).sum(axis=1))
        least = 1e-7 * float(lengths.max())
        sums = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > least)
    p = float((sums >= sums[0] - 1e-9 * sums.max()).mean())
    return Permuted(p, dealt.smallest_attainable, dealt.exact)


@lru_cache(maxsize=64)
def _dealt(doubling: tuple[float, ...], seed: int) -> Arrangements:
    """Arrangements of doses; kept, since every outcome is seen in much the same people."""
    return arrange_doses(np.array(doubling), random=RANDOM_ARRANGEMENTS, seed=seed, enumerate_up_to=ENUMERATE_UP_TO)


def adjusted_slopes(columns: FloatArray, value: FloatArray, *, certainty: float = 0.95) -> tuple[Adjusted, ...]:
    """Least squares of ``value`` (N,) on an intercept and ``columns`` (N, K): a coefficient each.

    Source: Fisher, J R Stat Soc 1922;85:597. Raises ValueError where fewer than one degree of freedom is left, where
    the columns cannot be told apart, and where the values show no spread about the fit.
    """
    people, width = columns.shape
    free = people - width - 1
    if free < 1:
        raise ValueError(f"{people} people cannot show {width} slopes and their errors")
    away = columns - columns.mean(axis=0)
    if np.linalg.matrix_rank(away / np.maximum(np.sqrt((away**2).sum(axis=0)), 1e-300), tol=1e-7) < width:
        raise ValueError("the columns cannot be told apart in these people")
    height = value - value.mean()
    inverse = np.linalg.inv(away.T @ away)
    estimates = inverse @ away.T @ height
    rest = height - away @ estimates
    if float(np.abs(rest).max()) <= 1e-12 * max(float(np.abs(value).max()), 1e-300):
        raise ValueError("the values lie on the fit exactly, so they show no spread")
    errors = np.sqrt(rest @ rest / free * np.diag(inverse))
    reach = float(stdtrit(free, (1 + certainty) / 2))
    return tuple(
        Adjusted(b, b - reach * s, b + reach * s, float(betainc(free / 2, 0.5, free / (free + (b / s) ** 2))))
        for b, s in zip(estimates.tolist(), errors.tolist(), strict=True)
    )
