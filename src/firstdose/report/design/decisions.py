"""The rule's decisions as tables: by counts, by situation in a 3+3, or step by step where a model decides."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from firstdose.designs import GUARDS, Guard
from firstdose.designs.design import Design
from firstdose.designs.interval import IntervalDesign
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, Stop
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.report.design.model_steps import ModelTable, model_table
from firstdose.report.design.situations import SituationsTable, situations_table
from firstdose.report.documents.blocks import Mark
from firstdose.simulation.pathways import Pathway

MOST_COLUMNS = 24


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


AT_LEVEL_1: dict[Mark | None, Mark] = {"deescalate": "stay", "stop_eliminate": "eliminate"}
"""What a move becomes where no level lies below: there is nowhere to go, and elimination ends the trial."""


def most_at_a_level(rule: EscalationRule) -> int:
    """The most participants that the rule treats at one level: what its stops for enough leave, or the maximum."""
    named = {guard_name(guard): guard for guard in rule.guards}
    most = rule.frame.max_participants
    if {"at_least", "titration"} & set(named):
        return most  # these may hold a stop back
    enough = getattr(named.get("stop_when_enough"), "participants", most)
    limit = min(enough, getattr(rule.design, "stop_at", None) or most)
    sizes = getattr(named.get("cohort_sizes"), "by_cohort", None) or getattr(
        named.get("cohort_sizes"), "by_level", None
    )
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
    middle, lowest = _moves_at(of_three, 2), _moves_at(of_three, 1)
    if most is not None:
        middle, lowest = ({at: move for at, move in each.items() if at[0] <= most} for each in (middle, lowest))
    expected = {counts: AT_LEVEL_1.get(move, move) for counts, move in middle.items()}
    most = most or frame.max_participants
    return _drawn_together(middle, most, _drawn_together(lowest, most) if lowest != expected else None)


def _moves_at(design: Design, level: int) -> dict[tuple[int, int], Mark]:
    """The design's move after each (participants, DLTs) at a level, nothing being known of the other levels."""
    counts = [(number, dlts) for number in range(1, design.frame.max_participants + 1) for dlts in range(number + 1)]
    size, dlts = np.array(counts, dtype=np.int16).T
    of_level = np.arange(1, design.frame.levels + 1) == level
    whole = np.ones(len(counts), dtype=np.int16)
    step = design.next_step(
        Seen(
            participants=size[:, None] * of_level, dlts=dlts[:, None] * of_level, current=level * whole,
            cohort_size=size, cohort_dlts=dlts, highest=design.frame.top * whole,
            memory=np.zeros((len(counts), len(design.remembers)), dtype=np.int16),
        )
    )  # fmt: skip
    found = zip(step.level.tolist(), step.highest.tolist(), step.stop.tolist(), strict=True)
    return {at: _mark(level, *answer) for at, answer in zip(counts, found, strict=True)}


def _mark(level: int, following: int, highest: int, stop: int) -> Mark:
    is_eliminated = highest < level
    if stop not in (Stop.GOES_ON, Stop.TOO_TOXIC):
        return "stop_eliminate" if is_eliminated else "stop"
    if is_eliminated or stop == Stop.TOO_TOXIC:
        return "eliminate"
    return "escalate" if following > level else "deescalate" if following < level else "stay"


def _drawn_together(found: dict[tuple[int, int], Mark], most: int, level_one: CountsTable | None = None) -> CountsTable:
    participants = tuple(range(1, most + 1))
    last = next(dlts for dlts in range(most + 1) if _is_last(found, dlts, most))
    lines = tuple(tuple(found.get((count, dlts)) for count in participants) for dlts in range(last + 1))
    return CountsTable(participants, tuple(range(last + 1)), lines, last < most, level_one)


def _is_last(found: dict[tuple[int, int], Mark], dlts: int, most: int) -> bool:
    """Whether more DLTs than these change nothing, whatever the number of participants."""
    return all(
        found[count, more] == found[count, dlts] for count in range(dlts, most + 1) for more in range(dlts, count + 1)
        if count
    )  # fmt: skip
