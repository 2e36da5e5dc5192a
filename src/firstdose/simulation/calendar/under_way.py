"""Trials in time under way: where each of many stands, and what one participant more changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States
from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.doses import Counted, Doses, count_outcomes
from firstdose.simulation.calendar.draws import Booleans, Draws, Floats
from firstdose.simulation.calendar.early_ends import EarlyEnds
from firstdose.simulation.calendar.people import People, Rows
from firstdose.simulation.calendar.sentinels import Sentinels


@dataclass
class TrialsUnderWay:
    """Trials in time, each at a day of its own. All but ``people`` have shape (trials,).

    ``day`` is that of the last dosing, ``last_dosed`` that of the escalation's last; ``first`` the place in ``people``
    at which the current cohort began, ``planned`` its size; ``idle`` sums days on which somebody waited and nobody
    could be dosed, ``suspended`` those on which the design asked to wait, and ``suspensions`` counts how often it did.
    ``waited`` sums days from coming, with a product where one is made, to dosing over participants, ``longest_wait`` is
    the longest. ``latest`` is the day on which every window of the escalation closes; the cohort's counts are what its
    windows will have shown by then. ``doses`` is there where somebody may be given less than was assigned.
    """

    rule: EscalationRule
    calendar: Calendar
    draws: Draws
    truth: Floats
    states: States
    people: People
    day: Floats = field(init=False)
    last_dosed: Floats = field(init=False)
    began: Floats = field(init=False)
    ended: Floats = field(init=False)
    first: NDArray[np.int64] = field(init=False)
    planned: NDArray[np.int64] = field(init=False)
    latest: Floats = field(init=False)
    idle: Floats = field(init=False)
    waited: Floats = field(init=False)
    longest_wait: Floats = field(init=False)
    suspended: Floats = field(init=False)
    suspensions: NDArray[np.int64] = field(init=False)
    cohort_counts: NDArray[np.int64] = field(init=False)
    sentinels: Sentinels = field(init=False)
    doses: Doses | None = field(init=False)
    early_ends: EarlyEnds = field(init=False, default_factory=EarlyEnds)

    def __post_init__(self) -> None:
        trials = len(self.states)
        for name in ("day", "last_dosed", "idle", "waited", "longest_wait", "suspended", "latest"):
            setattr(self, name, np.zeros(trials))
        for name in ("began", "ended"):
            setattr(self, name, np.full(trials, np.nan))
        for name in ("first", "suspensions"):
            setattr(self, name, np.zeros(trials, dtype=np.int64))
        self.planned = self.rule.cohort_sizes(self.states).astype(np.int64)
        self.sentinels = Sentinels(self.calendar.sentinels, self.calendar.sentinel_interval_days, trials)
        self.doses = Doses(trials) if self.calendar.falls_short else None
        # at the cohort's level: evaluable, with a DLT, lost; and where some count at the level below: these, with a DLT
        self.cohort_counts = np.zeros((5 if self.some_below else 3, trials), dtype=np.int64)

    @property
    def some_below(self) -> bool:
        """Whether outcomes may count at another level than their cohort's."""
        return self.doses is not None and self.calendar.outcomes_count_at != "assigned"

    def _treat(self, rows: Rows, day: Floats, level: NDArray[np.int16]) -> None:
        """Dose one participant in each of these trials, at this level and on this day."""
        person = self.people.dosed
        given = self.draws.level_given(rows, person, level)
        rate = self.truth.take(given - 1)
        toxic = self.draws.has_dlt(rows, person, rate)
        until_toxic = np.full(len(rows), np.inf)
        some = np.flatnonzero(toxic)  # by numbers rows are chosen four times as fast as by a random mask
        until_toxic[some] = self.draws.dlt_after(rows[some], person, rate[some])
        until_gone = self.draws.leaves_after(rows, person)
        if self.calendar.whole_days:
            until_toxic, until_gone = np.floor(until_toxic), np.floor(until_gone)
        lost = until_gone < np.minimum(until_toxic, self.calendar.window_length)
        counts_toxic = toxic & ~lost
        closes = day + np.minimum(np.minimum(until_toxic, until_gone), self.calendar.window_length)
        self.day[rows] = day
        self._note_sentinel(rows, day, closes, counts_toxic, lost, given < level)
        if self.doses is not None:
            self.doses.note(rows, level, given)
        if not self.some_below:
            self.people.add(rows, level, day, closes, counts_toxic, lost)
            self._note_in_cohort(rows, day, closes, counts_toxic, lost)
            return
        counted = count_outcomes(self.calendar.outcomes_count_at, level, given, counts_toxic, lost)
        self.people.add(rows, counted.level, day, closes, counts_toxic, ~counted.is_evaluable)
        self._note_in_cohort(rows, day, closes, counts_toxic & ~counted.is_below, ~counted.is_evaluable)
        self._note_below(rows, counts_toxic, counted)

    def _note_sentinel(
        self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, left: Booleans, less: Booleans
    ) -> None:
        """The sentinels of the cohorts of these trials, once one participant more is dosed."""
        self.sentinels.note(rows, day, closes, toxic, left, less)

    def _note_below(self, rows: Rows, toxic: Booleans, counted: Counted) -> None:
        """Move those who count at the level below from their cohort's own counts to the others."""
        self.cohort_counts[0, rows[counted.is_below]] -= 1
        self.cohort_counts[3, rows[counted.is_below]] += 1
        self.cohort_counts[4, rows[counted.is_below & toxic]] += 1

    def _note_in_cohort(self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, lost: Booleans) -> None:
        """What the cohorts of these trials know of the participant just dosed."""
        self.last_dosed[rows] = day
        self.latest[rows] = np.maximum(self.latest[rows], closes)
        evaluable, with_dlt, gone, *_ = self.cohort_counts
        evaluable[rows] += 1
        with_dlt[rows[np.flatnonzero(toxic)]] += 1
        if self.people.some_lost:
            evaluable[rows[lost]] -= 1
            gone[rows[lost]] += 1

    def _take_over(self, rows: Rows, states: States) -> None:
        """The states after a decision, and the sizes of the cohorts that follow."""
        self.states.put(rows, states)
        self.planned[rows] = self.rule.cohort_sizes(states)
