"""Trials in time from their opening to their end, by number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States
from firstdose.simulation.calendar.backfilling import BackfillingClocks, refuse_what_cannot_be_backfilled
from firstdose.simulation.calendar.clocks import Clocks
from firstdose.simulation.calendar.conditions import Calendar, CalendarError
from firstdose.simulation.calendar.doses import refuse_what_cannot_be_counted
from firstdose.simulation.calendar.draws import Draws, Floats
from firstdose.simulation.calendar.people import People

__all__ = ["Clocks", "outcomes_in_the_end", "simulate_in_time"]

KEPT_BYTES = 1 << 24
"""More than any array of a step holds in a block of trials."""


def outcomes_in_the_end(clocks: Clocks) -> States:
    """The final states with every participant's outcome, those included who were followed after the end."""
    people, states = clocks.people, clocks.states
    types = states.participants.dtype
    return replace(states, participants=people.evaluable.astype(types), dlts=people.toxic.astype(types))


def simulate_in_time(rule: EscalationRule, calendar: Calendar, truth: Floats, trials: range, seed: int) -> Clocks:
    """The trials of these numbers, run to their ends; CalendarError for a rule that stops inside a cohort."""
    if rule.stops_within_cohort:
        raise CalendarError(
            "escalation.stop_within_cohort: trials in time do not simulate cohorts that are cut short; write false, or "
            "use --method exact"
        )
    keep_freed_memory()
    refuse_what_cannot_be_backfilled(rule)
    refuse_what_cannot_be_counted(rule, calendar)
    states = rule.start().take(np.zeros(len(trials), dtype=np.intp))
    some_lost = calendar.leaving > 0 or (calendar.falls_short and calendar.outcomes_count_at == "live_trial")
    people = People(len(trials), rule.frame.levels, some_lost, rule.frame.max_participants + 1)
    made = Clocks if rule.backfill is None else BackfillingClocks
    clocks = made(rule, calendar, Draws.of(calendar, trials, seed), truth, states, people)
    clocks.run()
    return clocks


def keep_freed_memory() -> None:
    """Have what arrays free kept for those of the next step, rather than handed back to the system page by page.

    The C library of Linux does so with pieces up to the largest that was ever taken and given back. The second piece
    lies in what it keeps, for which NumPy then asks for large pages: in small ones the system hands out the memory of
    ten thousand trials in 3,500 steps, a tenth of the time of them all. Neither piece is ever written to, so that they
    take neither time nor memory; elsewhere nothing changes.
    """
    for _ in range(2):
        np.empty(KEPT_BYTES, dtype=np.uint8)
