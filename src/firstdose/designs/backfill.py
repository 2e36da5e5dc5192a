"""Backfilling of lower levels beside the escalation: which level is open, and how its data enter the decision.

The rules of BF-BOIN: Zhao Y, Yuan Y, Korn EL, Freidlin B. Backfilling patients in phase I dose-escalation trials using
Bayesian optimal interval design (BOIN). Clin Cancer Res 2024;30:673-679.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from firstdose.designs.boin import ROUNDING, Boin
from firstdose.designs.states import Booleans, Integers, Seen, Step


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """Who comes while the escalation waits may be treated at a lower level, which serves to learn more about it.

    ``most_at_a_level`` closes a level once so many were treated there, by escalation and backfilling together.
    ``response_rates``, one a level, are assumed for simulations in which only levels with a response seen at or below
    them are backfilled; without them no response is asked for. ``escalation_participants`` are those whom the
    escalation itself may treat.
    """

    escalation_participants: int
    most_at_a_level: int = 12
    response_rates: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.most_at_a_level < 1:
            raise ValueError(f"most_at_a_level is {self.most_at_a_level}: give at least 1")
        if self.response_rates is not None and not all(0 <= rate <= 1 for rate in self.response_rates):
            raise ValueError("response_rates: each is a share, from 0 to 1")


def level_to_backfill(
    design: Boin, most: int, treated: Integers, seen: Seen, responded: Booleans | None = None
) -> Integers:
    """The level at which one more may be backfilled, 0 for none; shape (trials,).

    The highest level below the current one that is not eliminated, not closed, has fewer than ``most`` participants,
    ``treated`` (trials, levels), and a response at or below it (``responded``, trials by levels; None: not asked for).
    A level is closed while its own DLT rate exceeds the de-escalation bound and so does the rate pooled with the next
    level; those above it are closed with it. ``seen`` counts completed windows and the DLTs seen.
    """
    above = [np.pad(counts[:, 1:], ((0, 0), (0, 1))) for counts in (seen.participants, seen.dlts)]
    own = _exceeds(design, seen.participants, seen.dlts)
    pooled = _exceeds(design, seen.participants + above[0], seen.dlts + above[1])
    closed = np.logical_or.accumulate(own & pooled, axis=1)
    levels = np.arange(1, design.frame.levels + 1)
    is_open = ~closed & (levels < seen.current[:, None]) & (levels <= seen.highest[:, None]) & (treated < most)
    if responded is not None:
        is_open &= np.logical_or.accumulate(responded, axis=1)
    return np.asarray(np.where(is_open, levels, 0).max(axis=1))


def next_step_with_backfill(design: Boin, seen: Seen, backfilled: Booleans) -> Step:
    """The step after a complete cohort; ``backfilled`` (trials, levels) says which levels were.

    Every level is looked at for elimination. Where the counts of a backfilled level below the current one call for a
    more cautious move than those of the current level, the move is that of all counts from the highest such level up to
    the current one together.
    """
    highest = _highest_left(design, seen)
    step = design.next_step(replace(seen, highest=highest))
    own_move = design.moves(*seen.at(seen.current))
    levels = np.arange(1, design.frame.levels + 1)
    cautious = design.moves(seen.participants, seen.dlts) < own_move[:, None]
    conflicts = backfilled & cautious & (levels < seen.current[:, None]) & (seen.participants > 0)
    lowest = np.where(conflicts.any(axis=1), np.where(conflicts, levels, 0).max(axis=1), seen.current)
    pooled = (levels >= lowest[:, None]) & (levels <= seen.current[:, None])
    move = design.moves((seen.participants * pooled).sum(axis=1), (seen.dlts * pooled).sum(axis=1))
    level = np.clip(np.minimum(seen.current + move, step.highest), 1, None).astype(np.int8)
    return replace(step, level=level)


def _exceeds(design: Boin, participants: Integers, dlts: Integers) -> Booleans:
    """Whether the DLT rate reaches the de-escalation bound, where anybody is known."""
    return np.asarray((participants > 0) & (dlts >= design.bounds[1] * participants - ROUNDING))


def _highest_left(design: Boin, seen: Seen) -> Integers:
    """The highest level that is not eliminated, every level being looked at."""
    eliminated = design.table.eliminates[seen.participants.astype(np.intp), seen.dlts.astype(np.intp)]
    below = np.where(eliminated.any(axis=1), np.argmax(eliminated, axis=1), design.frame.levels)
    return np.minimum(seen.highest, below).astype(np.int8)
