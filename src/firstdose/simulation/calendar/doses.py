"""Doses assigned and doses given: at which level an outcome counts, and who was assigned and given what."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Integers, States
from firstdose.simulation.calendar.conditions import Calendar, CalendarError, CountedAt
from firstdose.simulation.calendar.draws import Booleans, Levels


@dataclass(frozen=True)
class Counted:
    """How the outcomes of some participants count, shape (participants,).

    ``level`` is the level at which they count (for who is not evaluable that assigned), ``is_evaluable`` whether they
    do, and ``is_below`` whether they do at another level than their cohort's.
    """

    level: Levels
    is_evaluable: Booleans
    is_below: Booleans


def count_outcomes(
    counts_at: CountedAt, assigned: Levels, given: Levels, is_toxic: Booleans, is_lost: Booleans
) -> Counted:
    """How outcomes count: ``is_toxic`` says of each whether a DLT is seen, ``is_lost`` who leaves without one.

    ``assigned``: at the level assigned, whatever was given. ``given``: at the level given. ``live_trial``: as
    ``dosing.level_counted`` and ``safety.evaluability`` have it, a DLT at the level given, and no DLT after less than
    was assigned is not evaluable. Whoever is evaluable takes a place of the cohort.
    """
    short = given != assigned
    if counts_at == "assigned":
        return Counted(assigned, ~is_lost, np.zeros(len(assigned), dtype=bool))
    if counts_at == "given":
        return Counted(given, ~is_lost, short & ~is_lost)
    is_below = short & is_toxic
    level = np.where(is_below, given, assigned).astype(assigned.dtype)
    return Counted(level, ~is_lost & (~short | is_toxic), is_below)


def refuse_what_cannot_be_counted(rule: EscalationRule, calendar: Calendar) -> None:
    """Raise CalendarError where shortfalls do not fit the levels, or how they count is not defined for a rule."""
    making = calendar.manufacturing
    if making is None or not making.falls_short:
        return
    stated, levels = len(making.shortfall_by_level), rule.frame.levels
    if stated and stated != levels:
        raise CalendarError(f"manufacturing: shortfall_by_level: give one share a level, {levels}, not {stated}")
    if calendar.outcomes_count_at == "assigned":
        return
    if rule.backfill is not None:
        raise CalendarError(
            f"outcomes_count_at is {calendar.outcomes_count_at}: with backfilling outcomes are simulated at the level "
            "assigned alone; write assigned"
        )
    if calendar.outcomes_count_at == "live_trial" and rule.design.needs_time:
        raise CalendarError(
            "outcomes_count_at is live_trial: a design that decides while windows are open would have to weigh "
            "somebody of whom the window can show a DLT or nothing, which none defines; write assigned or given"
        )


def take_over_below(
    rule: EscalationRule, counts_at: CountedAt, states: States, size: Integers, dlts: Integers
) -> Booleans:
    """Take over, in place, what counts below the level of complete cohorts, as a part that comes before their own.

    So the live trial's history is read. Returns where the own level decides although nobody new counts there: with
    outcomes at the level given, once anybody has been given it.
    """
    some = np.flatnonzero(size > 0)
    level = states.level[some]
    before = states.participants[some, level - 1]
    states.put(some, rule.advance_as_given(states.take(some), level - 1, size[some], dlts[some]))
    decides = np.zeros(len(states), dtype=bool)
    decides[some] = (before > 0) & (counts_at == "given")
    return decides


def level_that_decides(level: Integers, participants: Integers, below: Integers) -> NDArray[np.int8]:
    """The level from which a design in time decides: the cohort's, or that given where nobody was given the cohort's.

    ``participants`` has shape (trials, levels); ``below`` counts those of the cohort who were given less.
    """
    is_new = (participants[np.arange(len(level)), level - 1] == 0) & (below > 0)
    return np.where(is_new, level - 1, level).astype(np.int8)


def never_ends(calendar: Calendar, dosed: int) -> str:
    """Why a trial has not ended after so many participants: most of them do not count, and are replaced."""
    if calendar.falls_short and calendar.outcomes_count_at == "live_trial":
        return (
            f"outcomes_count_at is live_trial: after {dosed} participants a trial has not ended, since nearly all are "
            "given less than was assigned, or leave, and are replaced; give smaller shares of shortfall and leaving, "
            "or write given"
        )
    return (
        f"leaving is {calendar.leaving:g}: after {dosed} participants a trial has not ended, since nearly all leave; "
        "give a smaller share"
    )


@dataclass
class Doses:
    """The levels assigned and given, one array a participant in the order of dosing, each of shape (trials,).

    0 where a trial had ended before.
    """

    trials: int
    assigned: list[Levels] = field(default_factory=list)
    given: list[Levels] = field(default_factory=list)

    @property
    def levels(self) -> tuple[Levels, Levels]:
        """The levels assigned and given, each of shape (participants, trials)."""
        return np.array(self.assigned, dtype=np.int16), np.array(self.given, dtype=np.int16)

    def note(self, rows: NDArray[np.intp], assigned: Levels, given: Levels) -> None:
        """One participant more in each of these trials."""
        for noted, levels in ((self.assigned, assigned), (self.given, given)):
            noted.append(np.zeros(self.trials, dtype=np.int16))
            noted[-1][rows] = levels
