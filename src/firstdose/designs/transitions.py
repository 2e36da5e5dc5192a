"""How a design, its guards, cohort sizes and the maximum move trials from state to state, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.backfill import Backfill
from firstdose.designs.design import Design, Frame
from firstdose.designs.guards import Guard
from firstdose.designs.states import Booleans, Integers, Seen, States, Step, Stop, over_levels


@dataclass(frozen=True)
class Transitions:
    """A design with its guards, and how they move trials from one state to the next.

    ``sentinels_that_end`` is the number of a cohort's first participants after whose DLT the rest is not dosed (or 0).
    ``replaces`` says that participants who are not evaluable are replaced.
    ``counts_dosed`` says that the maximum counts all dosed participants, evaluable or not.
    ``stops_within_cohort`` says that dosing stops inside a cohort once its decision is settled.
    ``backfill`` says how lower levels are backfilled, which takes time and is for trials in time alone.
    """

    design: Design
    guards: tuple[Guard, ...] = ()
    stops_within_cohort: bool = False
    counts_dosed: bool = False
    sentinels_that_end: int = 0
    replaces: bool = True
    expansion_participants: int = 0
    backfill: Backfill | None = None

    @property
    def frame(self) -> Frame:
        return self.design.frame

    def with_backfill(self, most_at_a_level: int = 12, response_rates: tuple[float, ...] | None = None) -> Self:
        """The same rule with backfilling: its maximum is that of the escalation alone, and those backfilled add to it.

        What the arguments mean stands in ``Backfill``.
        """
        if self.backfill is not None:
            raise ValueError("this rule backfills already")
        own = self.frame.max_participants
        frame = replace(self.frame, max_participants=own + most_at_a_level * (self.frame.levels - 1))
        terms = Backfill(escalation_participants=own, most_at_a_level=most_at_a_level, response_rates=response_rates)
        guards = tuple(replace(guard, frame=frame) for guard in self.guards)
        return replace(self, design=replace(self.design, frame=frame), guards=guards, backfill=terms)

    @cached_property
    def memory_sizes(self) -> tuple[int, ...]:
        """The number of values of everything remembered beyond counts, level and eliminated levels."""
        sizes = tuple(size for part in self._parts for size in part.remembers)
        return (*sizes, self.frame.max_participants + 1) if self.counts_dosed else sizes

    @property
    def _parts(self) -> tuple[Design | Guard, ...]:
        return (self.design, *self.guards)

    @cached_property
    def _memory_slices(self) -> list[slice]:
        ends = [0, *accumulate(len(part.remembers) for part in self._parts)]
        return [slice(start, end) for start, end in pairwise(ends)]

    def without_a_cohort(self, memory: Integers, before: Integers) -> Integers:
        """What is remembered after people who are no cohort of their own: who counts cohorts does so as before them."""
        kept = memory.copy()
        for guard, place in zip(self.guards, self._memory_slices[1:], strict=True):
            if guard.counts_cohorts:
                kept[:, place] = before[:, place]
        return kept

    def start(self, counts_type: type[np.signedinteger] | None = None) -> States:
        """The one state before the first cohort."""
        frame = self.frame
        empty = np.zeros((1, frame.levels), dtype=counts_type or frame.counts_type)
        level = np.full(1, frame.start_level, dtype=np.int8)
        return States(
            participants=empty,
            dlts=empty.copy(),
            level=level,
            highest=np.full(1, frame.top, dtype=np.int8),
            stop=np.zeros(1, dtype=np.int8),
            selected=np.full(1, -1, dtype=np.int8),
            mtd_not_reached=np.zeros(1, dtype=bool),
            memory=np.zeros((1, len(self.memory_sizes)), dtype=np.int16),
        )

    def cohort_sizes(self, states: States) -> Integers:
        """Participants in the next cohort of each trial: the last cohort is what the maximum leaves."""
        size = self.design.next_cohort_size(states)
        for guard, place in zip(self.guards, self._memory_slices[1:], strict=True):
            size = guard.next_cohort_size(size, states, states.memory[:, place], self.design)
        return np.asarray(np.minimum(size, self.places_left(states)))

    def places_left(self, states: States) -> Integers:
        """Participants who may still be dosed, as the maximum counts them."""
        return self.frame.max_participants - self._counted(states.participants, states.memory)

    def _counted(self, participants: Integers, memory: Integers) -> Integers:
        """Participants so far, as the maximum counts them."""
        counted = over_levels(participants)
        return np.asarray(counted + memory[:, -1] if self.counts_dosed else counted)

    def observe(self, states: States, level: Integers, size: Integers, dlts: Integers) -> Seen:
        """The trials after one more cohort at ``level`` with ``dlts`` among ``size`` participants."""
        flat = np.arange(len(states), dtype=np.intp) * self.frame.levels + level - 1
        participants, all_dlts = states.participants.copy(), states.dlts.copy()
        participants.ravel()[flat] += size.astype(participants.dtype)
        all_dlts.ravel()[flat] += dlts.astype(all_dlts.dtype)
        return Seen(participants, all_dlts, level, size, dlts, states.highest, states.memory)

    def decide_step(self, seen: Seen, asked: Step | None = None) -> tuple[Step, list[Step]]:
        """The step after a cohort, reviewed by the guards and the maximum; and the step after each part.

        ``asked`` stands for the design's own step where it was found in another way.
        """
        trail = []
        memory = seen.memory.copy()
        step: Step | None = None
        for part, place in zip(self._parts, self._memory_slices, strict=True):
            own = seen if not self.memory_sizes else _with_memory(seen, memory[:, place])
            if isinstance(part, Design):
                step = part.next_step(own) if asked is None else asked
            else:
                assert step is not None
                step = part.review(Step(step.level, step.highest, step.stop, own.memory), own, self.design)
            memory[:, place] = step.memory
            trail.append(step)
        assert step is not None
        full = self._counted(seen.participants, seen.memory) >= self.frame.max_participants
        stop = np.where(full & (step.stop == Stop.GOES_ON), np.int8(Stop.MAXIMUM), step.stop)
        return Step(step.level, step.highest, stop, memory), trail

    def conclude(self, seen: Seen, step: Step) -> States:
        """The states after a step; those that stop have not selected a level yet."""
        ended = step.stop != Stop.GOES_ON
        forget_level = not self.design.selection_uses_level
        return States(
            seen.participants,
            seen.dlts,
            np.where(ended, np.int8(1), step.level) if forget_level else step.level,
            step.highest,
            step.stop,
            np.full(seen.rows, -1, dtype=np.int8),
            np.zeros(seen.rows, dtype=bool),
            np.where(ended[:, None], self._remembered_at_end(step.memory), step.memory),
        )

    def _remembered_at_end(self, memory: Integers) -> Integers:
        """Once a trial has ended, only the participants who were not evaluable still matter."""
        kept = np.zeros_like(memory)
        if self.counts_dosed:
            kept[:, -1] = memory[:, -1]
        return kept

    def forget(self, states: States) -> States:
        """Ended trials without what matters no more: the level that would have come next, and what was remembered."""
        level, memory = np.ones_like(states.level), self._remembered_at_end(states.memory)
        return replace(states, level=level, memory=memory)

    def lose(self, states: States, lost: Integers) -> States:
        """The states after participants who were dosed and are not evaluable.

        A trial may end with its last place; it has not selected a level then.
        """
        if not self.counts_dosed:
            return states
        memory = states.memory.copy()
        memory[:, -1] += lost.astype(memory.dtype)
        full = self._counted(states.participants, memory) >= self.frame.max_participants
        stop = np.where(full & (states.stop == Stop.GOES_ON), np.int8(Stop.MAXIMUM), states.stop)
        return replace(states, memory=memory, stop=stop)

    def select(self, states: States) -> States:
        """The same states, with the selected level of those that have stopped and not selected yet, in place."""
        ended = np.flatnonzero((states.stop != Stop.GOES_ON) & (states.selected < 0))
        if ended.size:
            whole = ended.size == len(states)
            last = states if whole else states.take(ended)
            selection = self.design.select(last)
            some = (last.stop != Stop.TOO_TOXIC) & (last.participants.sum(axis=1) > 0)
            states.selected[ended] = np.where(some, selection.level, 0)
            states.mtd_not_reached[ended] = selection.mtd_not_reached & some
        return states

    def advance(self, states: States, level: Integers, size: Integers, dlts: Integers) -> States:
        """The states after one more cohort each."""
        seen = self.observe(states, level, size, dlts)
        return self.select(self.conclude(seen, self.decide_step(seen)[0]))

    def advance_as_given(self, states: States, level: Integers, size: Integers, dlts: Integers) -> States:
        """The states after cohorts that may be shorter than planned.

        Where dosing stops inside a cohort, a short cohort at the advised level whose decision is settled takes the
        decision that all its completions share; any other short cohort is complete as given.
        """
        after = self.advance(states, level, size, dlts)
        if not self.stops_within_cohort:
            return after
        planned = self.cohort_sizes(states)
        short = (size < planned) & (size > 0) & (level == states.level) & (states.stop == Stop.GOES_ON)
        rows = np.flatnonzero(short)
        if rows.size:
            settled = self.settled(states.take(rows), level[rows], planned[rows], size[rows], dlts[rows])
            done = rows[settled]
            cut = self.cut_short(states.take(done), level[done], planned[done], size[done], dlts[done])
            after.put(done, cut)
        return after

    def settled(self, states: States, level: Integers, planned: Integers, size: Integers, dlts: Integers) -> Booleans:
        """Whether every completion of a cohort of ``planned``, of whom ``size`` were seen, gives the same decision."""
        same = np.ones(len(states), dtype=bool)
        first = self._codes(self.advance(states, level, planned, dlts))
        for more in range(1, int((planned - size).max(initial=0)) + 1):
            rows = np.flatnonzero(same & (more <= planned - size))
            after = self.advance(states.take(rows), level[rows], planned[rows], dlts[rows] + more)
            same[rows] = self._codes(after) == first[rows]
        return same

    def cut_short(self, states: States, level: Integers, planned: Integers, size: Integers, dlts: Integers) -> States:
        """The states with the counts of those dosed and the decision that every completion shares."""
        decided = self.advance(states, level, planned, dlts)
        dosed = self.observe(states, level, size, dlts)
        return replace(decided, participants=dosed.participants, dlts=dosed.dlts)

    def _codes(self, states: States) -> NDArray[np.int64]:
        return decision_codes(states, self.memory_sizes, self.frame.levels)


def decision_codes(states: States, memory_sizes: Sequence[int], levels: int) -> NDArray[np.int64]:
    """One integer a trial, equal when the decisions are: next level, stop with its selection, eliminated levels and
    what is remembered. Of stopped trials only the stop and the selection count.
    """
    ended = states.stop != Stop.GOES_ON
    code = np.where(ended, 0, states.level.astype(np.int64))
    columns = [(np.where(ended, 0, states.highest), levels + 1)]
    columns += [(np.where(ended, 0, states.memory[:, i]), size) for i, size in enumerate(memory_sizes)]
    columns += [(states.stop, len(Stop)), (states.selected + 1, levels + 2), (states.mtd_not_reached, 2)]
    for column, size in columns:
        code = code * size + column
    return code


def _with_memory(seen: Seen, memory: Integers) -> Seen:
    return Seen(seen.participants, seen.dlts, seen.current, seen.cohort_size, seen.cohort_dlts, seen.highest, memory)
