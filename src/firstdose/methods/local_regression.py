"""A curve through points by local straight lines, robust against single ones (lowess)."""

from __future__ import annotations

import numpy as np

from firstdose.methods._counts import FloatArray

NEAR, FAR = 0.001, 0.999  # of the bandwidth: within it weights are 1, beyond it 0


def lowess(x: FloatArray, y: FloatArray, *, span: float = 0.4, rounds: int = 3, skip: float = 0.01) -> FloatArray:
    """Smoothed values of y (N,) at x (N,), in the order given.

    Each line is fitted to the nearest `span` of the points, tricube weights; then `rounds` times again with bisquare
    weights of the residuals, on the scale of six times their median size. Lines are fitted at points at least `skip`
    of the range of x apart, and values in between are interpolated. Source: Cleveland, J Am Stat Assoc 1979;74:829;
    Cleveland, Am Stat 1981;35:54.
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    anchors = _anchors(x, skip * (x[-1] - x[0]))
    weights = _neighbour_weights(x, anchors, int(max(min(span * len(x) + 1e-7, len(x)), 2)))
    trust, smooth = np.ones(len(x)), y
    for done in range(rounds + 1):
        smooth = np.interp(x, x[anchors], _lines(x, y, x[anchors], weights * trust, y[anchors]))
        sizes = np.abs(y - smooth)
        limit = 6 * np.median(sizes)
        if done == rounds or limit <= 1e-7 * sizes.mean():
            break
        trust = np.square(1 - np.square(np.minimum(sizes / limit, 1.0)))
        trust = np.where(sizes <= NEAR * limit, 1.0, np.where(sizes <= FAR * limit, trust, 0.0))
    back = np.empty(len(x))
    back[order] = smooth
    return back


def _anchors(x: FloatArray, gap: float) -> list[int]:
    """Where lines are fitted: from each such point the last one within the gap, or else the next one."""
    anchors, last = [0], len(x) - 1
    while x[anchors[-1]] < x[last]:
        here = anchors[-1]
        same = int(np.searchsorted(x, x[here], side="right"))
        within = int(np.searchsorted(x, x[here] + gap, side="right")) - 1
        anchors.append(max(same, within))
    return anchors


def _neighbour_weights(x: FloatArray, anchors: list[int], neighbours: int) -> FloatArray:
    """Tricube weights of all points for each anchor (A, N)."""
    distance = np.abs(x - x[anchors][:, None])
    width = np.partition(distance, neighbours - 1, axis=1)[:, neighbours - 1 : neighbours]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = (1 - np.minimum(distance / width, 1.0) ** 3) ** 3
    weights = np.where(distance <= NEAR * width, 1.0, weights)
    return np.where(distance <= FAR * width, weights, 0.0)


def _lines(x: FloatArray, y: FloatArray, at: FloatArray, weights: FloatArray, fallback: FloatArray) -> FloatArray:
    """Weighted lines (A,) at the anchors; a mean where the points lie too close together for a slope."""
    total = weights.sum(axis=1)
    share = weights / np.where(total > 0, total, 1.0)[:, None]
    centre = share @ x
    spread = (share * np.square(x - centre[:, None])).sum(axis=1)
    sloped = np.sqrt(spread) > NEAR * (x[-1] - x[0])
    tilt = np.where(sloped, (at - centre) / np.where(sloped, spread, 1.0), 0.0)
    share = share * (1 + tilt[:, None] * (x - centre[:, None]))
    return np.where(total > 0, (share * y).sum(axis=1), fallback)
