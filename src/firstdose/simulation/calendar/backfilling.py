"""Trials in time whose lower levels are backfilled while the escalation waits (see ``designs.backfill``).

The escalation is that of ``Clocks``. Who comes while its cohort is full and the next may not be dosed yet is treated at
an open level at once; where none is open, the candidate waits for the escalation as in every trial in time. Somebody
backfilled who leaves without a DLT is not evaluable and keeps the place at the level; nobody is to be replaced there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.backfill import (
    BACKFILLED_BY,
    Backfill,
    highest_left,
    level_to_backfill,
    may_backfill,
    next_step_with_backfill,
)
from firstdose.designs.boin import Boin
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Booleans, Integers, Seen, States, Step, Stop
from firstdose.simulation.calendar.clocks import Clocks
from firstdose.simulation.calendar.conditions import CalendarError
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.holding_back import next_meeting
from firstdose.simulation.calendar.people import Rows


def refuse_what_cannot_be_backfilled(rule: EscalationRule) -> None:
    """Raise CalendarError where a rule backfills and its design or settings leave open what that would mean."""
    if rule.backfill is None:
        return
    if not may_backfill(rule.design):
        raise CalendarError(f"backfilling {BACKFILLED_BY}")
    if rule.sentinels_that_end:
        raise CalendarError("backfilling is simulated for cohorts that a sentinel's DLT does not end")
    rates = rule.backfill.response_rates
    if rates is not None and len(rates) != rule.frame.levels:
        raise CalendarError(f"response_rates: give one a level, {rule.frame.levels}, not {len(rates)}")


@dataclass
class BackfillingClocks(Clocks):
    """Trials in time with backfilling.

    ``escalated`` counts those whom the escalation has treated, ``escalated_lost`` those of them who leave without a
    DLT, ``in_cohort`` those of the current cohort, shape (trials,); ``backfilled`` those backfilled at each level and
    ``response_on`` the first day on which a response is seen there, shape (trials, levels). ``last_close`` is the day
    on which the last window closes, backfilled or not; ``is_backfilled`` says of each place in ``people`` in which
    trials it was, each of shape (trials,).
    """

    escalated: NDArray[np.int64] = field(init=False)
    escalated_lost: NDArray[np.int64] = field(init=False)
    in_cohort: NDArray[np.int64] = field(init=False)
    backfilled: NDArray[np.int64] = field(init=False)
    response_on: Floats = field(init=False)
    last_close: Floats = field(init=False)
    is_backfilled: list[Booleans] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        trials, levels = len(self.states), self.rule.frame.levels
        for name in ("escalated", "escalated_lost", "in_cohort"):
            setattr(self, name, np.zeros(trials, dtype=np.int64))
        self.backfilled = np.zeros((trials, levels), dtype=np.int64)
        self.response_on = np.full((trials, levels), np.inf)
        self.last_close = np.zeros(trials)
        self.is_backfilled = []
        self.planned = np.minimum(self.planned, self.terms.escalation_participants)

    @property
    def terms(self) -> Backfill:
        """How levels are backfilled."""
        assert self.rule.backfill is not None
        return self.rule.backfill

    @property
    def design(self) -> Boin:
        """The design, whose bounds say which levels are open."""
        assert isinstance(self.rule.design, Boin)
        return self.rule.design

    def _dose(self, going: Rows, arrived: Floats) -> Rows:
        comes = np.ceil(arrived[going]) if self.calendar.whole_days else arrived[going]
        ready = np.maximum(comes, self.day[going])
        apart = self.calendar.between_participants_days if self.people.dosed else 0.0
        day = np.maximum(ready, self.day[going] + apart)  # who is backfilled keeps the interval as anybody
        level = self._level_to_backfill(going, day)
        ends, escalates = np.zeros(len(going), dtype=bool), level == 0
        day[escalates], ends[escalates] = self._first_day(going[escalates], ready[escalates])
        going, day, ready = going[~ends], day[~ends], ready[~ends]
        level, escalates = level[~ends], escalates[~ends]
        self.idle[going] += day - ready
        if self.people.dosed == 0:
            self.began[going] = day
        self.is_backfilled.append(np.zeros(len(self.states), dtype=bool))
        self.is_backfilled[-1][going[~escalates]] = True
        self._treat(going, day, np.where(escalates, self.states.level[going], level).astype(np.int16))
        return going

    def _level_to_backfill(self, rows: Rows, day: Floats) -> NDArray[np.int64]:
        """The level at which who comes on a day is backfilled in each trial, 0 where the escalation takes the next."""
        level = np.zeros(len(rows), dtype=np.int64)
        may = (self.states.level[rows] > 1) & (self._places_known(rows, day) > 0) & self._is_full(rows, day)
        some = np.flatnonzero(may)
        met = self._meeting_after_cohort(rows[some], day[some])
        some = some[self._allowed_from(rows[some], day[some], met) > day[some]]
        if some.size:
            these, on = rows[some], day[some]
            responded = None if self.terms.response_rates is None else self.response_on[these] <= on[:, None]
            most, treated = self.terms.most_at_a_level, self.people.dosed_at[these]
            level[some] = level_to_backfill(self.design, most, treated, self._seen(these, on), responded)
        return level

    def _meeting_after_cohort(self, rows: Rows, day: Floats) -> Floats:
        calendar, closed = self.calendar, self.latest[rows]
        if calendar.meeting_interval_days > 0 or calendar.decision_lag_days > 0:
            met = next_meeting(calendar, closed)
        else:
            # not before the next cohort may be dosed and somebody is there: until then backfilling goes on, and its
            # data count
            met = np.maximum(day, np.maximum(closed, self.last_dosed[rows] + calendar.between_cohorts_days))
        return self._unless_overtaken(rows, day, met)

    def _unless_overtaken(self, rows: Rows, day: Floats, met: Floats) -> Floats:
        """The meetings whose decisions hold until somebody may be dosed by them, or which end the trial."""
        looked_at, met = np.arange(len(rows)), met.copy()
        while looked_at.size:
            toxic = self._overtaken_on(rows[looked_at], day[looked_at], met[looked_at])
            overtaken = np.isfinite(toxic)
            looked_at, toxic = looked_at[overtaken], toxic[overtaken]
            if looked_at.size:
                goes_on = self._after(rows[looked_at], met[looked_at])[1].stop == Stop.GOES_ON
                looked_at, toxic = looked_at[goes_on], toxic[goes_on]
                met[looked_at] = next_meeting(self.calendar, toxic)
        return met

    def _note_sentinel(
        self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, left: Booleans, less: Booleans
    ) -> None:
        own = ~self.is_backfilled[self.people.dosed][rows]
        super()._note_sentinel(rows[own], day[own], closes[own], toxic[own], left[own], less[own])

    def _note_in_cohort(self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, lost: Booleans) -> None:
        place = self.people.dosed - 1
        own = ~self.is_backfilled[place][rows]
        super()._note_in_cohort(rows[own], day[own], closes[own], toxic[own], lost[own])
        self.escalated[rows[own]] += 1
        self.escalated_lost[rows[own]] += lost[own]
        self.in_cohort[rows[own]] += 1
        level = self.people.level[place, rows].astype(np.intp) - 1
        self.backfilled[rows[~own], level[~own]] += 1
        self.last_close[rows] = np.maximum(self.last_close[rows], closes)
        if self.terms.response_rates is not None:
            responds = self.draws.responds(rows, place, np.asarray(self.terms.response_rates)[level]) & ~lost
            seen_on = np.where(responds, day + self.calendar.window_length, np.inf)
            self.response_on[rows, level] = np.minimum(self.response_on[rows, level], seen_on)

    def _places_left(self, rows: Rows) -> NDArray[np.int64]:
        lost = 0 if self.rule.counts_dosed else self.escalated_lost[rows]
        return np.asarray(self.terms.escalation_participants - self.escalated[rows] + lost)

    def _is_full(self, rows: Rows, day: Floats) -> Booleans:
        taken = self.in_cohort[rows]
        if self.people.some_lost and self.rule.replaces:
            taken = taken - self._known_lost(rows, day, self.first[rows])
        full = taken >= self.planned[rows]
        if self.rule.counts_dosed:
            full |= self.escalated[rows] >= self.terms.escalation_participants
        return np.asarray(full)

    def _places_known(self, rows: Rows, day: Floats) -> NDArray[np.int64]:
        """Places that the escalation has left by what is known on a day: who is still followed takes one."""
        left = self.terms.escalation_participants - self.escalated[rows]
        if self.rule.counts_dosed or not self.people.some_lost:
            return np.asarray(left)
        return np.asarray(left + self._known_lost(rows, day, np.zeros(len(rows), dtype=np.int64)))

    def _known_lost(self, rows: Rows, day: Floats, first: NDArray[np.int64]) -> NDArray[np.int64]:
        """Who of the escalation, from a place on, is known to have left without a DLT, shape (rows,)."""
        people = self.people
        gone = people.is_lost[: people.dosed, rows] & (people.closes[: people.dosed, rows] <= day)
        gone &= np.arange(people.dosed)[:, None] >= first
        for place in np.flatnonzero(gone.any(axis=1)):
            gone[place] &= ~self.is_backfilled[place][rows]
        return np.asarray(gone.sum(axis=0))

    def _between_cohorts(
        self, rows: Rows, day: Floats, at_last: Booleans, is_first_look: bool
    ) -> tuple[Floats, Booleans]:
        when, over = super()._between_cohorts(rows, day, at_last, is_first_look)
        # everybody is followed to the end of the window
        self.ended[rows[over]] = np.maximum(self.ended[rows[over]], self.last_close[rows[over]])
        return when, over

    def _seen(self, rows: Rows, day: Floats) -> Seen:
        """Completed windows and DLTs seen in these trials on a day."""
        known, now = self.people.known(rows, day, self.first[rows], self.calendar.window_length), self.states
        types = now.participants.dtype
        # who waits and leaves later is not among the evaluable
        participants = self.people.evaluable[rows] + known.yet_lost - known.waiting.at_each(self.rule.frame.levels)
        size, toxic, _ = self.cohort_counts[:, rows]
        return Seen(
            participants.astype(types), (self.people.toxic[rows] - known.yet_toxic).astype(types), now.level[rows],
            size, toxic, now.highest[rows], now.memory[rows],
        )  # fmt: skip

    def _seen_before(self, rows: Rows, day: Floats) -> Seen:
        """As ``_seen``, on a day that may lie before the last dosing: somebody closed since was not known then."""
        oldest, self.people.oldest = self.people.oldest, 0
        try:
            return self._seen(rows, day)
        finally:
            self.people.oldest = oldest

    def _decide_complete(self, rows: Rows, day: Floats) -> None:
        if not rows.size:
            return
        seen, states = self._after(rows, day)
        self._name_from_everybody(rows, seen, states)
        self.in_cohort[rows] = 0
        self._take_over(rows, self.rule.select(states))

    def _after(self, rows: Rows, day: Floats) -> tuple[Seen, States]:
        """What is known on a day, and the states after the decision on it."""
        seen = self._seen_before(rows, day)
        step, _ = self.rule.decide_step(seen, next_step_with_backfill(self.design, seen, self.backfilled[rows] > 0))
        step = _unless_nobody_counts(seen, step)
        full = (self._places_left(rows) <= 0) & (step.stop == Stop.GOES_ON)
        return seen, self.rule.conclude(seen, replace(step, stop=np.where(full, np.int8(Stop.MAXIMUM), step.stop)))

    def _take_over(self, rows: Rows, states: States) -> None:
        super()._take_over(rows, states)
        left: Integers = self._places_left(rows)
        self.planned[rows] = np.minimum(self.planned[rows], left)

    def _name_from_everybody(self, rows: Rows, seen: Seen, states: States) -> None:
        """Give the trials that have ended everybody's outcome: a level is named once all windows are closed.

        Every level is then looked at for elimination once more; where none is left, none is named.
        """
        ended = np.flatnonzero((states.stop != Stop.GOES_ON) & (states.stop != Stop.TOO_TOXIC))
        everybody = self.people.evaluable[rows], self.people.toxic[rows]
        over = np.flatnonzero(states.stop != Stop.GOES_ON)
        states.participants[over], states.dlts[over] = (counts[over] for counts in everybody)
        last = replace(seen, participants=everybody[0].astype(seen.participants.dtype), dlts=everybody[1])
        left = highest_left(self.design, last)[ended]
        states.highest[ended] = left
        states.stop[ended[left == 0]] = Stop.TOO_TOXIC


def _unless_nobody_counts(seen: Seen, step: Step) -> Step:
    """The step, but none after a cohort that all left and nobody replaces: the level is given again."""
    nobody = seen.cohort_size == 0
    if not nobody.any():
        return step
    return Step(
        np.where(nobody, seen.current, step.level),
        np.where(nobody, seen.highest, step.highest),
        np.where(nobody, np.int8(Stop.GOES_ON), step.stop),
        np.where(nobody[:, None], seen.memory, step.memory),
    )
