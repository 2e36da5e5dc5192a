"""Families of true dose-toxicity curves. A truth is P(DLT | evaluable) at each level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOO_TOXIC_FACTOR = 1.4
ODDS_RATIO_OF_A_STEP = 2.0
TRIES_AT_A_TIME = (40, 160, 800, *[19_000 // 4] * 4)  # 20,000 in all, for one level as the MTD
TRUE_MTD_WORDS = (
    "The true MTD is the level closest to the target; of equally close levels one at or below the target comes first, "
    "the highest such, or else the lowest above it; none where level 1's rate exceeds 1.4 times the target"
)


class TruthError(ValueError):
    """A true curve cannot be used; the message says why and how to mend it."""


@dataclass(frozen=True)
class Scenarios:
    """True curves, shape (scenarios, levels), with a name each and a word on where they come from."""

    truths: NDArray[np.float64]
    names: tuple[str, ...]
    family: str

    def __len__(self) -> int:
        return len(self.names)


def listed(truths: Sequence[Sequence[float]], levels: int) -> Scenarios:
    """Curves given one by one. They need not rise. Raises TruthError for a bad length or rate."""
    for number, truth in enumerate(truths, start=1):
        shown = ", ".join(f"{rate:g}" for rate in truth)
        if len(truth) != levels:
            raise TruthError(
                f"truth {number} ({shown}) has {len(truth)} rates, but the protocol has {levels} dose levels; "
                "give one DLT rate for each level"
            )
        if not all(0.0 <= rate <= 1.0 for rate in truth):
            raise TruthError(f"truth {number} ({shown}): DLT rates are probabilities, from 0 to 1; write 0.25 for 25 %")
    array = np.array(truths, dtype=np.float64).reshape(len(truths), levels)
    return Scenarios(array, tuple(", ".join(f"{rate:g}" for rate in truth) for truth in truths), "listed")


def steps_around_each_mtd(levels: int, target: float) -> Scenarios:
    """One curve for each possible MTD, which has the target rate, its odds doubling from level to level.

    And one whose every level is too toxic, as far as 1.4 times the target leaves room for it.
    """
    odds = target / (1 - target)
    below = np.arange(1, levels + 1)[:, None] - np.arange(1, levels + 1)[None, :]
    curves = odds * ODDS_RATIO_OF_A_STEP ** -below.astype(np.float64)
    names = tuple(f"MTD is level {level}" for level in range(1, levels + 1))
    lowest = TOO_TOXIC_FACTOR * target
    if lowest < 0.95:
        first = max(2.0**1.5 * odds, 1.15 * lowest / (1 - lowest))
        curves = np.vstack([curves, first * ODDS_RATIO_OF_A_STEP ** np.arange(levels)])
        names = (*names, "all too toxic")
    return Scenarios(curves / (1 + curves), names, "steps")


def random_monotone(levels: int, target: float, curves: int, seed: int) -> Scenarios:
    """Random rising curves by the pseudo-uniform algorithm of Clertant and O'Quigley (JRSS B 2017;79:1557).

    Each possible MTD is drawn equally often; an upper limit is target + (1 - target) M with M from
    Beta(max(levels - MTD, 0.5), 1); rates are uniform below it and sorted, limit and rates being drawn again until the
    MTD is the level closest to the target. An MTD that no one of 20,000 tries gives is put aside and another is drawn
    from those left. One seed per curve, so that the first curves are the same whatever the number asked for.
    Raises TruthError where no MTD is left.
    """
    found = [_random_curve(levels, target, np.random.default_rng([seed, number])) for number in range(curves)]
    names = tuple(f"random curve {number}" for number in range(1, curves + 1))
    return Scenarios(np.array(found).reshape(curves, levels), names, "random")


def _random_curve(levels: int, target: float, random: np.random.Generator) -> NDArray[np.float64]:
    """One curve of the pseudo-uniform algorithm, with candidates drawn many at a time."""
    mtds = list(range(1, levels + 1))
    while mtds:
        mtd = mtds[int(random.integers(len(mtds)))]
        for tries in TRIES_AT_A_TIME:
            upper = target + (1 - target) * random.beta(max(levels - mtd, 0.5), 1.0, tries)
            rates = random.random((tries, levels)) * upper[:, None]
            # Only where the MTD is the last level below the target, or the first above it, can it be the closest.
            below = np.count_nonzero(rates <= target, axis=1)
            rates = np.sort(rates[(below == mtd) | (below == mtd - 1)], axis=1)
            right = np.flatnonzero(np.argmin(np.abs(rates - target), axis=1) == mtd - 1)
            if right.size:
                return np.asarray(rates[right[0]], dtype=np.float64)
        mtds.remove(mtd)
    raise TruthError(
        f"no random curve over {levels} levels has a level closest to the target {target:g} within "
        f"{sum(TRIES_AT_A_TIME):,} tries a level; give the true DLT rates with --truth, or take --family steps"
    )


def true_mtds(truths: NDArray[np.float64], target: float) -> NDArray[np.int64]:
    """The level closest to the target, 0 where level 1 exceeds 1.4 times the target; shape (scenarios,).

    Of equally close levels one at or below the target comes first: the highest such, or else the lowest above it.
    """
    distance = np.round(np.abs(truths - target), 12)
    closest = distance == distance.min(axis=1, keepdims=True)
    not_above = closest & (truths <= target + 1e-12)
    levels = truths.shape[1]
    highest_below = levels - np.argmax(not_above[:, ::-1], axis=1)
    lowest = np.argmax(closest, axis=1) + 1
    mtd = np.where(not_above.any(axis=1), highest_below, lowest)
    return np.where(truths[:, 0] > TOO_TOXIC_FACTOR * target + 1e-12, 0, mtd)
