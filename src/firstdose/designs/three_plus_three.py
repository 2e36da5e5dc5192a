"""The 3+3 design, in its named variants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from firstdose.designs.design import Design, no_memory
from firstdose.designs.states import Integers, Seen, Selection, States, Step, Stop, into_levels
from firstdose.protocol.meaning import Meaning

VARIANT_WORDS = {
    "previous": "the MTD is the level below the one that stopped; nothing is expanded on the way down, and the top "
    "level is accepted at 0 of 3",
    "step_down": "a lower level that was treated in 3 is expanded to 6 before it is named; the top level is accepted "
    "at 0 of 3",
    "confirm_six": "the MTD needs at most 1 DLT in 6 participants, the top level too",
}


@dataclass(frozen=True, kw_only=True)
class ThreePlusThree(Design):
    """0 of 3 goes up, 1 of 3 is expanded to 6, 2 or more DLTs at a level end it (Storer 1989).

    The name covers several designs that select differently, so the protocol must name the variant. Levels below
    the start level are never given. When the maximum ends the trial before the rule does, none is selected.
    """

    title: ClassVar[str] = "3+3 design"
    summary: ClassVar[str] = "Three at a level, three more after one DLT; no target, no model."
    source: ClassVar[str] = "Storer BE. Design and analysis of phase I clinical trials. Biometrics 1989;45:925-937."
    eliminates: ClassVar[bool] = True
    own_cohort_size: ClassVar[int | None] = 3

    variant: Annotated[
        Literal["previous", "step_down", "confirm_six"],
        Meaning("What happens at the end: previous, step_down or confirm_six; no default."),
    ]

    @classmethod
    def requires_target(cls) -> bool:
        return False

    def next_cohort_size(self, states: States) -> Integers:
        """Whatever completes three, or six, at the level."""
        levels = self.frame.levels
        flat = np.arange(len(states)) * levels + into_levels(states.level, levels) - 1
        return np.asarray(3 - states.participants.ravel()[flat].astype(np.int16) % 3)

    def next_step(self, seen: Seen) -> Step:
        current = seen.current
        participants, dlts = seen.at(current)
        top = self.frame.top
        highest = np.where(dlts >= 2, np.minimum(seen.highest, current - 1), seen.highest)
        down = current > highest
        treated_below, _ = seen.at(highest)

        clean = ((dlts == 0) & (participants >= 3)) | ((dlts == 1) & (participants >= 6))
        up = clean & (current < highest)
        accepted = (participants >= 6) | (
            (self.variant != "confirm_six")
            & (dlts == 0)
            & (participants >= 3)
            & ((current == top) | (self.variant == "previous"))
        )
        named_here = clean & (current == highest) & accepted
        none_left = down & (highest < self.frame.start_level)
        enough_below = 3 if self.variant == "previous" else 6
        named_below = down & ~none_left & (treated_below >= enough_below)

        level = np.where(up, current + 1, np.where(down, highest, current))
        stop = np.where(named_here | named_below, np.int8(Stop.RULE_COMPLETE), np.int8(Stop.GOES_ON))
        stop = np.where(none_left, np.int8(Stop.TOO_TOXIC), stop)
        level = into_levels(level, self.frame.levels).astype(np.int8)
        return Step(level, highest.astype(np.int8), stop, no_memory(seen.rows))

    def select(self, states: States) -> Selection:
        by_guard = (states.stop != Stop.RULE_COMPLETE) & (states.stop != Stop.MAXIMUM)
        level = np.where(states.stop == Stop.RULE_COMPLETE, states.highest, np.where(by_guard, states.level, 0))
        return Selection(level.astype(np.int8), level == self.frame.top)

    def selection_words(self) -> str:
        return (
            f"Variant {self.variant}: {VARIANT_WORDS[self.variant]}. Levels below the start level are never given or "
            "named. When the maximum number of participants ends the trial before the rule does, no level is named."
        )

    def explain(self, seen: Seen, step: Step) -> str:
        current = int(seen.current[0])
        participants, dlts = (int(value[0]) for value in seen.at(seen.current))
        counts = f"{dlts} of {participants} participants at level {current} had a DLT"
        lower = int(step.highest[0])
        if current > lower:
            capped = lower == self.frame.top
            before = f"no level above {lower} may be given" if capped else f"level {lower + 1} was too toxic before"
            why = "two or more are too many" if dlts >= 2 else before
            if step.stop[0] == Stop.TOO_TOXIC:
                return f"{counts}: {why}, and no lower level may be given"
            below = int(seen.at(step.highest)[0][0])
            if step.stop[0] == Stop.RULE_COMPLETE:
                return f"{counts}: {why}, so level {lower}, treated in {below}, is the MTD"
            return f"{counts}: {why}, so level {lower} is treated next ({below} so far)"
        if step.stop[0] == Stop.RULE_COMPLETE:
            if current == self.frame.top:
                return f"{counts}, and no higher level may be given: the MTD is level {current} or lies above it"
            return f"{counts}, and level {current + 1} was too toxic: level {current} is the MTD"
        if step.level[0] > current:
            return f"{counts}: escalate"
        return f"{counts}: treat {3 - participants % 3} more at this level"
