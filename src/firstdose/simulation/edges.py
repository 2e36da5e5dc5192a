"""Everything that the next cohort can show: the edges of the exact engine's graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, concatenate
from firstdose.designs.transitions import decision_codes

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Edges:
    """For each outcome the state it came from, the state after it, and in how many orders of participants it can come
    about. States that stop may not have selected a level yet.
    """

    source: Rows
    states: States
    ways: Floats


def edges(rule: EscalationRule, states: States, *, with_losses: bool = False) -> Edges:
    """All outcomes of the next cohort of each trial.

    ``with_losses`` also counts participants who are not evaluable, for a maximum that counts all dosed participants.
    """
    sizes, left = rule.cohort_sizes(states), rule.places_left(states)
    groups = left.astype(np.int64) * 1000 + sizes if with_losses else sizes
    parts = []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        whole = len(rows) == len(states)
        block, size = states if whole else states.take(rows), int(sizes[rows[0]])
        if with_losses:
            found = _losing(rule, block, size, int(left[rows[0]]))
        elif (rule.stops_within_cohort or rule.sentinels_that_end) and size > 1:
            found = _joined(
                [_edge(rule, block, size, outcome) for outcome in _settling(rule, block, size) if outcome.ends]
            )
        else:
            found = _full_cohorts(rule, block, size)
        parts.append(found if whole else Edges(rows[found.source], found.states, found.ways))
    return _joined(parts)


def _full_cohorts(rule: EscalationRule, states: States, size: int) -> Edges:
    rows = len(states)
    ways = np.array([comb(size, dlts) for dlts in range(size + 1)], dtype=np.float64)
    source = np.tile(np.arange(rows, dtype=np.intp), size + 1)
    return Edges(source, _outcomes(rule, states, size), np.repeat(ways, rows))


def _outcomes(rule: EscalationRule, states: States, size: int) -> States:
    """The states after each number of DLTs 0..size in a full cohort, DLTs slowest, before any selects a level."""
    tiled = states.tile(size + 1)
    counts_type = rule.frame.counts_type
    dlts = np.repeat(np.arange(size + 1, dtype=counts_type), len(states))
    seen = rule.observe(tiled, tiled.level, np.full(len(dlts), size, dtype=counts_type), dlts)
    return rule.conclude(seen, rule.decide_step(seen)[0])


@dataclass(frozen=True)
class PartOfCohort:
    """So many evaluable participants of a cohort with so many DLTs, in the trials ``rows``, in ``ways`` orders.

    ``ends`` says that the cohort ends there: it is full, its decision is settled and dosing stops (``is_settled``), or
    a sentinel had a DLT.
    """

    evaluable: int
    dlts: int
    rows: Rows
    ways: Floats
    ends: bool
    is_settled: bool = False


def _settling(rule: EscalationRule, states: States, size: int) -> Iterator[PartOfCohort]:
    """A cohort participant by participant: where it goes on, and where it ends.

    Where dosing stops within cohorts, it ends once every completion of the cohort leads to the same decision.
    """
    rows = len(states)
    settles = _settled_codes(rule, states, size) if rule.stops_within_cohort else None
    reach: dict[int, Floats] = {0: np.ones(rows)}
    everyone = np.arange(rows, dtype=np.intp)
    yield PartOfCohort(0, 0, everyone, np.ones(rows), ends=False)
    for evaluable in range(1, size + 1):
        coming = {}
        for dlts in range(evaluable + 1):
            ways = reach.get(dlts, 0.0) + reach.get(dlts - 1, np.zeros(rows))
            settled = np.zeros(rows, dtype=bool)
            if settles is not None:
                window = settles[dlts : dlts + size - evaluable + 1]
                settled = (window == window[0]).all(axis=0)
            ends = settled | (evaluable == size) | (evaluable == rule.sentinels_that_end and dlts > 0)
            for chosen, ending, is_settled in (
                (settled, True, True),
                (ends & ~settled, True, False),
                (~ends, False, False),
            ):
                found = np.flatnonzero(chosen & (ways > 0))
                if found.size:
                    yield PartOfCohort(evaluable, dlts, found, ways[found], ending, is_settled)
            coming[dlts] = np.where(ends, 0.0, ways)
        reach = coming


def _settled_codes(rule: EscalationRule, states: States, size: int) -> NDArray[np.int64]:
    """The decision after each number of DLTs in the full cohort, as one integer; shape (size + 1, trials)."""
    after = rule.select(_outcomes(rule, states, size))
    return decision_codes(after, rule.memory_sizes, rule.frame.levels).reshape(size + 1, len(states))


def _edge(rule: EscalationRule, states: States, size: int, part: PartOfCohort) -> Edges:
    """The edge to the state with these counts: decided as a cohort that ended there, or as complete as given."""
    block = states.take(part.rows)
    planned, evaluable, dlts = (
        np.full(len(block), count, dtype=rule.frame.counts_type) for count in (size, part.evaluable, part.dlts)
    )
    if part.evaluable == 0:
        after = block
    elif part.is_settled and part.evaluable < size:
        after = rule.cut_short(block, block.level, planned, evaluable, dlts)
    else:
        seen = rule.observe(block, block.level, evaluable, dlts)
        after = rule.conclude(seen, rule.decide_step(seen)[0])
    return Edges(part.rows, after, part.ways)


def _losing(rule: EscalationRule, states: States, size: int, left: int) -> Edges:
    """Outcomes when dosed participants may be not evaluable and only ``left`` may still be dosed.

    A cohort ends after ``lost`` of them in C(evaluable + lost - 1, lost) orders, since its last one is evaluable; or
    the places run out before it ends, in C(left, evaluable) orders.
    """
    parts = []
    for part in _settling(rule, states, size):
        edge = _edge(rule, states, size, part)
        if not part.ends:
            if part.evaluable < size:
                parts.append(_lose(rule, edge, left - part.evaluable, comb(left, part.evaluable)))
            continue
        for lost in range(left - part.evaluable + 1):
            parts.append(_lose(rule, edge, lost, comb(part.evaluable + lost - 1, lost)))
    return _joined(parts)


def _lose(rule: EscalationRule, edge: Edges, lost: int, orders: int) -> Edges:
    counts = np.full(len(edge.states), lost, dtype=np.int16)
    return Edges(edge.source, rule.lose(edge.states, counts), edge.ways * orders)


def _joined(parts: list[Edges]) -> Edges:
    if len(parts) == 1:
        return parts[0]
    return Edges(
        np.concatenate([part.source for part in parts]),
        concatenate([part.states for part in parts]),
        np.concatenate([part.ways for part in parts]),
    )
