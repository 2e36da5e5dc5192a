"""Backfilling of lower levels beside the escalation: which level is open, and how its data enter the decision.

The rules of BF-BOIN: Zhao Y, Yuan Y, Korn EL, Freidlin B. Backfilling patients in phase I dose-escalation trials using
Bayesian optimal interval design (BOIN). Clin Cancer Res 2024;30:673-679.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from firstdose.designs.boin import ROUNDING, Boin
from firstdose.designs.design import Design
from firstdose.designs.interval import DEESCALATE, ESCALATE
from firstdose.designs.states import Booleans, Integers, Seen, Step

BACKFILLED_BY = "is defined for boin, whose bounds say which levels are closed"


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


def may_backfill(design: Design) -> bool:
    """Whether backfilling is defined for a design."""
    return isinstance(design, Boin) and not design.needs_time


def level_to_backfill(
    design: Boin, most: int, treated: Integers, seen: Seen, responded: Booleans | None = None
) -> Integers:
    """The level at which one more may be backfilled, 0 for none: the highest that is open; shape (trials,).

    Open are levels below the current one that are not eliminated, not closed, have fewer than ``most`` participants,
    ``treated`` (trials, levels), and a response at or below them (``responded``, trials by levels; None: not asked
    for). ``seen`` counts completed windows and the DLTs seen; every level is looked at for elimination.
    """
    levels = np.arange(1, design.frame.levels + 1)
    below = (levels < seen.current[:, None]) & (levels <= highest_left(design, seen)[:, None])
    is_open = below & ~closed_levels(design, seen) & (treated < most)
    if responded is not None:
        is_open &= np.logical_or.accumulate(responded, axis=1)
    return np.asarray(np.where(is_open, levels, 0).max(axis=1))


def closed_levels(design: Boin, seen: Seen) -> Booleans:
    """The levels that are closed for backfilling by their DLTs, shape (trials, levels).

    A level is closed while its own DLT rate reaches the de-escalation bound and so does the rate pooled with the next
    level; those above it are closed with it.
    """
    above = [np.pad(counts[:, 1:], ((0, 0), (0, 1))) for counts in (seen.participants, seen.dlts)]
    own = _exceeds(design, seen.participants, seen.dlts)
    pooled = _exceeds(design, seen.participants + above[0], seen.dlts + above[1])
    return np.asarray(np.logical_or.accumulate(own & pooled, axis=1))


@dataclass(frozen=True, slots=True)
class Together:
    """What the current level and the backfilled ones below it call for, one trial a row.

    ``level`` is where that leads, none being eliminated here. ``lowest`` is the backfilled level from which up to the
    current one all counts together say so; the current level where that says so alone.
    """

    level: Integers
    lowest: Integers


def next_step_with_backfill(design: Boin, seen: Seen, backfilled: Booleans) -> Step:
    """The step after a complete cohort; ``backfilled`` (trials, levels) says which levels were.

    Every level is looked at for elimination. Where a backfilled level below the current one does not call for
    escalation itself, all counts from it up to the current level are taken together. If they call for de-escalation,
    that leads to the highest level up to which the counts from the backfilled level on do not; where there is none, to
    the level below the backfilled one. Of all that such levels and the current one alone lead to, the lowest holds.
    """
    step = design.next_step(replace(seen, highest=highest_left(design, seen)))
    wanted = together_with_backfilled(design, seen, backfilled).level
    return replace(step, level=np.clip(np.minimum(wanted, step.highest), 1, None).astype(np.int8))


def together_with_backfilled(design: Boin, seen: Seen, backfilled: Booleans) -> Together:
    """Where the counts of the current level and of backfilled ones lead: see ``next_step_with_backfill``."""
    levels, current = np.arange(1, design.frame.levels + 1), seen.current
    own, moves = design.moves(*seen.at(current)), design.moves(seen.participants, seen.dlts)
    looked_at = backfilled & (moves != ESCALATE) & (levels < current[:, None]) & (seen.participants > 0)
    level, lowest = current + own, current.copy()
    for each in np.flatnonzero(looked_at.any(axis=0)) + 1:
        leads, before = _leads_to(design, seen, int(each)), np.maximum(level, 1)
        is_lower = (np.maximum(leads, 1) < before) | ((leads == before) & (moves[:, each - 1] < own))
        taken = looked_at[:, each - 1] & is_lower
        level, lowest = np.where(taken, leads, level), np.where(taken, each, lowest)
    return Together(level, lowest)


def _leads_to(design: Boin, seen: Seen, lowest: int) -> Integers:
    """Where all counts from a level up to the current one lead together, shape (trials,)."""
    levels, current = np.arange(1, design.frame.levels + 1), seen.current
    up_to = (np.cumsum(counts * (levels >= lowest), axis=1) for counts in (seen.participants, seen.dlts))
    moves = design.moves(*up_to)
    move = moves[np.arange(seen.rows), current - 1]
    is_left = (levels >= lowest) & (levels < current[:, None]) & (moves != DEESCALATE)
    down = np.maximum(np.where(is_left, levels, 0).max(axis=1), lowest - 1)
    return np.asarray(np.where(move == DEESCALATE, down, current + move))


def highest_left(design: Boin, seen: Seen) -> Integers:
    """The highest level that is not eliminated, every level being looked at."""
    eliminated = design.eliminations_at_each(seen.participants, seen.dlts)
    below = np.where(eliminated.any(axis=1), np.argmax(eliminated, axis=1), design.frame.levels)
    return np.asarray(np.minimum(seen.highest, below).astype(np.int8))


def _exceeds(design: Boin, participants: Integers, dlts: Integers) -> Booleans:
    """Whether the DLT rate reaches the de-escalation bound, where anybody is known."""
    return np.asarray((participants > 0) & (dlts >= design.bounds[1] * participants - ROUNDING))
