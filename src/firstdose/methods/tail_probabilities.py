"""Tails and quantiles of t and F, with infinitely many degrees of freedom allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtr, chdtrc, chdtri, fdtr, fdtrc, fdtri, gammaincinv, ndtr, ndtri, stdtr, stdtrit

from firstdose.methods._counts import FloatArray

SMALLEST = float(np.finfo(np.float64).tiny)


def t_above(statistic: ArrayLike, degrees_of_freedom: ArrayLike) -> FloatArray:
    """P(T >= statistic)."""
    t, free = np.broadcast_arrays(*_numbers(statistic, degrees_of_freedom))
    return np.asarray(np.where(np.isinf(free), ndtr(-t), stdtr(np.where(np.isinf(free), 1.0, free), -t)))


def t_two_sided(statistic: ArrayLike, degrees_of_freedom: ArrayLike) -> FloatArray:
    """P(|T| >= |statistic|)."""
    return np.asarray(2 * t_above(np.abs(np.asarray(statistic, dtype=np.float64)), degrees_of_freedom))


def t_quantile_above(probability: ArrayLike, degrees_of_freedom: ArrayLike) -> FloatArray:
    """The value that T exceeds with this probability.

    It is searched for, so that a single probability is looked up once for all that share their degrees of freedom.
    """
    p, free = _numbers(probability, degrees_of_freedom)
    if p.ndim or free.size < 2:
        return _t_quantile_above(*np.broadcast_arrays(p, free))
    different, place = np.unique(free, return_inverse=True)
    return _t_quantile_above(p, different)[place].reshape(free.shape)


def _t_quantile_above(p: FloatArray, free: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isinf(free), -ndtri(p), -stdtrit(np.where(np.isinf(free), 1.0, free), p)))


def normal_score(statistic: ArrayLike, degrees_of_freedom: ArrayLike) -> FloatArray:
    """The standard normal value with the same tail as a t statistic has."""
    t = np.asarray(statistic, dtype=np.float64)
    return np.asarray(-np.sign(t) * ndtri(np.maximum(t_above(np.abs(t), degrees_of_freedom), SMALLEST)))


def f_above(statistic: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """P(F >= statistic)."""
    f, over, under = np.broadcast_arrays(*_numbers(statistic, numerator, denominator))
    whole = np.isinf(under)
    return np.asarray(np.where(whole, chdtrc(over, over * f), fdtrc(over, np.where(whole, 1.0, under), f)))


def f_below(statistic: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """P(F <= statistic)."""
    f, over, under = np.broadcast_arrays(*_numbers(statistic, numerator, denominator))
    whole = np.isinf(under)
    return np.asarray(np.where(whole, chdtr(over, over * f), fdtr(over, np.where(whole, 1.0, under), f)))


def f_quantile_above(probability: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """The value that F exceeds with this probability, exact for small probabilities."""
    p, over, under = np.broadcast_arrays(*_numbers(probability, numerator, denominator))
    whole = np.isinf(under)
    finite = 1 / fdtri(np.where(whole, 1.0, under), over, p)
    return np.asarray(np.where(whole, chdtri(over, p) / over, finite))


def f_quantile_below(probability: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """The value that F falls short of with this probability, exact for small probabilities."""
    p, over, under = np.broadcast_arrays(*_numbers(probability, numerator, denominator))
    whole = np.isinf(under)
    finite = fdtri(over, np.where(whole, 1.0, under), p)
    return np.asarray(np.where(whole, 2 * gammaincinv(over / 2, p) / over, finite))


def _numbers(*values: ArrayLike) -> list[FloatArray]:
    return [np.asarray(value, dtype=np.float64) for value in values]
