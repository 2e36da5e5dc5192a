"""Designs that decide while DLT windows are still open, from how far those were followed."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from firstdose.designs.design import Design
from firstdose.designs.states import Booleans, Floats, Integers, Seen, Step, Stop
from firstdose.designs.transitions import Transitions


@dataclass(frozen=True, slots=True)
class Waiting:
    """Participants without a DLT so far whose windows are open, one trial a row; both have shape (trials, people).

    ``level`` is the level given, 0 where the place is empty; ``followed`` the share of the window that is over.
    """

    level: Integers
    followed: Floats

    def at(self, level: Integers) -> tuple[Integers, Floats]:
        """How many wait at a level that may differ from row to row, and the sum of their follow-up; shape (trials,)."""
        here = self.level == level[:, None]
        return here.sum(axis=1, dtype=np.int16), self.followed.sum(axis=1, where=here)

    def at_each(self, levels: int) -> Integers:
        """How many wait at each level, shape (trials, levels)."""
        rows = len(self.level)
        cell = self.level + (levels + 1) * np.arange(rows)[:, None]
        counted = np.bincount(cell.ravel(), minlength=rows * (levels + 1)).reshape(rows, levels + 1)
        return np.asarray(counted[:, 1:], dtype=np.int16)

    @property
    def any(self) -> Booleans:
        """Whether anybody waits, shape (trials,)."""
        return np.asarray((self.level > 0).any(axis=1))


@dataclass(frozen=True, kw_only=True)
class InTime(Design):
    """A design that may decide before every window is closed, or ask to suspend dosing until more is known.

    With every window closed ``next_step`` decides as ``next_step_in_time`` does with nobody waiting.
    """

    needs_time: ClassVar[bool] = True

    @abstractmethod
    def next_step_in_time(self, seen: Seen, waiting: Waiting) -> tuple[Step, Booleans]:
        """The step, and whether dosing is suspended instead until more is known, shape (trials,).

        ``seen.participants`` counts everyone dosed and evaluable so far, those who wait as well.
        """

    @abstractmethod
    def explain_in_time(self, seen: Seen, waiting: Waiting) -> str:
        """Why the design steps or suspends, in words, for the single trial in row 0."""


def decide_in_time(rule: Transitions, seen: Seen, waiting: Waiting) -> tuple[Step, Booleans, list[Step]]:
    """The step of a rule while windows are open; whether dosing is suspended instead; the step after each part.

    Guards look twice: with those who wait counted as having no DLT, and without them. Where the two differ, dosing is
    suspended. Any stop but that for toxicity waits until every window is closed, since it names a level.
    """
    design = rule.design
    assert isinstance(design, InTime)
    asked, suspended = design.next_step_in_time(seen, waiting)
    step, trail = rule.decide_step(seen, asked)
    stops = step.stop != Stop.GOES_ON
    if not rule.guards and not stops.any():
        return step, suspended, trail
    some_wait = waiting.any
    settled = np.ones(seen.rows, dtype=bool)
    if rule.guards and some_wait.any():
        known = seen.participants - waiting.at_each(rule.frame.levels).astype(seen.participants.dtype)
        without = Seen(known, seen.dlts, seen.current, seen.cohort_size, seen.cohort_dlts, seen.highest, seen.memory)
        other = rule.decide_step(without, asked)[1][-1]
        differs = (other.stop != trail[-1].stop) | (other.level != trail[-1].level)
        settled = other.stop == trail[-1].stop
        suspended = suspended | (differs & some_wait)
    waits_to_name = stops & (step.stop != Stop.TOO_TOXIC) & some_wait
    toxic = (step.stop == Stop.TOO_TOXIC) & settled  # no further DLT takes it back
    return step, (suspended | waits_to_name) & ~toxic, trail
