"""Two arms with onsets that visits enclose: the log-rank test for interval-censored times, for many trials at once.

Visits are numbered 1 to K, and 0 is the start; an onset in (l, r] was not there at visit l and was at r, and r = K + 1
stands for people not seen to worsen after l. The common distribution of both arms is the most likely one (Turnbull,
J R Stat Soc B 1976;38:290); a person's score is (S(l) log S(l) - S(r) log S(r)) / (S(l) - S(r)), the derivative of the
log likelihood by the log hazard, and arms are compared by the permutation variance of the scores.
Source: Finkelstein, Biometrics 1986;42:845; Fay, Stat Med 1999;18:273; Fay and Shaw, J Stat Softw 2010;36(2).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray

CLOSE_ENOUGH = 1e-7
MOST_ROUNDS = 20_000
ROUNDS_BETWEEN_LOOKS = 8


@lru_cache(maxsize=32)
def enclosures(visits: int) -> IntArray:
    """All pairs (l, r) with 0 <= l < r <= visits + 1; shape ((visits + 1)(visits + 2) / 2, 2)."""
    left, right = np.triu_indices(visits + 2, k=1)
    return np.stack([left, right], axis=1)


@lru_cache(maxsize=32)
def number_of_enclosure(visits: int) -> IntArray:
    """The place of the pair (l, r) in `enclosures`, -1 where there is none; shape (visits + 1, visits + 2)."""
    pairs = enclosures(visits)
    found = np.full((visits + 1, visits + 2), -1)
    found[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    return found


def onset_shares(counts: FloatArray, visits: int) -> FloatArray:
    """The most likely shares of onsets in (0, 1], ..., (K - 1, K] and after K, for each trial; shape (T, K + 1).

    ``counts`` (T, pairs) are people by enclosure, in the order of `enclosures`. By self-consistency (EM), from equal
    shares; a trial of nobody keeps them.
    """
    pairs = enclosures(visits)
    cells = np.arange(1, visits + 2)
    holds = ((pairs[:, :1] < cells) & (cells <= pairs[:, 1:])).astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    shares = np.full((len(counts), visits + 1), 1.0 / (visits + 1))
    open_rows = np.flatnonzero(total[:, 0] > 0)
    weight = counts[open_rows] / total[open_rows]
    current = shares[open_rows]
    for _ in range(MOST_ROUNDS // ROUNDS_BETWEEN_LOOKS):
        if not len(open_rows):
            break
        for _ in range(ROUNDS_BETWEEN_LOOKS):
            before = current
            likely = current @ holds.T
            ratio = np.divide(weight, likely, out=np.zeros_like(weight), where=weight > 0)
            current = current * (ratio @ holds)
        moving = np.abs(current - before).max(axis=1) >= CLOSE_ENOUGH
        shares[open_rows] = current
        open_rows, weight, current = open_rows[moving], weight[moving], current[moving]
    return shares


def log_rank_scores(shares: FloatArray) -> FloatArray:
    """The score of each enclosure under shares (T, K + 1) of onsets; shape (T, pairs), 0 where none is possible."""
    visits = shares.shape[1] - 1
    left = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares, axis=1)], axis=1)
    survival = np.clip(1.0 - left, 0.0, 1.0)
    survival[:, -1] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        height = np.where(survival > 0, survival * np.log(np.where(survival > 0, survival, 1.0)), 0.0)
        pairs = enclosures(visits)
        fall = survival[:, pairs[:, 0]] - survival[:, pairs[:, 1]]
        scores = (height[:, pairs[:, 0]] - height[:, pairs[:, 1]]) / fall
    return np.where(fall > 1e-12, scores, 0.0)


def interval_censored_difference(
    treated: FloatArray, control: FloatArray, visits: int
) -> tuple[FloatArray, FloatArray]:
    """Score of the control arm less its expectation, and its variance, for each trial; shapes (T,).

    Both arguments are counts (T, pairs) by enclosure. Positive: onsets come later in the treated arm. Sums of several
    strata are sums of both.
    """
    counts = treated + control
    scores = log_rank_scores(onset_shares(counts, visits))
    total, of_control = counts.sum(axis=1), control.sum(axis=1)
    mean = (counts * scores).sum(axis=1) / np.maximum(total, 1.0)
    centred = scores - mean[:, None]
    spread = (counts * centred**2).sum(axis=1) / np.maximum(total - 1.0, 1.0)
    variance = spread * of_control * (total - of_control) / np.maximum(total, 1.0)
    return (control * centred).sum(axis=1), variance
