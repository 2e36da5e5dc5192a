"""The exact engine: all histories of a rule merged into states, walked once without any scenario.

Histories that a rule cannot tell apart share a state. A state's weight is the number of ordered outcomes that lead to
it, so the probability of an ending is its weight times the product over levels of p^DLTs (1-p)^others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop, concatenate, over_levels
from firstdose.methods.packing import pack_columns
from firstdose.simulation.edges import edges

DEFAULT_BUDGET = 5_000_000


class TooManyStates(Exception):
    """The walk needs more states in one step than the budget allows; ``needed`` is an estimate of how many."""

    def __init__(self, needed: int, budget: int, cohort: int) -> None:
        self.needed, self.budget, self.cohort = needed, budget, cohort
        super().__init__(
            f"the exact engine would need at least about {needed:,} states in its largest step, more than the budget "
            f"of {budget:,} (passed at cohort {cohort}); raise the budget (--states) or use Monte Carlo "
            "(--method monte-carlo)"
        )


class NeedsTime(Exception):
    """The rule decides from partial follow-up or backfills, which cohorts without a calendar do not know."""

    def __init__(self, design: str, does: str = "decides while DLT windows are open") -> None:
        self.design = design
        super().__init__(
            f"escalation.design: {design} {does}, so its figures depend on accrual and on "
            "follow-up and cannot be exact; simulate it in time with `firstdose oc --method calendar`"
        )


def refuse_designs_in_time(rule: EscalationRule) -> None:
    """Raise NeedsTime for a design that decides from partial follow-up, and for a rule that backfills."""
    if rule.design.needs_time:
        raise NeedsTime(rule.design.name)
    if rule.backfill is not None:
        raise NeedsTime(rule.design.name, "backfills lower levels while the escalation waits")


@dataclass(frozen=True)
class Endings:
    """Every way a trial under a rule can end, with its weight.

    ``weights`` (endings,) counts ordered outcomes; ``largest_step`` and ``states`` say how big the walk was.
    """

    states: States
    weights: NDArray[np.float64]
    largest_step: int
    states_visited: int

    def __len__(self) -> int:
        return len(self.weights)


def walk(
    rule: EscalationRule,
    budget: int = DEFAULT_BUDGET,
    progress: Callable[[int, int], None] | None = None,
    *,
    with_losses: bool = False,
) -> Endings:
    """Walk the rule's graph from the first cohort to every ending.

    ``progress`` is called with the number of the cohort and of the states in it. ``with_losses`` also walks
    participants who are not evaluable, for a maximum that counts all dosed participants. Raises TooManyStates, and
    NeedsTime for a design that decides from partial follow-up.
    """
    refuse_designs_in_time(rule)
    states, weights = rule.start(), np.ones(1)
    endings: list[tuple[States, NDArray[np.float64]]] = []
    sizes: list[int] = []
    while len(states):
        sizes.append(len(states))
        if len(states) > budget:
            raise TooManyStates(_estimate_needed(rule, states, sizes), budget, len(sizes))
        if progress is not None:
            progress(len(sizes), len(states))
        states, weights, ended, ended_weights = _step(rule, states, weights, with_losses)
        if len(ended):
            endings.append((ended, ended_weights))
    merged, merged_weights = _join(rule, endings)
    return Endings(merged, merged_weights, max(sizes), sum(sizes))


def _step(
    rule: EscalationRule, states: States, weights: NDArray[np.float64], with_losses: bool
) -> tuple[States, NDArray[np.float64], States, NDArray[np.float64]]:
    """One cohort: the states that go on and those that have ended, both merged, with their weights."""
    found = edges(rule, states, with_losses=with_losses)
    after, after_weights = merge(rule, found.states, found.ways * weights[found.source])
    going = after.stop == Stop.GOES_ON
    if not going.any():
        return after.take(slice(0, 0)), after_weights[:0], after, after_weights
    on, off = np.flatnonzero(going), np.flatnonzero(~going)
    return after.take(on), after_weights[on], after.take(off), after_weights[off]


def _join(
    rule: EscalationRule, endings: list[tuple[States, NDArray[np.float64]]]
) -> tuple[States, NDArray[np.float64]]:
    """The endings of all steps with the levels they select, merged where equal."""
    states = rule.select(concatenate([part for part, _ in endings]))
    weights = np.concatenate([part for _, part in endings])
    if _share_no_size([part for part, _ in endings]):
        return states, weights
    return merge(rule, rule.forget(states), weights)


def _share_no_size(parts: list[States]) -> bool:
    """Whether no two parts hold trials with the same number of participants, so that none can be equal."""
    sizes = [over_levels(part.participants) for part in parts]
    ranges = sorted((int(size.min()), int(size.max())) for size in sizes)
    return all(earlier[1] < later[0] for earlier, later in itertools.pairwise(ranges))


def merge(rule: EscalationRule, states: States, weights: NDArray[np.float64]) -> tuple[States, NDArray[np.float64]]:
    """Add up the weights of equal states."""
    if len(states) < 2:
        return states, weights
    keys = _keys(rule, states)
    order = np.argsort(keys)
    sorted_keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_keys[1:] != sorted_keys[:-1]]))
    return states.take(order[first]), np.add.reduceat(weights[order], first)


def _keys(rule: EscalationRule, states: States) -> NDArray[np.int64]:
    levels, most = rule.frame.levels, rule.frame.max_participants + 1
    columns: list[NDArray[np.integer]] = []
    sizes: list[int] = []
    for level in range(levels):
        columns += [states.participants[:, level], states.dlts[:, level]]
        sizes += [most, most]
    columns += [states.level, states.highest, states.stop, *states.memory.T]
    sizes += [levels + 1, levels + 1, len(Stop), *rule.memory_sizes]
    if states.selected.max() >= 0:
        columns += [states.selected + 1, states.mtd_not_reached.view(np.int8)]
        sizes += [levels + 2, 2]
    return pack_columns(columns, sizes)


def _estimate_needed(rule: EscalationRule, states: States, sizes: list[int]) -> int:
    """A rough figure to two digits, rounded up: growth falls as A/k + B/k^2 in the number k of the cohort.

    The cohorts to come are taken to be as large as the last states' next ones, and no trial goes on after the last.
    """
    cohorts = len(sizes)
    to_come = int(np.ceil(rule.places_left(states).mean() / rule.cohort_sizes(states).mean())) - 1
    growth = np.diff(np.log(sizes))[-6:]
    needed = float(sizes[-1])
    if len(growth) >= 3:
        seen = np.arange(cohorts - len(growth) + 1, cohorts + 1)
        coming = np.arange(cohorts + 1, cohorts + to_come + 1)
        fitted, *_ = np.linalg.lstsq(np.stack([1 / seen, 1 / seen**2], axis=1), growth)
        needed *= float(np.exp(min((fitted[0] / coming + fitted[1] / coming**2).clip(min=0.0).sum(), 50.0)))
    unit: int = 10 ** max(len(str(int(needed))) - 2, 0)
    return int(np.ceil(needed / unit)) * unit
