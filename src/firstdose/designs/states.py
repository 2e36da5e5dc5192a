"""Trials between two cohorts, many at a time: what an escalation rule may know and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Stop(IntEnum):
    """Why a trial ends; ``GOES_ON`` while it does not."""

    GOES_ON = 0
    TOO_TOXIC = 1
    MAXIMUM = 2
    RULE_COMPLETE = 3
    ENOUGH_AT_LEVEL = 4
    PRECISE = 5
    DECLARED = 6


STOPS_BY_COMPLETION = (Stop.ENOUGH_AT_LEVEL, Stop.PRECISE, Stop.DECLARED)

STOP_WORDS = {
    Stop.GOES_ON: "the trial goes on",
    Stop.TOO_TOXIC: "no level is acceptably safe",
    Stop.MAXIMUM: "the planned number of participants is reached",
    Stop.RULE_COMPLETE: "the rule has found its answer",
    Stop.ENOUGH_AT_LEVEL: "enough participants were treated at one level",
    Stop.PRECISE: "the estimate is precise enough",
    Stop.DECLARED: "the rule declares the maximum tolerated dose",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a design or guard sees straight after a cohort, one trial a row.

    ``participants`` and ``dlts`` have shape (trials, levels) and include the cohort just seen;
    all others have shape (trials,). Levels count from 1. ``highest`` is the highest level that was not
    eliminated before this cohort, ``memory`` (trials, values) what the part itself remembered.
    """

    participants: Integers
    dlts: Integers
    current: Integers
    cohort_size: Integers
    cohort_dlts: Integers
    highest: Integers
    memory: Integers

    @property
    def rows(self) -> int:
        return int(self.current.shape[0])

    def at(self, level: Integers) -> tuple[Integers, Integers]:
        """Participants and DLTs at a level that may differ from row to row (clipped into the levels)."""
        levels = self.participants.shape[1]
        flat = np.arange(self.rows, dtype=np.intp) * levels + into_levels(level, levels) - 1
        return self.participants.ravel()[flat], self.dlts.ravel()[flat]


@dataclass(frozen=True, slots=True)
class Step:
    """The answer of a design, reviewed by its guards: one row a trial.

    ``level`` is the level to treat next, or that would be treated next if the trial did not stop.
    """

    level: Integers
    highest: Integers
    stop: Integers
    memory: Integers


@dataclass(frozen=True, slots=True)
class Selection:
    """The level named at the end (0: none), and whether the MTD may lie above the highest level."""

    level: Integers
    mtd_not_reached: Booleans


@dataclass(frozen=True, slots=True)
class States:
    """Everything a rule remembers of each trial. Two trials in equal states have equal futures.

    ``selected`` is -1 while the trial goes on, then the selected level (0: none).
    """

    participants: Integers
    dlts: Integers
    level: Integers
    highest: Integers
    stop: Integers
    selected: Integers
    mtd_not_reached: Booleans
    memory: Integers

    def __len__(self) -> int:
        return int(self.level.shape[0])

    def take(self, rows: NDArray[np.intp] | Booleans | slice) -> States:
        """The chosen rows."""
        if isinstance(rows, slice):
            return States(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        return States(*(getattr(self, name).take(numbers, axis=0) for name in self.__dataclass_fields__))

    def tile(self, times: int) -> States:
        """All rows, repeated this many times one after the other."""
        return States(*(_tile(getattr(self, name), times) for name in self.__dataclass_fields__))

    def put(self, rows: NDArray[np.intp], values: States) -> None:
        """Replace the chosen rows in place."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(values, name)


def into_levels(level: Integers, levels: int) -> Integers:
    """Levels, each clipped into those that there are; for the few rows of a live trial quicker than `numpy.clip`."""
    return np.asarray(np.minimum(np.maximum(level, 1), levels))


def _tile(values: NDArray[Any], times: int) -> NDArray[Any]:
    return np.concatenate([values] * times)


def over_levels(counts: Integers) -> Integers:
    """Each trial's sum over its levels, shape (trials,): level by level, which short rows are summed faster by."""
    total = counts[:, 0].astype(np.int32)
    for column in counts.T[1:]:
        total += column
    return total


def concatenate(parts: list[States]) -> States:
    """The rows of several sets of states, in order."""
    return States(
        np.concatenate([part.participants for part in parts]),
        np.concatenate([part.dlts for part in parts]),
        np.concatenate([part.level for part in parts]),
        np.concatenate([part.highest for part in parts]),
        np.concatenate([part.stop for part in parts]),
        np.concatenate([part.selected for part in parts]),
        np.concatenate([part.mtd_not_reached for part in parts]),
        np.concatenate([part.memory for part in parts]),
    )
