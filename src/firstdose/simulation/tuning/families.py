"""The true curves of a search, and the other ones that it does not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.protocol.problems import Finding
from firstdose.simulation.scenarios import Scenarios, TruthError, listed, random_monotone, true_mtds
from firstdose.simulation.tuning.plan import Curves, PlanSections

MOST_DRAWS_A_CURVE = 400
MOST_SHARES_APART = 0.01
"""Shares of the kinds of curves that lie further apart make means over all of them hard to compare."""


@dataclass(frozen=True)
class Families:
    """The curves that the search sees, and those that it does not; no curve is in both. With the kind of each."""

    seen: Scenarios
    unseen: Scenarios
    seen_kinds: tuple[int, ...] = ()
    unseen_kinds: tuple[int, ...] = ()


def kinds_of(curves: Curves) -> tuple[int, ...]:
    """The kind of each curve of a family, by number: as many of each kind are there whatever is drawn."""
    counts = (len(curves.listed), curves.random, curves.too_toxic)
    return tuple(kind for kind, count in enumerate(counts) for _ in range(count))


def families(seen: Curves, unseen: Curves, levels: int, target: float) -> Families:
    """Both families. Raises TruthError where curves cannot be drawn, or where one is in both."""
    made = Families(family(seen, levels, target), family(unseen, levels, target), kinds_of(seen), kinds_of(unseen))
    shared = {tuple(row) for row in made.seen.truths.tolist()} & {tuple(row) for row in made.unseen.truths.tolist()}
    if shared:
        rates = ", ".join(f"{rate:g}" for rate in min(shared))
        raise TruthError(
            f"the curve {rates} is among those of the search and among the unseen ones; give the unseen ones another "
            "seed and other listed curves"
        )
    return made


def unlike_words(plan: PlanSections) -> str:
    """Why the figures under seen and unseen curves differ for another reason than luck; empty where there is none."""
    seen, unseen = (_shares(curves) for curves in (plan.scenarios, plan.unseen))
    if any(abs(one - other) > MOST_SHARES_APART for one, other in zip(seen, unseen, strict=True)):
        return (
            "random, too toxic and listed curves have other shares among the unseen ones than among those of the "
            "search, so that part of a difference between the two is one of the curves, not of luck"
        )
    return ""


def _shares(curves: Curves) -> tuple[float, ...]:
    counts = curves.random, curves.too_toxic, len(curves.listed)
    return tuple(count / sum(counts) for count in counts)


def family(curves: Curves, levels: int, target: float) -> Scenarios:
    """Listed curves, then random ones, then random ones that are too toxic throughout.

    The last are those of the same stream of random curves, after the first ``random`` ones, that have no MTD. So all
    random curves of a family stem from its one seed, and other seeds give other streams.
    """
    truths: list[NDArray[np.float64]] = []
    names: list[str] = []
    if curves.listed:
        given = listed(curves.listed, levels)
        truths.append(given.truths)
        names += given.names
    if curves.random:
        drawn = random_monotone(levels, target, curves.random, curves.seed)
        truths.append(drawn.truths)
        names += drawn.names
    if curves.too_toxic:
        drawn = _too_toxic(curves, levels, target)
        truths.append(drawn.truths)
        names += drawn.names
    kind = "listed" if not curves.random + curves.too_toxic else "random" if not curves.listed else "listed and random"
    return Scenarios(np.concatenate(truths), tuple(names), kind)


def _too_toxic(curves: Curves, levels: int, target: float) -> Scenarios:
    draws = curves.random + 20 * curves.too_toxic
    while True:
        drawn = random_monotone(levels, target, draws, curves.seed)
        further = drawn.truths[curves.random :]
        found = np.flatnonzero(true_mtds(further, target) == 0)[: curves.too_toxic]
        if len(found) == curves.too_toxic:
            names = tuple(f"{drawn.names[curves.random + place]}, too toxic" for place in found)
            return Scenarios(further[found], names, "random")
        if draws > curves.random + MOST_DRAWS_A_CURVE * curves.too_toxic:
            raise TruthError(
                f"only {len(found)} of {draws:,} random curves have a lowest level that is too toxic (above 1.4 times "
                f"the target {target:g}); ask for fewer with too_toxic, or list such curves"
            )
        draws *= 2


def check_groups(plan: PlanSections, made: Families, target: float) -> Iterator[Finding]:
    """Aims and constraints that speak of scenarios of which there is none."""
    goals = [(f"aims[{number}].over", aim.over) for number, aim in enumerate(plan.aims, start=1)]
    goals += [(f"constraints[{number}].over", each.over) for number, each in enumerate(plan.constraints, start=1)]
    for name, scenarios in (("scenarios", made.seen), ("unseen", made.unseen)):
        has_mtd = true_mtds(scenarios.truths, target) > 0
        present = {"all": True, "with_mtd": bool(has_mtd.any()), "too_toxic": not has_mtd.all()}
        for key, over in goals:
            if not present[over]:
                fix = f"add `too_toxic: 20` to `{name}`" if over == "too_toxic" else f"add random curves to `{name}`"
                yield Finding(key, over, f"there are no such curves among `{name}`", fix)
