"""Events in two arms, for many tables at once: Firth's penalised likelihood in closed form, and the exact test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, ndtri, xlog1py, xlogy

from firstdose.methods._counts import FloatArray, IntArray, as_counts
from firstdose.methods.packing import pack_columns

LARGEST = 8.0  # standard deviations at which a tail is taken as sure


def firth_two_arms(
    treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
) -> FloatArray:
    """Signed root of the penalised likelihood ratio for the arm, positive where the treated have fewer events.

    As `firth_logistic` on a column of ones and one for the arm, whose p is that of this root squared. With two arms the
    penalty adds half an event and half a non-event to each arm, and one of each to both together under the null, since
    the penalty of the whole design is kept. Any shape; an arm without people gives 0.
    Source: Firth, Biometrika 1993;80:27; Heinze and Schemper, Stat Med 2002;21:2409.
    """
    counts = (*as_counts(treated, treated_events), *as_counts(control, control_events))
    n, x, m, y = (np.asarray(each, dtype=np.float64) for each in counts)
    apart = _log_likelihood(x + 0.5, n + 1.0) + _log_likelihood(y + 0.5, m + 1.0)
    together = _log_likelihood(x + y + 1.0, n + m + 2.0)
    root = np.sqrt(np.maximum(2.0 * (apart - together), 0.0))
    fewer = np.sign((y + 0.5) / (m + 1.0) - (x + 0.5) / (n + 1.0))
    return np.asarray(np.where((n > 0) & (m > 0), root * fewer, 0.0))


def exact_two_arms(
    treated: ArrayLike, treated_events: ArrayLike, control: ArrayLike, control_events: ArrayLike
) -> FloatArray:
    """P(as few events among the treated, or fewer, given the total): Fisher's exact test, one-sided; 1-dimensional.

    The lower tail of `cochran_armitage` on two doses. Source: Fisher, J R Stat Soc 1935;98:39.
    """
    (n, x), (m, y) = as_counts(treated, treated_events), as_counts(control, control_events)
    columns = [n, x, m, y]
    packed = pack_columns(columns, [int(each.max(initial=0)) + 1 for each in columns])
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return np.asarray(_lower_tail(*(each[first] for each in columns))[inverse])


def normal_score_of_tail(tail: FloatArray) -> FloatArray:
    """The standard normal value with this upper tail, between -8 and 8."""
    return np.asarray(np.clip(-ndtri(np.clip(tail, 0.0, 1.0)), -LARGEST, LARGEST))


def _log_likelihood(events: FloatArray, total: FloatArray) -> FloatArray:
    """Of a binomial at its maximum."""
    share = events / total
    return np.asarray(xlogy(events, share) + xlog1py(total - events, -share))


def _lower_tail(n: IntArray, x: IntArray, m: IntArray, y: IntArray) -> FloatArray:
    """Hypergeometric P(X <= x) for tables of n treated and m controls with x + y events."""
    events = (x + y)[:, None]
    k = np.arange(int(x.max(initial=0)) + 1)[None, :]
    possible = (k <= x[:, None]) & (k >= events - m[:, None])
    inside, others = np.where(possible, k, 0), np.where(possible, events - k, 0)
    logs = _log_choose(n[:, None], inside) + _log_choose(m[:, None], others) - _log_choose((n + m)[:, None], events)
    return np.asarray(np.minimum(np.where(possible, np.exp(logs), 0.0).sum(axis=1), 1.0))


def _log_choose(total: IntArray, chosen: IntArray) -> FloatArray:
    return np.asarray(gammaln(total + 1.0) - gammaln(chosen + 1.0) - gammaln(total - chosen + 1.0))
