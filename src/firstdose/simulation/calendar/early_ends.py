"""The days on which trials of designs in time end, where they ended although more were to come.

A design is asked when a candidate waits. Where it then ends the trial, it may have been ready to do so since a window
closed or a DLT was seen before: the trial ends on that day, for which it is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from firstdose.designs.states import Integers, States
from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.draws import Booleans, Floats
from firstdose.simulation.calendar.holding_back import next_meeting
from firstdose.simulation.calendar.people import People, Rows


@dataclass(frozen=True)
class Standing:
    """What a rule remembers beside what was seen, one row a trial; as the fields of ``States``."""

    level: Integers
    highest: Integers
    memory: Integers

    @classmethod
    def of(cls, states: States, rows: Rows | Booleans) -> Standing:
        """That of some trials."""
        return cls(states.level[rows], states.highest[rows], states.memory[rows])

    def take(self, rows: Rows | Booleans) -> Standing:
        """The chosen rows."""
        return Standing(self.level[rows], self.highest[rows], self.memory[rows])


Ends = Callable[[Rows, Floats, Standing], Booleans]
"""Whether a rule that is asked on a day, each trial on its own, ends the trial with what is known then."""


@dataclass
class EarlyEnds:
    """Trials that were ended when somebody was to come, how each stood before, and since when its cohort was full."""

    rows: list[Rows] = field(default_factory=list)
    full_from: list[Floats] = field(default_factory=list)
    before: list[Standing] = field(default_factory=list)

    def note(self, rows: Rows, full_from: Floats, before: Standing) -> None:
        """Note trials that have just been ended."""
        self.rows.append(rows)
        self.full_from.append(full_from)
        self.before.append(before)

    def earliest(self, calendar: Calendar, people: People, ended: Floats, ends: Ends) -> tuple[Rows, Floats]:
        """These trials, and the first day from which on the rule would have ended each on every day it was asked.

        It is asked on the days on which more is known, or where there is a committee at its meetings after these.
        """
        if not self.rows:
            return np.empty(0, dtype=np.intp), np.empty(0)
        rows, full_from = np.concatenate(self.rows), np.concatenate(self.full_from)
        before = Standing(
            np.concatenate([each.level for each in self.before]),
            np.concatenate([each.highest for each in self.before]),
            np.concatenate([each.memory for each in self.before]),
        )
        asked = next_meeting(calendar, np.maximum(people.closes[: people.dosed, rows], full_from))
        asked = np.concatenate([asked, next_meeting(calendar, full_from)[None]])
        found, open_ = ended[rows].copy(), np.argsort(rows)  # who are asked for all trials expect them in their order
        while open_.size:
            sooner = asked[:, open_]
            day = np.where(sooner < found[open_], sooner, -np.inf).max(axis=0)
            open_, day = open_[np.isfinite(day)], day[np.isfinite(day)]
            if not open_.size:
                break
            over = ends(rows[open_], day, before.take(open_))
            found[open_[over]] = day[over]
            open_ = open_[over]
        return rows, found


def full_since(toxic: Floats, last_dosed: Floats) -> Floats:
    """The day from which on cohorts are full that a sentinel's DLT on a day ends."""
    return np.asarray(np.where(np.isfinite(toxic), np.maximum(last_dosed, toxic), last_dosed))
