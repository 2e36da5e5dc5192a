"""The rule's decisions as tables: by counts, by situation in a 3+3, or step by step where a model decides."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.designs import GUARDS, Guard
from firstdose.designs.design import Design
from firstdose.designs.interval import IntervalDesign
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, Step, Stop
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.report.design.model_steps import ModelTable, model_table
from firstdose.report.design.situations import SituationsTable, situations_table
from firstdose.report.documents.blocks import Mark
from firstdose.simulation.pathways import Pathway

MOST_COLUMNS, MOST_GRIDS = 24, 5
"""Participants in one grid, and grids that anybody would leaf through; beyond them a line a number says the same."""


@dataclass(frozen=True)
class CountsTable:
    """Moves by participants and DLTs at the current level; None where there cannot be so many DLTs.

    ``moves`` has one row a number of DLTs, for a level with one below and one above. From ``dlts[-1]`` on, nothing
    changes any more when ``is_open``. ``level_one`` is the table of level 1 where that differs by more than having
    no level below.
    """

    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    moves: tuple[tuple[Mark | None, ...], ...]
    is_open: bool
    level_one: CountsTable | None = None

    def move(self, participants: int, dlts: int) -> Mark | None:
        """The move at these counts."""
        line = min(dlts, self.dlts[-1]) if self.is_open else dlts
        return self.moves[line][self.participants.index(participants)]

    @property
    def marks(self) -> frozenset[Mark]:
        """The moves that occur, those at level 1 included."""
        own = frozenset(move for line in self.moves for move in line if move)
        return own | self.level_one.marks if self.level_one else own


Decisions = CountsTable | SituationsTable | ModelTable


def decisions(rule: EscalationRule, tree: Pathway) -> Decisions:
    """The table that suits the rule's design; ``tree`` holds the pathways from the first cohort."""
    if isinstance(rule.design, IntervalDesign):
        return counts_table(rule.design, most_at_a_level(rule))
    if isinstance(rule.design, ThreePlusThree):
        return situations_table(rule)
    return model_table(rule, tree)


MARKS: tuple[Mark | None, ...] = (None, "escalate", "stay", "deescalate", "eliminate", "stop", "stop_eliminate")
IMPOSSIBLE, ESCALATE, STAY, DEESCALATE, ELIMINATE, STOP, STOP_ELIMINATE = range(len(MARKS))
Codes = NDArray[np.int8]
"""Moves as their places in ``MARKS``, shape (DLTs from 0, participants from 1)."""


def most_at_a_level(rule: EscalationRule) -> int:
    """The most participants that the rule treats at one level: what its stops for enough leave, or the maximum."""
    named = {guard_name(guard): guard for guard in rule.guards}
    most = rule.frame.max_participants
    if {"at_least", "titration"} & set(named) or rule.backfill is not None:
        return most  # these may hold a stop back, or add to a level
    enough = getattr(named.get("stop_when_enough"), "participants", most)
    limit = min(enough, getattr(rule.design, "stop_at", None) or most)
    sizes = getattr(named.get("cohort_sizes"), "by_cohort", None) or getattr(
        named.get("cohort_sizes"), "by_level", None
    )
    ends_early = rule.stops_within_cohort or rule.sentinels_that_end > 0 or not rule.replaces
    if sizes is None and not ends_early:  # whole cohorts: the last of them begins below the limit
        return min(most, -(-limit // rule.frame.cohort_size) * rule.frame.cohort_size)
    return min(most, limit - 1 + max(sizes or (rule.frame.cohort_size,)))


def guard_name(guard: Guard) -> str:
    """A guard's key in a protocol file."""
    return next(name for name, kind in GUARDS.items() if kind is type(guard))


def counts_table(design: IntervalDesign, most: int | None = None) -> CountsTable:
    """The table of a design that decides from counts, rows without any more change drawn together at the end.

    The design itself is asked, on made-up counts at the middle one of three levels and at the lowest.
    """
    frame = dataclasses.replace(design.frame, doses=(1.0, 2.0, 3.0), start_level=1, highest_level=None)
    of_three = dataclasses.replace(design, frame=frame)
    most = most or frame.max_participants
    middle, lowest = (_moves_at(of_three, level, most) for level in (2, 1))
    # no level lies below: there is nowhere to go, and elimination ends the trial
    expected = np.select([middle == DEESCALATE, middle == STOP_ELIMINATE], [STAY, ELIMINATE], middle)
    return _drawn_together(middle, None if (lowest == expected).all() else _drawn_together(lowest))


def _moves_at(design: Design, level: int, most: int) -> Codes:
    """The design's move after each count at a level, nothing being known of the other levels."""
    participants = np.arange(1, most + 1)
    dlts, place = np.nonzero(np.arange(most + 1)[:, None] <= participants)
    dlts, size = dlts.astype(np.int16), participants[place].astype(np.int16)
    of_level = np.arange(1, design.frame.levels + 1) == level
    whole = np.ones(len(size), dtype=np.int16)
    step = design.next_step(
        Seen(
            participants=size[:, None] * of_level, dlts=dlts[:, None] * of_level, current=level * whole,
            cohort_size=size, cohort_dlts=dlts, highest=design.frame.top * whole,
            memory=np.zeros((len(size), len(design.remembers)), dtype=np.int16),
        )
    )  # fmt: skip
    moves = np.full((most + 1, most), IMPOSSIBLE, dtype=np.int8)
    moves[dlts, place] = _codes(level, step)
    return moves


def _codes(level: int, step: Step) -> Codes:
    is_eliminated = step.highest < level
    is_over = (step.stop != Stop.GOES_ON) & (step.stop != Stop.TOO_TOXIC)
    found = np.select(
        [
            is_over & is_eliminated,
            is_over,
            is_eliminated | (step.stop == Stop.TOO_TOXIC),
            step.level > level,
            step.level < level,
        ],
        [STOP_ELIMINATE, STOP, ELIMINATE, ESCALATE, DEESCALATE],
        STAY,
    )
    return found.astype(np.int8)


def _drawn_together(moves: Codes, level_one: CountsTable | None = None) -> CountsTable:
    last = _last_line(moves)
    lines = tuple(tuple(MARKS[move] for move in line) for line in moves[: last + 1].tolist())
    most = moves.shape[1]
    return CountsTable(tuple(range(1, most + 1)), tuple(range(last + 1)), lines, last < most, level_one)


def _last_line(moves: Codes) -> int:
    """The fewest DLTs beyond which more change nothing, whatever the number of participants that can have so many."""
    changes = (moves[1:] != moves[:-1]) & (moves[1:] != IMPOSSIBLE)
    lines = np.arange(1, len(moves))
    settled = np.where(changes, lines[:, None], 0).max(axis=0)  # from here on a column stays as it is
    with_more = np.maximum.accumulate(settled[::-1])[::-1]
    needed = np.concatenate([with_more[:1], with_more])  # with no DLT every column counts
    return int(np.argmax(needed <= np.arange(len(moves))))
