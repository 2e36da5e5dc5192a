"""Linear models of values that are known only to lie below a limit, with a given correlation within people.

Given a person's effect the values are independent: observed ones contribute a normal density, the others the
probability of lying below their limit. The effect is integrated over evenly spaced nodes, for many responses at once,
and the likelihood maximised by Newton's method.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, logsumexp

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.response_matrix import DesignSpace, design_space
from firstdose.methods.tail_probabilities import t_quantile_above, t_two_sided

REACH, STEPS_PER_DEVIATION, MOST_NODES = 7.0, 1.0, 501
ITERATIONS, HALVINGS, CLOSE = 40, 12, 1e-10
AT_ONCE = 1_000_000  # numbers held for some responses at a time
HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, eq=False)
class CensoredFit:
    """A contrast of each response (G,) with its interval and test; NaN where the search did not end."""

    estimate: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    degrees_of_freedom: FloatArray


@dataclass(frozen=True, eq=False)
class CensoredModel:
    """Effects (G, r) in the basis of the design, their covariances (G, r, r), and degrees of freedom (G,)."""

    space: DesignSpace
    effects: FloatArray
    covariance: FloatArray
    degrees_of_freedom: FloatArray

    def test(self, contrast: ArrayLike, *, certainty: float = 0.95) -> CensoredFit:
        """Estimate and test a contrast (p,) of the design's columns, by Student's t."""
        weights, can = self.space.weights(contrast)
        row = weights[0] if can.all() else np.full(weights.shape[1], np.nan)
        estimate = self.effects @ row
        error = np.sqrt(np.einsum("r,grs,s->g", row, self.covariance, row))
        free = np.where(np.isnan(error), np.nan, self.degrees_of_freedom)
        half = t_quantile_above((1 - certainty) / 2, free) * error
        p = t_two_sided(estimate / error, free)
        return CensoredFit(estimate, error, estimate - half, estimate + half, p, free)


def fit_censored(
    response: ArrayLike, limit: ArrayLike, design: ArrayLike, person: ArrayLike, correlation: float
) -> CensoredModel:
    """Fit response (N, G), NaN where it is below limit (N, G) or, where that is NaN too, not known at all.

    design (N, p), person (N,); a negative correlation counts as 0. Standard errors come from the observed information
    and are enlarged by the degrees of freedom that the design takes, so that without censored values they are those of
    generalised least squares. Source: Tobin, Econometrica 1958;26:24; the effect of a person after Butler and
    Moffitt, Econometrica 1982;50:761, over other nodes.
    Raises ValueError for other shapes and a correlation of 1 or more.
    """
    y, bound, x = (np.asarray(each, dtype=np.float64) for each in (response, limit, design))
    labels = np.asarray(person)
    if y.ndim != 2 or bound.shape != y.shape or x.ndim != 2 or not len(x) == len(y) == len(labels):
        raise ValueError(
            f"response {y.shape} and limit {bound.shape} need (N, G), design {x.shape} (N, p), person (N,)"
        )
    if not correlation < 1:
        raise ValueError(f"correlation {correlation} must be below 1")
    order = np.argsort(np.unique(labels, return_inverse=True)[1], kind="stable")
    space = design_space(x)
    number = np.unique(labels[order], return_inverse=True)[1].astype(np.int64)
    rank = space.rank
    effects, covariance = np.full((y.shape[1], rank), np.nan), np.full((y.shape[1], rank, rank), np.nan)
    share = max(correlation, 0.0)
    nodes, weights = _nodes(share, int(np.bincount(number).max()))
    known = ~np.isnan(y) | ~np.isnan(bound)
    free = known.sum(axis=0) - float(rank)
    step = max(1, AT_ONCE // (len(y) * len(nodes)))
    fitted = np.flatnonzero((free > 0) & (~np.isnan(y)).any(axis=0))
    for first in range(0, len(fitted), step):
        places = fitted[first : first + step]
        part = _Likelihood(
            y[order][:, places], bound[order][:, places], space.basis[order], number, nodes, np.log(weights), share
        )
        found, information = _maximise(part, _start(part))
        effects[places] = found[:, :-1]
        spread = (known.sum(axis=0)[places] / free[places])[:, None, None]
        covariance[places] = spread * _inverse(information)[:, :-1, :-1]
    return CensoredModel(space, effects, covariance, np.where(np.isnan(effects[:, 0]), np.nan, free))


def _nodes(correlation: float, most: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of a standard normal effect, as close as the values of a person can tell of it.

    Evenly spaced: for smooth functions that vanish at both ends the error falls faster than any power of the spacing.
    """
    if correlation == 0:
        return np.zeros(1), np.ones(1)
    narrowest = 1 / np.sqrt(1 + most * correlation / (1 - correlation))
    count = min(2 * int(np.ceil(REACH * STEPS_PER_DEVIATION / narrowest)) + 1, MOST_NODES)
    nodes = np.linspace(-REACH, REACH, count)
    weights = np.exp(-0.5 * np.square(nodes))
    return nodes, weights / weights.sum()


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """The log-likelihood of each response and its derivatives in effects and the logarithm of the deviation."""

    response: FloatArray  # (N, G)
    limit: FloatArray
    basis: FloatArray  # (N, r)
    person: IntArray  # (N,), sorted
    nodes: FloatArray  # (K,)
    log_weights: FloatArray
    correlation: float

    @cached_property
    def observed(self) -> BoolArray:
        return ~np.isnan(self.response)

    @cached_property
    def censored(self) -> BoolArray:
        return ~self.observed & ~np.isnan(self.limit)

    @cached_property
    def starts(self) -> IntArray:
        """The first row of each person (P,)."""
        return np.flatnonzero(np.diff(self.person, prepend=-1))

    def at(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood (G,) and gradient (G, r + 1) at parameters (G, r + 1)."""
        given = self._given(parameters)
        pull = (given.posterior[self.person] * given.slope).sum(axis=2)  # (N, G)
        scale = -pull * given.plain - self.observed
        along = -(self.basis.T @ pull).T / given.deviation[:, None]
        return given.total.sum(axis=0), np.column_stack([along, scale.sum(axis=0)])

    def information(self, parameters: FloatArray) -> FloatArray:
        """Minus the second derivatives (G, r + 1, r + 1).

        Those given the effects, on average, less the variance of the first ones given the effects: Louis, JRSS B
        1982;44:226.
        """
        given = self._given(parameters)
        bend = np.repeat(np.where(self.observed, -1.0, 0.0)[:, :, None], len(self.nodes), axis=2)
        hazard = given.slope[self.censored]
        bend[self.censored] = -hazard * (given.z[self.censored] + hazard)
        weights = given.posterior[self.person]
        pull, bent = (weights * given.slope).sum(axis=2), (weights * bend).sum(axis=2)  # (N, G)
        turn = np.concatenate([self.basis.T[:, :, None] / given.deviation, given.plain[None]])  # (r + 1, N, G)
        second = np.einsum("ang,ng,bng->gab", turn, bent, turn)
        mixed = np.einsum("ang,ng->ga", turn, pull)
        second[:, -1, :] += mixed
        second[:, :-1, -1] += mixed[:, :-1]
        first = np.stack([np.add.reduceat(each[:, :, None] * given.slope, self.starts, axis=0) for each in turn])
        mean = (first * given.posterior).sum(axis=3)  # (r + 1, P, G)
        second += np.einsum("apgk,pgk,bpgk->gab", first, given.posterior, first, optimize=True)
        return np.asarray(np.einsum("apg,bpg->gab", mean, mean) - second)

    def _given(self, parameters: FloatArray) -> _Given:
        value = np.where(self.observed, self.response, np.where(self.censored, self.limit, 0.0))
        deviation = np.exp(parameters[:, -1]) * np.sqrt(1 - self.correlation)
        plain = (value - self.basis @ parameters[:, :-1].T) / deviation  # (N, G)
        tilt = np.sqrt(self.correlation / (1 - self.correlation))
        z = plain[:, :, None] - tilt * self.nodes
        below = log_ndtr(z[self.censored])
        density = -0.5 * np.square(z) - HALF_LOG_TWO_PI
        terms = np.where(self.observed[:, :, None], density - np.log(deviation)[:, None], 0.0)
        slope = np.where(self.observed[:, :, None], -z, 0.0)
        terms[self.censored] = below
        slope[self.censored] = np.exp(density[self.censored] - below)
        people = np.add.reduceat(terms, self.starts, axis=0) + self.log_weights
        total = logsumexp(people, axis=2)
        return _Given(deviation, plain, z, slope, total, np.exp(people - total[:, :, None]))


@dataclass(frozen=True, eq=False)
class _Given:
    """What is known at parameters given a person's effect, that is at each node."""

    deviation: FloatArray  # (G,), without the effect
    plain: FloatArray  # (N, G), the standardised value at an effect of 0
    z: FloatArray  # (N, G, K), the standardised value
    slope: FloatArray  # (N, G, K), of the logarithm of the density or probability, by the standardised value
    total: FloatArray  # (P, G), log-likelihood of a person
    posterior: FloatArray  # (P, G, K), of the nodes


def _start(part: _Likelihood) -> FloatArray:
    """Least squares with the limit in place of what lies below it (G, r + 1)."""
    known = ~np.isnan(part.response) | ~np.isnan(part.limit)
    value = np.where(np.isnan(part.response), part.limit, part.response)
    level = np.nanmean(np.where(known, value, np.nan), axis=0)
    filled = np.where(known, value, level)
    effects = part.basis.T @ filled
    left = filled - part.basis @ effects
    deviation = np.sqrt(np.maximum(np.square(left).mean(axis=0), 1e-12))
    return np.column_stack([effects.T, np.log(deviation)])


def _maximise(part: _Likelihood, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Parameters (G, r + 1) at the maximum, NaN where the search did not end, and the information there."""
    here = start
    value, gradient = part.at(here)
    done = worse = np.zeros(len(here), dtype=np.bool_)
    information = part.information(here)
    for _ in range(ITERATIONS):
        move = np.einsum("gij,gj->gi", _inverse(information), gradient)
        gain = np.einsum("gi,gi->g", move, gradient)
        done = np.asarray(gain < CLOSE)
        if done.all():
            break
        length = np.where(done, 0.0, 1.0)
        for _ in range(HALVINGS):
            there = here + length[:, None] * move
            value_there, gradient_there = part.at(there)
            worse = np.asarray(~(value_there >= value - CLOSE))
            if not worse.any():
                break
            length = np.where(worse, length / 2, length)
        column = np.reshape(worse, (-1, 1))
        here = np.where(column, here, there)
        gradient = np.where(column, gradient, gradient_there)
        value = np.where(worse, value, value_there)
        information = part.information(here)
    return np.where(np.reshape(done, (-1, 1)), here, np.nan), information


def _inverse(information: FloatArray) -> FloatArray:
    """Inverse with eigenvalues kept positive, so that a Newton step always climbs; NaN stay NaN."""
    known = np.asarray(np.isfinite(information).all(axis=(1, 2)))
    values, vectors = np.linalg.eigh(np.where(known[:, None, None], information, 0.0))
    largest = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-300)
    positive = np.maximum(np.abs(values), 1e-9 * largest)
    found = (vectors / positive[:, None, :]) @ vectors.transpose(0, 2, 1)
    return np.where(known[:, None, None], found, np.nan)
