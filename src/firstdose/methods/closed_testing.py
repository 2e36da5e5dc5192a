"""Several comparisons at several looks without raising the family's error: closed tests.

Every intersection of hypotheses has boundaries of its own; a hypothesis is rejected at a look once every intersection
that holds it has been crossed at this look or an earlier one. So the probability to reject any true hypothesis is at
most the error, whichever are true. Source: Marcus, Peritz and Gabriel, Biometrika 1976;63:655; with looks: Tang and
Geller, Biometrics 1999;55:1188; Maurer and Bretz, Stat Biopharm Res 2013;5:311.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.group_sequential import Spending, spending_boundaries, spent

Multiplicity: TypeAlias = Literal["closed_dunnett", "holm", "fixed_sequence"]

MOST_HYPOTHESES = 6
DRAWS = 2**20
SEED_OF_JOINT_LAW = 1
"""The joint law of more than one comparison is simulated, always by the same numbers: its error of the level is
sqrt(error (1 - error) / draws), 0.00015 at 0.025."""


@dataclass(frozen=True, eq=False)
class ClosedTest:
    """``members`` (S, m): the hypotheses of each intersection; ``boundaries`` (S, m, K), infinite for others."""

    members: BoolArray
    boundaries: FloatArray

    def rejected_at(self, statistics: FloatArray) -> IntArray:
        """The look, from 0, at which each hypothesis is rejected, K if never; statistics (T, m, K), result (T, m)."""
        trials, hypotheses, looks = statistics.shape
        found = np.zeros((trials, hypotheses), dtype=np.int64)
        for inside, heights in zip(self.members, self.boundaries, strict=True):
            crossed = (statistics[:, inside] >= heights[inside]).any(axis=1)
            first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), looks)
            found[:, inside] = np.maximum(found[:, inside], first[:, None])
        return found


def closed_test(
    method: Multiplicity, correlation: FloatArray, information: Sequence[float], error: float, spending: Spending
) -> ClosedTest:
    """The boundaries of every intersection of m hypotheses, whose statistics have this correlation (m, m) at a look.

    ``holm`` divides the error of an intersection by its members; ``fixed_sequence`` gives it all to the first of them;
    ``closed_dunnett`` uses the joint normal law (step-down Dunnett; Dunnett and Tamhane, Stat Med 1991;10:939).
    Raises ValueError for more than six hypotheses, another method, and what `spending_boundaries` refuses.
    """
    count = len(correlation)
    if not 1 <= count <= MOST_HYPOTHESES:
        raise ValueError(f"{count} comparisons: from 1 to {MOST_HYPOTHESES} can be tested together")
    if method not in get_args(Multiplicity):
        raise ValueError(f"method {method!r} must be one of {', '.join(get_args(Multiplicity))}")
    numbers = np.arange(1, 2**count)
    members = (numbers[:, None] >> np.arange(count)) & 1 == 1
    boundaries = np.full((len(members), count, len(information)), np.inf)
    known: dict[bytes, FloatArray] = {}
    for row, inside in enumerate(members):
        places = np.flatnonzero(inside)
        if method == "fixed_sequence":
            places, within = places[:1], np.ones((1, 1))
        else:
            within = correlation[np.ix_(places, places)]
        key = np.round(within, 12).tobytes() if method == "closed_dunnett" else bytes([len(places)])
        if key not in known:
            known[key] = _heights(method, within, information, error, spending)
        boundaries[row, places] = known[key]
    return ClosedTest(members, boundaries)


def joint_boundaries(
    correlation: FloatArray,
    information: Sequence[float],
    error: float,
    spending: Spending,
    *,
    draws: int = DRAWS,
    seed: int = SEED_OF_JOINT_LAW,
) -> FloatArray:
    """Boundaries (K,) of the largest of m statistics that spend the error so, from draws of their joint normal law.

    The correlation of statistic i at look k with j at l is that of i and j, times sqrt(t_k / t_l) for t_k < t_l.
    Source: Dunnett, J Am Stat Assoc 1955;50:1096; with looks: Magirr, Jaki and Whitehead, Biometrika 2012;99:494.
    """
    wanted = np.diff(spent(spending, error, information), prepend=0.0)
    values, vectors = np.linalg.eigh(np.asarray(correlation, dtype=np.float64))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    random = np.random.Generator(np.random.PCG64(seed))
    sums, going, before, owed = np.zeros((draws, len(root))), np.ones(draws, dtype=np.bool_), 0.0, 0.0
    found = []
    for fraction, step in zip(information, wanted.tolist(), strict=True):
        sums += np.sqrt(fraction - before) * (random.standard_normal((draws, len(root))) @ root.T)
        largest = np.where(going, sums.max(axis=1) / np.sqrt(fraction), -np.inf)
        owed += step * draws
        count = round(owed)
        owed -= count
        height = float(np.partition(largest, draws - count)[draws - count]) if count else np.inf
        going &= largest < height
        before = fraction
        found.append(height)
    return np.array(found)


def _heights(
    method: Multiplicity, within: FloatArray, information: Sequence[float], error: float, spending: Spending
) -> FloatArray:
    """The boundaries of one intersection."""
    if method == "closed_dunnett" and len(within) > 1:
        return joint_boundaries(within, information, error, spending)
    share = error / len(within) if method == "holm" else error
    return spending_boundaries(information, share, spending)
