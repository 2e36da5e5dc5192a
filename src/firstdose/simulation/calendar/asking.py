"""Asks designs in time, many trials at once and each on its own day, with what is known then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.designs.in_time import decide_in_time
from firstdose.designs.states import Seen, Step, Stop
from firstdose.simulation.calendar.doses import level_that_decides
from firstdose.simulation.calendar.draws import Booleans, Floats
from firstdose.simulation.calendar.early_ends import Standing, full_since
from firstdose.simulation.calendar.people import Rows

if TYPE_CHECKING:
    from firstdose.simulation.calendar.clocks import Clocks


def asked(clocks: Clocks, rows: Rows, day: Floats, before: Standing) -> tuple[Seen, Step, Booleans]:
    """What a design in time answers on these days to what is known then, and whether it decides."""
    rule, people, types = clocks.rule, clocks.people, clocks.states.participants.dtype
    known = people.known(rows, day, clocks.first[rows], clocks.calendar.window_length)
    participants = people.evaluable.take(rows, axis=0) + known.yet_lost
    memory, level = before.memory, before.level
    if rule.counts_dosed:
        memory = memory.copy()
        memory[:, -1] = people.dosed_at[rows].sum(axis=1) - participants.sum(axis=1)
    size, toxic, _ = clocks.cohort_counts[:3].take(rows, axis=1)
    if clocks.some_below:
        below, toxic_below = clocks.cohort_counts[3:, rows]
        size, toxic, level = size + below, toxic + toxic_below, level_that_decides(level, participants, below)
    dlts = people.toxic.take(rows, axis=0) - known.yet_toxic
    seen = Seen(
        participants.astype(types), dlts.astype(types), level,
        size + known.yet_lost_in_cohort, toxic - known.yet_toxic_in_cohort, before.highest, memory,
    )  # fmt: skip
    step, suspended, _ = decide_in_time(rule, seen, known.waiting)
    return seen, step, np.asarray(~suspended)


def note_early_ends(clocks: Clocks, rows: Rows, before: Standing) -> None:
    """Note trials that end although more were to come."""
    full_from = clocks.last_dosed[rows]
    if clocks.rule.sentinels_that_end:
        full_from = full_since(clocks.sentinels.toxic_on[rows], full_from)
    clocks.early_ends.note(rows, full_from, before)


def end_early(clocks: Clocks) -> None:
    """Once all trials have ended: those that were ready to end before somebody waited end on that day."""

    def ends(rows: Rows, day: Floats, before: Standing) -> Booleans:
        _, step, decided = asked(clocks, rows, day, before)
        return np.asarray(decided & (step.stop != Stop.GOES_ON))

    clocks.people.oldest = 0  # days on which nobody's window was closed are looked at again
    rows, ended = clocks.early_ends.earliest(clocks.calendar, clocks.people, clocks.ended, ends)
    clocks.ended[rows] = ended
