"""Many trials in time at once: in each step one participant more is dosed in every trial that goes on.

Trials differ in their day, so each has a clock of its own. Before a dosing, a trial's day is moved on until nothing
holds it back: intervals, open windows, the committee, and for designs in time their own suspensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.states import Stop
from firstdose.simulation.calendar.asking import asked, end_early, note_early_ends
from firstdose.simulation.calendar.conditions import CalendarError
from firstdose.simulation.calendar.doses import never_ends, take_over_below
from firstdose.simulation.calendar.draws import Booleans, Floats
from firstdose.simulation.calendar.early_ends import Standing
from firstdose.simulation.calendar.holding_back import first_day_within_cohort, next_meeting
from firstdose.simulation.calendar.people import Rows
from firstdose.simulation.calendar.under_way import TrialsUnderWay

MOST_DOSED = 20  # times the maximum: a trial whose participants keep leaving is given up as never ending


@dataclass
class Clocks(TrialsUnderWay):
    """Trials in time, from the opening to their ends."""

    def run(self) -> None:
        """From the opening to the end of every trial."""
        going = np.arange(len(self.states))
        arrived = np.zeros(len(self.states))
        most = MOST_DOSED * self.rule.frame.max_participants
        while going.size:
            if self.people.dosed > most:
                raise CalendarError(never_ends(self.calendar, most))
            after = arrived[going] if self.calendar.keeps_waiting_list else self.day[going]
            arrived[going] = self.draws.next_arrival(going, self.people.dosed, after)
            self.people.pass_over_closed(going, self.day[going])
            ready = self._ready(going, arrived)
            going = self._dose(going, ready)
            waited = self.day[going] - ready[going]
            self.waited[going] += waited
            self.longest_wait[going] = np.maximum(self.longest_wait[going], waited)
        end_early(self)

    def _ready(self, going: Rows, arrived: Floats) -> Floats:
        """The days on which those who have come could be dosed, which is later where a product is made for each."""
        if self.calendar.manufacturing is None:
            return arrived
        ready = arrived.copy()
        ready[going] = self.draws.product_on(going, self.people.dosed, arrived[going])
        return ready

    def _dose(self, going: Rows, arrived: Floats) -> Rows:
        """Dose one more in each of these trials, but for those that end first; returns those that go on."""
        comes = np.ceil(arrived[going]) if self.calendar.whole_days else arrived[going]
        ready = np.maximum(comes, self.day[going])
        day, ends = self._first_day(going, ready)
        if ends.any():
            going, day, ready = going[~ends], day[~ends], ready[~ends]
        self.idle[going] += day - ready
        if self.people.dosed == 0:
            self.began[going] = day
        self._treat(going, day, self.states.level[going].astype(np.int16))
        return going

    def _first_day(self, rows: Rows, ready: Floats) -> tuple[Floats, Booleans]:
        """The first day from ``ready`` on on which the next may be dosed, and whether the trial ends instead."""
        day, ends = ready.copy(), np.zeros(len(rows), dtype=bool)
        at_last = self._places_left(rows) <= 0  # nobody is to come: only outcomes are waited for
        day[at_last] = self.day[rows[at_last]]
        waiting, is_first_look = np.arange(len(rows)), True
        while waiting.size:
            some = rows[waiting]
            full = self._is_full(some, day[waiting])
            moved = np.zeros(len(waiting), dtype=bool)
            if self.people.dosed and self.calendar.keeps_people_apart:
                within = np.flatnonzero(~full)
                these = some[within]
                bound = first_day_within_cohort(
                    self.calendar, self.sentinels, these, day[waiting[within]], self.day[these]
                )
                later = bound > day[waiting[within]]
                day[waiting[within[later]]] = bound[later]
                moved[within[later]] = True
            between = np.flatnonzero(full)
            if between.size:
                these = waiting[between]
                days, over = self._between_cohorts(rows[these], day[these], at_last[these], is_first_look)
                is_first_look = False
                day[these], ends[these] = days, over
                moved[between] = ~over
            waiting = waiting[np.flatnonzero(moved)]
        return day, ends

    def _places_left(self, rows: Rows) -> NDArray[np.int64]:
        """Places that the maximum leaves once the windows of all who were dosed are closed."""
        if not self.people.some_lost:  # in every trial that goes on the same number was dosed
            return np.full(len(rows), self.rule.frame.max_participants - self.people.dosed)
        counted = self.people.dosed_at if self.rule.counts_dosed else self.people.evaluable
        return np.asarray(self.rule.frame.max_participants - counted[rows].sum(axis=1))

    def _is_full(self, rows: Rows, day: Floats) -> Booleans:
        """Whether the places of the current cohort are taken, or a sentinel's DLT has ended it."""
        taken = self.people.dosed - self.first[rows]
        if self.people.some_lost and self.rule.replaces:
            taken = taken - self.people.lost_in_cohort(rows, day, self.first[rows])
        full = taken >= self.planned[rows]
        if self.rule.counts_dosed:
            full |= self.people.dosed >= self.rule.frame.max_participants
        if self.rule.sentinels_that_end:
            full |= self.sentinels.toxic_on[rows] <= day
        return np.asarray(full)

    def _between_cohorts(
        self, rows: Rows, day: Floats, at_last: Booleans, is_first_look: bool
    ) -> tuple[Floats, Booleans]:
        """The day to look again, once the cohort is full, and whether the trial ends on it.

        Where a decision is taken, the next cohort begins and the day is that on which it may be dosed.
        """
        gap = self.last_dosed[rows] + self.calendar.between_cohorts_days
        if self.rule.design.needs_time:
            when = np.where(at_last, day, next_meeting(self.calendar, np.maximum(day, gap)))
            decided, overtaken = self._decide_in_time(rows, when, at_last, day)
            met = when
        else:
            when = np.maximum(day, self.latest[rows])
            if self.people.some_lost and self.rule.replaces:  # a place may come free before
                when = np.minimum(when, np.maximum(day, self.people.next_close(rows, day)))
            ready = when >= self.latest[rows]
            decided = ready & self._is_full(rows, when)
            met = np.where(at_last, when, self._meeting_after_cohort(rows, day))
            self._decide_complete(rows[decided], met[decided])
        over = decided & (self.states.stop[rows] != Stop.GOES_ON)
        ends, on = np.flatnonzero(over), np.flatnonzero(decided & ~over)
        self.ended[rows[ends]] = met[ends]
        begun = rows[on]
        self.first[begun] = self.people.dosed
        self.sentinels.begin(begun)
        for count in self.cohort_counts:
            count[begun] = 0
        when[on] = self._allowed_from(begun, day[on], met[on])
        held = np.flatnonzero(~decided)
        if self.rule.design.needs_time and held.size:
            of_held, since = rows[held], when[held]
            again = self.people.next_close(of_held, since)
            assert np.isfinite(again).all(), "dosing is suspended with every window closed"
            holds = ~at_last[held]
            # with nobody to come, a window that closes without a DLT changes nothing before the last one does
            if not holds.all():
                again[~holds] = self.people.next_news(of_held[~holds], since[~holds])
            is_overtaken = np.isfinite(overtaken[held])
            asks_to_wait = holds & ~is_overtaken
            self.suspended[of_held] += np.where(asks_to_wait, again - since, 0.0)
            if is_first_look:
                self.suspensions[of_held] += asks_to_wait
            when[held] = np.where(is_overtaken, overtaken[held], again)
        return when, over

    def _allowed_from(self, rows: Rows, day: Floats, met: Floats) -> Floats:
        """The first day from a day on on which a cohort may be begun that was decided on at a meeting."""
        gap = self.last_dosed[rows] + self.calendar.between_cohorts_days
        return np.maximum(np.maximum(day, gap), met + self.calendar.decision_lag_days)

    def _overtaken_on(self, rows: Rows, day: Floats, met: Floats) -> Floats:
        """The day of a DLT that overtakes a decision to go on before anybody can be dosed by it; infinite for none.

        People then decide again.
        """
        if not self.calendar.dosing_follows_decisions:
            return np.full(len(rows), np.inf)
        apart = self.day[rows] + self.calendar.between_participants_days
        toxic = self.people.next_dlt(rows, met)
        return np.where(toxic <= np.maximum(self._allowed_from(rows, day, met), apart), toxic, np.inf)

    def _meeting_after_cohort(self, rows: Rows, day: Floats) -> Floats:
        """The day on which a full cohort is decided on, its windows closed, whether or not anybody has come by then."""
        return next_meeting(self.calendar, self.latest[rows])

    def _decide_complete(self, rows: Rows, day: Floats) -> None:
        """The decision on a day after a cohort whose windows are closed."""
        if not rows.size:
            return
        size, dlts, lost = self.cohort_counts[:3, rows]
        after = self.states.take(rows)
        level = after.level.copy()
        counted = size > 0
        if self.some_below:
            below, toxic_below = self.cohort_counts[3:, rows]
            before = after.memory.copy()
            counted |= take_over_below(self.rule, self.calendar.outcomes_count_at, after, below, toxic_below)
            goes_on = counted & (after.stop == Stop.GOES_ON)
            after.memory[goes_on] = self.rule.without_a_cohort(after.memory, before)[goes_on]
        if counted.any():
            some = np.flatnonzero(counted)
            after.put(some, self.rule.advance_as_given(after.take(some), level[some], size[some], dlts[some]))
        self._take_over(rows, self.rule.select(self.rule.lose(after, lost)))

    def _decide_in_time(self, rows: Rows, day: Floats, at_last: Booleans, from_day: Floats) -> tuple[Booleans, Floats]:
        """Ask a design in time on these days, for cohorts that begin from other days on.

        Whether each has decided, in which case its state is the new one; and the days of DLTs that overtake decisions,
        which are then none.
        """
        before = Standing.of(self.states, rows)
        seen, step, decided = asked(self, rows, day, before)
        goes_on = decided & (step.stop == Stop.GOES_ON) & ~at_last
        overtaken = np.where(goes_on, self._overtaken_on(rows, from_day, day), np.inf)
        decided &= ~np.isfinite(overtaken)
        early = decided & (step.stop != Stop.GOES_ON) & ~at_last
        if early.any():
            note_early_ends(self, rows[early], before.take(early))
        some, states = np.flatnonzero(decided), self.rule.conclude(seen, step)
        self._take_over(rows[some], self.rule.select(states if len(some) == len(rows) else states.take(some)))
        return decided, overtaken
