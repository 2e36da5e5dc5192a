"""Many trials in time at once: in each step one participant more is dosed in every trial that goes on.

Trials differ in their day, so each has a clock of its own. Before a dosing, a trial's day is moved on until nothing
holds it back: intervals, open windows, the committee, and for designs in time their own suspensions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.in_time import decide_in_time
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, States, Stop
from firstdose.simulation.calendar.conditions import Calendar, CalendarError
from firstdose.simulation.calendar.draws import Booleans, Draws, Floats
from firstdose.simulation.calendar.holding_back import first_day_within_cohort, next_meeting, sentinel_dlt
from firstdose.simulation.calendar.people import People, Rows

MOST_DOSED = 20  # times the maximum: a trial whose participants keep leaving is given up as never ending


@dataclass
class Clocks:
    """Trials in time. All but ``people`` have shape (trials,).

    ``day`` is that of the last dosing, ``last_dosed`` that of the escalation's last; ``first`` the place in ``people``
    at which the current cohort began, ``planned`` its size; ``idle`` sums days on which somebody waited and nobody
    could be dosed, ``suspended`` those on which the design asked to wait, and ``suspensions`` counts how often it did.
    ``waited`` sums days from coming, with a product where one is made, to dosing over participants, ``longest_wait`` is
    the longest. ``latest`` is the day on which every window of the escalation closes; the cohort's counts are what its
    windows will have shown by then.
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

    def __post_init__(self) -> None:
        trials = len(self.states)
        for name in ("day", "last_dosed", "idle", "waited", "longest_wait", "suspended", "latest"):
            setattr(self, name, np.zeros(trials))
        for name in ("began", "ended"):
            setattr(self, name, np.full(trials, np.nan))
        for name in ("first", "suspensions"):
            setattr(self, name, np.zeros(trials, dtype=np.int64))
        self.planned = self.rule.cohort_sizes(self.states).astype(np.int64)
        self.cohort_counts = np.zeros((3, trials), dtype=np.int64)  # evaluable, with a DLT, lost

    def run(self) -> None:
        """From the opening to the end of every trial."""
        going = np.arange(len(self.states))
        arrived = np.zeros(len(self.states))
        most = MOST_DOSED * self.rule.frame.max_participants
        while going.size:
            if self.people.dosed > most:
                raise CalendarError(
                    f"leaving is {self.calendar.leaving:g}: after {most} participants a trial has not ended, since "
                    "nearly all leave; give a smaller share"
                )
            after = arrived[going] if self.calendar.keeps_waiting_list else self.day[going]
            arrived[going] = self.draws.next_arrival(going, self.people.dosed, after)
            self.people.pass_over_closed(going, self.day[going])
            ready = self._ready(going, arrived)
            going = self._dose(going, ready)
            waited = self.day[going] - ready[going]
            self.waited[going] += waited
            self.longest_wait[going] = np.maximum(self.longest_wait[going], waited)

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
        going, day, ready = going[~ends], day[~ends], ready[~ends]
        self.idle[going] += day - ready
        if self.people.dosed == 0:
            self.began[going] = day
        self._treat(going, day, self.states.level[going].astype(np.int16))
        return going

    def _treat(self, rows: Rows, day: Floats, level: NDArray[np.int16]) -> None:
        """Dose one participant in each of these trials, at this level and on this day."""
        person = self.people.dosed
        rate = self.truth[self.draws.level_given(rows, person, level) - 1]
        toxic = self.draws.has_dlt(rows, person, rate)
        until_toxic = np.full(len(rows), np.inf)
        until_toxic[toxic] = self.draws.dlt_after(rows[toxic], person, rate[toxic])
        until_gone = self.draws.leaves_after(rows, person)
        if self.calendar.whole_days:
            until_toxic, until_gone = np.floor(until_toxic), np.floor(until_gone)
        lost = until_gone < np.minimum(until_toxic, self.calendar.window_length)
        counts_toxic = toxic & ~lost
        closes = day + np.minimum(np.minimum(until_toxic, until_gone), self.calendar.window_length)
        self.people.add(rows, level, day, closes, counts_toxic, lost)
        self.day[rows] = day
        self._note_in_cohort(rows, day, closes, counts_toxic, lost)

    def _note_in_cohort(self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, lost: Booleans) -> None:
        """What the cohorts of these trials know of the participant just dosed."""
        self.last_dosed[rows] = day
        self.latest[rows] = np.maximum(self.latest[rows], closes)
        self.cohort_counts[0, rows] += 1
        self.cohort_counts[1, rows[toxic]] += 1
        if self.calendar.leaving > 0:
            self.cohort_counts[0, rows[lost]] -= 1
            self.cohort_counts[2, rows[lost]] += 1

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
            within = np.flatnonzero(~full)
            if within.size and self.calendar.keeps_people_apart:
                bound = first_day_within_cohort(
                    self.calendar, self.people, some[within], self.first[some[within]], self.last_dosed[some[within]]
                )
                later = bound > day[waiting[within]]
                day[waiting[within[later]]] = bound[later]
                moved[within[later]] = True
            between = np.flatnonzero(full)
            if between.size:
                these = waiting[between]
                days, over = self._between_cohorts(rows[these], day[these], at_last[these], is_first_look)
                is_first_look = False
                day[waiting[between]], ends[waiting[between]] = days, over
                moved[between] = ~over
            waiting = waiting[moved]
        return day, ends

    def _places_left(self, rows: Rows) -> NDArray[np.int64]:
        """Places that the maximum leaves, those of whom nothing is known counted as evaluable."""
        if self.calendar.leaving == 0:  # in every trial that goes on the same number was dosed
            return np.full(len(rows), self.rule.frame.max_participants - self.people.dosed)
        counted = self.people.dosed_at if self.rule.counts_dosed else self.people.evaluable
        return np.asarray(self.rule.frame.max_participants - counted[rows].sum(axis=1))

    def _is_full(self, rows: Rows, day: Floats) -> Booleans:
        """Whether the places of the current cohort are taken, or a sentinel's DLT has ended it."""
        taken = self.people.dosed - self.first[rows]
        if self.calendar.leaving > 0 and self.rule.replaces:
            taken = taken - self.people.lost_in_cohort(rows, day, self.first[rows])
        full = taken >= self.planned[rows]
        if self.rule.counts_dosed:
            full |= self.people.dosed >= self.rule.frame.max_participants
        if self.rule.sentinels_that_end:
            full |= sentinel_dlt(self.calendar, self.people, rows, self.first[rows]) <= day
        return np.asarray(full)

    def _between_cohorts(
        self, rows: Rows, day: Floats, at_last: Booleans, is_first_look: bool
    ) -> tuple[Floats, Booleans]:
        """The day to look again, once the cohort is full, and whether the trial ends on it.

        Where a decision is taken, the next cohort begins and the day is that on which it may be dosed.
        """
        gap = self.last_dosed[rows] + self.calendar.between_cohorts_days
        if self.rule.design.needs_time:
            when = np.maximum(day, np.where(at_last, day, gap))
            when = np.where(at_last, when, next_meeting(self.calendar, when))
            decided, met = self._decide_in_time(rows, when), when
        else:
            when = np.maximum(day, self.latest[rows])
            if self.calendar.leaving > 0 and self.rule.replaces:  # a place may come free before
                when = np.minimum(when, np.maximum(day, self.people.next_close(rows, day)))
            ready = when >= self.latest[rows]
            decided = ready & self._is_full(rows, when)
            met = np.where(at_last, when, self._meeting_after_cohort(rows, day))
            self._decide_complete(rows[decided], met[decided])
        over = decided & (self.states.stop[rows] != Stop.GOES_ON)
        ends, on = np.flatnonzero(over), np.flatnonzero(decided & ~over)
        self.ended[rows[ends]] = met[ends]
        self.first[rows[on]] = self.people.dosed
        for count in self.cohort_counts:
            count[rows[on]] = 0
        when[on] = np.maximum(np.maximum(day, gap), met + self.calendar.decision_lag_days)[on]
        held = np.flatnonzero(~decided)
        if self.rule.design.needs_time and held.size:
            again = self.people.next_close(rows[held], when[held])
            assert np.isfinite(again).all(), "dosing is suspended with every window closed"
            holds = ~at_last[held]
            # with nobody to come, a window that closes without a DLT changes nothing before the last one does
            if not holds.all():
                again[~holds] = self.people.next_news(rows[held][~holds], when[held][~holds])
            self.suspended[rows[held]] += np.where(holds, again - when[held], 0.0)
            self.suspensions[rows[held]] += holds & is_first_look
            when[held] = again
        return when, over

    def _meeting_after_cohort(self, rows: Rows, day: Floats) -> Floats:
        """The day on which a full cohort is decided on, its windows closed, whether or not anybody has come by then."""
        return next_meeting(self.calendar, self.latest[rows])

    def _decide_complete(self, rows: Rows, day: Floats) -> None:
        """The decision on a day after a cohort whose windows are closed."""
        if not rows.size:
            return
        size, dlts, lost = self.cohort_counts[:, rows]
        now = self.states.take(rows)
        level = now.level
        counted = size > 0
        after = now
        if counted.any():
            some = np.flatnonzero(counted)
            after.put(some, self.rule.advance_as_given(now.take(some), level[some], size[some], dlts[some]))
        self._take_over(rows, self.rule.select(self.rule.lose(after, lost)))

    def _decide_in_time(self, rows: Rows, day: Floats) -> Booleans:
        """Ask a design in time on these days; whether each has decided, in which case its state is the new one."""
        rule, people, now = self.rule, self.people, self.states
        known = people.known(rows, day, self.first[rows], self.calendar.window_length)
        participants = people.evaluable.take(rows, axis=0) + known.yet_lost
        memory, types = now.memory[rows], now.participants.dtype
        if rule.counts_dosed:
            memory[:, -1] = people.dosed_at[rows].sum(axis=1) - participants.sum(axis=1)
        size, toxic, _ = self.cohort_counts[:, rows]
        dlts = people.toxic.take(rows, axis=0) - known.yet_toxic
        seen = Seen(
            participants.astype(types), dlts.astype(types), now.level[rows],
            size + known.yet_lost_in_cohort, toxic - known.yet_toxic_in_cohort, now.highest[rows], memory,
        )  # fmt: skip
        step, suspended, _ = decide_in_time(rule, seen, known.waiting)
        decided = np.asarray(~suspended)
        states = rule.conclude(seen, step)
        self._take_over(rows[decided], rule.select(states if decided.all() else states.take(decided)))
        return decided

    def _take_over(self, rows: Rows, states: States) -> None:
        """The states after a decision, and the sizes of the cohorts that follow."""
        self.states.put(rows, states)
        self.planned[rows] = self.rule.cohort_sizes(states)
