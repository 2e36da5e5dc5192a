"""The guards that say how many make the next cohort: sizes that are stated, and single participants at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint, Design
from firstdose.designs.guards import Count, Guard
from firstdose.designs.states import Integers, Seen, States, Step, Stop, over_levels
from firstdose.protocol.meaning import Meaning


@dataclass(frozen=True, kw_only=True)
class CohortSizes(Guard):
    """Cohort sizes by the cohort's number or by its level; the last one given holds for all later ones."""

    by_cohort: Annotated[tuple[Count, ...] | None, Meaning("Size of cohort 1, 2, ...", fewest_items=1)] = None
    by_level: Annotated[tuple[Count, ...] | None, Meaning("Size at level 1, 2, ...", fewest_items=1)] = None

    counts_cohorts: ClassVar[bool] = True

    @property
    def remembers(self) -> tuple[int, ...]:  # type: ignore[override]
        """The number of cohorts so far, as far as it matters."""
        return () if self.by_cohort is None else (len(self.by_cohort),)

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        if self.by_cohort is None:
            return step
        return replace(step, memory=np.minimum(seen.memory + 1, len(self.by_cohort) - 1))

    def next_cohort_size(self, size: Integers, states: States, memory: Integers, design: Design) -> Integers:
        if self.by_cohort is not None:
            return np.asarray(np.array(self.by_cohort, dtype=np.int16)[memory[:, 0]])
        if self.by_level is not None:
            return np.asarray(np.array(self.by_level, dtype=np.int16)[np.minimum(states.level, len(self.by_level)) - 1])
        return size

    def words(self) -> str:
        if self.by_cohort is not None:
            return f"cohort sizes are {', '.join(map(str, self.by_cohort))} in turn, the last for all that follow"
        return f"cohort sizes by level are {', '.join(map(str, self.by_level or ()))}, the last for all above"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if (self.by_cohort is None) == (self.by_level is None):
            yield Complaint("by_cohort", "give by_cohort or by_level, not both and not neither", "keep one of the two")
        if design.own_cohort_size is not None:
            fix = "remove the guard, or choose another design"
            yield Complaint("by_cohort", f"this design treats cohorts of {design.own_cohort_size} only", fix)


SINGLES, FILL_UP, FULL = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Titration(Guard):
    """Single participants, one level up each, until the first DLT; then the level is filled up to a full cohort.

    Single participants end too at ``until_level`` (the top by default), which is filled up as well. Under a model they
    go no higher than the model's own advice, and a level is filled up only when the model would treat it.
    """

    remembers: ClassVar[tuple[int, ...]] = (3,)

    until_level: Annotated[
        int | None, Meaning("The level at which full cohorts begin at the latest (the top).", lowest=1)
    ] = None

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        phase = seen.memory[:, 0]
        last = min(self.until_level or self.frame.levels, self.frame.levels)
        single = phase == SINGLES
        # A model's advice is a ceiling, since it may hold a level to be an overdose; an interval design's is not.
        ceiling = np.minimum(step.highest, step.level) if design.is_model_based else step.highest
        # Another's DLT counts too: of somebody backfilled, or in a window that was open when the next level was given.
        climbs = single & (over_levels(seen.dlts) == 0) & (seen.current < last) & (ceiling > seen.current)
        is_kept = (step.level >= seen.current) | (seen.cohort_dlts > 0)
        fills = single & ~climbs & is_kept & (ceiling >= seen.current) & (self.frame.cohort_size > 1)
        level = np.where(climbs, seen.current + 1, np.where(fills, seen.current, step.level))
        stop = np.where((climbs | fills) & (step.stop != Stop.TOO_TOXIC), np.int8(Stop.GOES_ON), step.stop)
        after = np.where(climbs, SINGLES, np.where(fills, FILL_UP, FULL))
        return replace(step, level=level.astype(np.int8), stop=stop, memory=after[:, None].astype(np.int16))

    def next_cohort_size(self, size: Integers, states: States, memory: Integers, design: Design) -> Integers:
        phase = memory[:, 0]
        # A design that knows only one cohort size asks for what completes it, the single included.
        left = size if design.own_cohort_size is not None else np.maximum(size - 1, 1)
        rest = np.where(phase == FILL_UP, left, size)
        return np.asarray(np.where(phase == SINGLES, 1, rest).astype(np.int16))

    def words(self) -> str:
        until = f" or level {self.until_level}" if self.until_level else ""
        return f"single participants go up one level each until the first DLT{until}, then fill up to a full cohort"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.until_level is not None and not self.frame.start_level <= self.until_level <= self.frame.levels:
            levels = f"{self.frame.start_level} to {self.frame.levels}"
            yield Complaint("until_level", f"must be a level from the start level up, {levels}", "correct the level")
        if self.frame.cohort_size == 1:
            fix = "remove the guard, or set a larger cohort_size"
            yield Complaint("until_level", "has no effect where every cohort is a single participant", fix)
