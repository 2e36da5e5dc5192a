"""Single simulated trials, to look at: who was dosed when at which level, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.trials import simulate_in_time

TRIALS_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Participant:
    """One participant; ``closes`` is the day on which the window ends, a DLT is seen or the participant leaves.

    ``level`` is that assigned, ``level_given`` that whose dose was given.
    """

    level: int
    dosed_on: float
    closes: float
    has_dlt: bool
    leaves: bool
    level_given: int


@dataclass(frozen=True)
class Course:
    """One simulated trial by its number; ``began`` is the day of the first dosing, ``selected`` a level, 0 for none."""

    number: int
    began: float
    ended: float
    selected: int
    participants: tuple[Participant, ...]

    @property
    def duration_days(self) -> float:
        """Days from the first dosing to the end of the escalation."""
        return self.ended - self.began


def courses_by_duration(
    rule: EscalationRule,
    calendar: Calendar,
    truth: Floats,
    *,
    seed: int,
    shares: tuple[float, ...] = (0.1, 0.5, 0.9),
    trials: int = TRIALS_LOOKED_AT,
) -> tuple[Course, ...]:
    """Of the first trials of a seed those whose durations lie at these shares of them, the quickest first."""
    clocks = simulate_in_time(rule, calendar, truth, range(trials), seed)
    people, order = clocks.people, np.argsort(clocks.ended - clocks.began, kind="stable")
    assigned, given = (people.level,) * 2 if clocks.doses is None else clocks.doses.levels
    stays_to_the_end = people.closes >= people.dosed_on + calendar.window_length
    leaves = people.is_lost & ~stays_to_the_end
    found = []
    for share in shares:
        trial = int(order[round(share * (trials - 1))])
        count = int(people.dosed_at[trial].sum())
        columns = [
            values[:count, trial].tolist()
            for values in (assigned, people.dosed_on, people.closes, people.is_toxic, leaves, given)
        ]
        participants = tuple(Participant(*values) for values in zip(*columns, strict=True))
        found.append(
            Course(
                trial,
                float(clocks.began[trial]),
                float(clocks.ended[trial]),
                int(clocks.states.selected[trial]),
                participants,
            )
        )
    return tuple(found)
