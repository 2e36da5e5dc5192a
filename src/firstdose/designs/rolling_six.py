"""The rolling six design: up to six at a level, entered one by one without waiting for the windows before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from firstdose.designs.design import no_memory
from firstdose.designs.in_time import InTime, Waiting
from firstdose.designs.states import Booleans, Integers, Seen, Selection, States, Step, Stop

MOST_AT_A_LEVEL = 6
FEWEST_TO_ESCALATE = 3
TOO_MANY_DLTS = 2


@dataclass(frozen=True, kw_only=True)
class RollingSix(InTime):
    """Decides on each entry from those treated, with a DLT and still followed at the level (Skolnik et al. 2008).

    Up after 0 of 3, 0 of 4 or 0 of 5 with every window closed, or with at most 1 of 6; two DLTs at a level end it. With
    six at the level and too many windows open dosing is suspended. The MTD needs six participants with at most one DLT,
    the top level too; a lower level is filled to six before it is named.
    """

    title: ClassVar[str] = "Rolling six design"
    summary: ClassVar[str] = "Three to six at a level, entered without waiting for the outcomes of those before."
    source: ClassVar[str] = (
        "Skolnik JM, Barrett JS, Jayaraman B, Patel D, Adamson PC. Shortening the timeline of pediatric phase I "
        "trials: the rolling six design. J Clin Oncol 2008;26:190-195."
    )
    eliminates: ClassVar[bool] = True
    own_cohort_size: ClassVar[int | None] = 1

    @classmethod
    def requires_target(cls) -> bool:
        return False

    def next_cohort_size(self, states: States) -> Integers:
        """One: each participant's level is decided on entry."""
        return np.ones(len(states), dtype=np.int16)

    def next_step(self, seen: Seen) -> Step:
        nobody = np.zeros((seen.rows, seen.participants.shape[1]), dtype=np.int16)
        return self._step(seen, nobody)[0]

    def next_step_in_time(self, seen: Seen, waiting: Waiting) -> tuple[Step, Booleans]:
        return self._step(seen, waiting.at_each(seen.participants.shape[1]))

    def _step(self, seen: Seen, waiting: Integers) -> tuple[Step, Booleans]:
        """The step, and whether dosing is suspended; ``waiting`` counts open windows, shape (trials, levels)."""
        too_toxic = seen.dlts >= TOO_MANY_DLTS
        first_toxic = np.where(too_toxic.any(axis=1), np.argmax(too_toxic, axis=1), self.frame.levels)
        highest = np.minimum(seen.highest, first_toxic)
        none_left = highest < 1
        level = np.clip(np.minimum(seen.current, highest), 1, None)
        participants, dlts = seen.at(level)
        pending = np.take_along_axis(waiting, level[:, None].astype(np.intp) - 1, axis=1)[:, 0]

        six = participants >= MOST_AT_A_LEVEL
        safe_in_six = six & (dlts + pending <= 1)
        safe_before = ~six & (participants >= FEWEST_TO_ESCALATE) & (dlts + pending == 0)
        up = (safe_in_six | safe_before) & (level < highest) & (seen.current <= highest)
        named = safe_in_six & ~up & ~none_left
        suspended = six & ~safe_in_six & ~none_left

        stop = np.where(named, np.int8(Stop.RULE_COMPLETE), np.int8(Stop.GOES_ON))
        stop = np.where(none_left, np.int8(Stop.TOO_TOXIC), stop)
        following = np.where(up, level + 1, level).astype(np.int8)
        return Step(following, highest.astype(np.int8), stop, no_memory(seen.rows)), suspended

    def select(self, states: States) -> Selection:
        by_guard = (states.stop != Stop.RULE_COMPLETE) & (states.stop != Stop.MAXIMUM)
        level = np.where(states.stop == Stop.RULE_COMPLETE, states.highest, np.where(by_guard, states.level, 0))
        return Selection(level.astype(np.int8), level == self.frame.top)

    def selection_words(self) -> str:
        return (
            "The highest level at which six participants had at most one DLT, where the level above had two or is not "
            "to be given. When the maximum number of participants ends the trial before that, no level is named."
        )

    def explain(self, seen: Seen, step: Step) -> str:
        return self._words(seen, step, np.zeros((1, seen.participants.shape[1]), dtype=np.int16))

    def explain_in_time(self, seen: Seen, waiting: Waiting) -> str:
        step, suspended = self.next_step_in_time(seen, waiting)
        words = self._words(seen, step, waiting.at_each(seen.participants.shape[1]))
        return f"{words}; dosing is suspended until more is known" if suspended[0] else words

    def _words(self, seen: Seen, step: Step, waiting: Integers) -> str:
        current, highest = int(seen.current[0]), int(step.highest[0])
        participants, dlts = (int(value[0]) for value in seen.at(seen.current))
        counts = f"{dlts} of {participants} participants at level {current} had a DLT"
        if pending := int(waiting[0, current - 1]):
            counts += f" and {pending} {'is' if pending == 1 else 'are'} still followed"
        if highest < 1:
            return f"{counts}: two DLTs at a level are too many, and no lower level is left"
        if step.stop[0] == Stop.RULE_COMPLETE:
            return f"{counts}: level {highest} is the MTD, with at most one DLT in six"
        if current > highest:
            return f"{counts}: two DLTs at a level are too many, so level {highest} is filled to six"
        if step.level[0] > current:
            return f"{counts}: escalate"
        return f"{counts}: up to six are treated at this level"
