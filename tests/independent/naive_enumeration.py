"""Operating characteristics by walking every path on its own: cohort after cohort, no two histories merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.independent.naive_design import Given, History, counts
from tests.independent.naive_rule import Decision, NaiveRule

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """One way through a trial: its cohorts, its last decision, and its probability under each truth."""

    history: History
    decision: Decision
    chance: Array


def paths(rule: NaiveRule, truths: Array, not_evaluable: float = 0.0) -> Iterator[Path]:
    """Every path to an ending; ``truths`` has shape (truths, levels).

    ``not_evaluable`` is the chance that a participant is dosed in vain; with it the maximum counts them too.
    """

    def after(history: History, chance: Array) -> Iterator[Path]:
        decision = rule.decide(history)
        if decision.stop:
            yield Path(history, decision, chance)
            return
        for cohort, share in cohorts(history, decision.level):
            yield from after((*history, cohort), chance * share)

    def cohorts(history: History, level: int) -> list[tuple[Given, Array]]:
        """What the next cohort can show; only the order of its participants is summed over."""
        planned, places, rate = rule.size(history), rule.places(history), truths[:, level - 1]
        done: dict[Given, Array] = {}
        under_way = {Given(level, 0, 0, planned): np.ones(len(truths))}
        while under_way:
            coming: dict[Given, Array] = {}
            for cohort, share in under_way.items():
                _, dlts, dosed, _, lost = cohort
                kept = share * (1 - not_evaluable)
                for each, chance in (
                    (cohort._replace(dosed=dosed + 1), kept * (1 - rate)),
                    (cohort._replace(dosed=dosed + 1, dlts=dlts + 1), kept * rate),
                    (cohort._replace(lost=lost + 1), share * not_evaluable),
                ):
                    if each.lost > 0 and not not_evaluable:
                        continue
                    full = rule.is_settled(history, level, each.dosed, each.dlts, planned)
                    out = each.dosed + each.lost == places
                    if out and not full:
                        each = each._replace(planned=each.dosed)
                    into = done if full or out else coming
                    into[each] = into.get(each, 0.0) + chance
            under_way = coming
        return list(done.items())

    return after((), np.ones(len(truths)))


@dataclass
class Figures:
    """What a table of operating characteristics shows, for one truth."""

    selected: list[float]
    none_selected: float = 0.0
    mtd_not_reached: float = 0.0
    stop_reasons: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    mean_participants: list[float] = field(default_factory=list)
    mean_dlts: list[float] = field(default_factory=list)
    size_distribution: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    dlt_distribution: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    participants_distribution: list[dict[int, float]] = field(default_factory=list)
    dlts_distribution: list[dict[int, float]] = field(default_factory=list)
    rate_above_target: float = 0.0
    mean_dosed: list[float] = field(default_factory=list)


def figures(rule: NaiveRule, truths: Array, not_evaluable: float = 0.0) -> list[Figures]:
    """The figures of each truth, added up path by path."""
    levels, target = rule.design.trial.levels, rule.design.trial.target
    found = [
        Figures(
            selected=[0.0] * levels,
            mean_participants=[0.0] * levels,
            mean_dlts=[0.0] * levels,
            mean_dosed=[0.0] * levels,
            participants_distribution=[defaultdict(float) for _ in range(levels)],
            dlts_distribution=[defaultdict(float) for _ in range(levels)],
        )
        for _ in truths
    ]
    for path in paths(rule, truths, not_evaluable):
        data = counts(path.history, levels)
        size, dlts = sum(n for n, _ in data), sum(t for _, t in data)
        for one, chance in zip(found, path.chance.tolist(), strict=True):
            if chance == 0.0:
                continue
            if path.decision.selected:
                one.selected[path.decision.selected - 1] += chance
            else:
                one.none_selected += chance
            one.mtd_not_reached += chance * path.decision.not_reached
            one.stop_reasons[path.decision.stop] += chance
            one.size_distribution[size] += chance
            one.dlt_distribution[dlts] += chance
            one.rate_above_target += chance * (target is not None and dlts > target * size + 1e-9)
            for level, (n, t) in enumerate(data):
                one.mean_participants[level] += chance * n
                one.mean_dlts[level] += chance * t
                one.mean_dosed[level] += chance * n
                one.participants_distribution[level][n] += chance
                one.dlts_distribution[level][t] += chance
            for cohort in path.history:
                one.mean_dosed[cohort.level - 1] += chance * cohort.lost
    return found
