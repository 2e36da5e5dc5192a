"""Guards: conditions that a protocol puts on top of its design. They review each step, in the order given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint, Design, Frame, close_call
from firstdose.designs.states import STOPS_BY_COMPLETION, Floats, Integers, Seen, States, Step, Stop, over_levels
from firstdose.protocol.meaning import Meaning

Count = Annotated[int, Meaning("A number of participants.", lowest=1, highest=1000)]


@dataclass(frozen=True, kw_only=True)
class Guard(ABC):
    """A condition on a design. Its fields but ``frame`` are the protocol file's settings.

    ``remembers`` gives the number of values of each thing it remembers beyond counts; each starts at 0.
    ``counts_cohorts`` says that these are numbers of cohorts.
    """

    frame: Frame

    remembers: ClassVar[tuple[int, ...]] = ()
    needs_model: ClassVar[bool] = False
    limits_steps: ClassVar[bool] = False
    counts_cohorts: ClassVar[bool] = False

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        """The step as this guard lets it pass."""
        del seen, design
        return step

    def next_cohort_size(self, size: Integers, states: States, memory: Integers, design: Design) -> Integers:
        """The size of the next cohort, given what the design and earlier guards asked for."""
        del states, memory, design
        return size

    def reason(self) -> str:
        """Why it changed a step, in words."""
        return self.words()

    def close_calls(self, seen: Seen, design: Design) -> list[str]:
        """Warnings that a computed figure stands so near its bound that another computation might decide otherwise."""
        del seen, design
        return []

    @abstractmethod
    def words(self) -> str:
        """What the guard does, in words."""

    def complaints(self, design: Design) -> Iterator[Complaint]:
        """Settings that make no sense with the protocol or its design."""
        del design
        yield from ()

    @classmethod
    def setting_names(cls) -> list[str]:
        """The protocol file's keys for this guard."""
        return [entry.name for entry in fields(cls) if entry.name != "frame"]


@dataclass(frozen=True, kw_only=True)
class NoSkipping(Guard):
    """Never more than one level above the last cohort's."""

    limits_steps: ClassVar[bool] = True

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        return replace(step, level=np.minimum(step.level, seen.current + 1).astype(np.int8))

    def words(self) -> str:
        return "no level is skipped: the next is at most one above the last cohort's"


@dataclass(frozen=True, kw_only=True)
class HighestLevel(Guard):
    """No level above a cap that people have set."""

    level: Annotated[int, Meaning("The highest level that may be given.", lowest=1)]

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        return replace(step, level=np.minimum(step.level, self.level).astype(np.int8))

    def words(self) -> str:
        return f"no level above {self.level} is given"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.level > self.frame.levels:
            yield Complaint("level", f"must be a level, 1 to {self.frame.levels}", "correct the level")
        if self.level < self.frame.start_level:
            yield Complaint("level", f"lies below the start level {self.frame.start_level}", "raise it, or start lower")


@dataclass(frozen=True, kw_only=True)
class StopWhenTooToxic(Guard):
    """Stop when level 1 exceeds the target with this posterior certainty (the model's, or under a uniform prior)."""

    certainty: Annotated[float, Meaning("Posterior certainty that level 1 exceeds the target.", above=0.5, below=1)]

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        unsafe = self.exceeds(seen, design) > self.certainty
        return replace(step, stop=np.where(unsafe, np.int8(Stop.TOO_TOXIC), step.stop))

    def close_calls(self, seen: Seen, design: Design) -> list[str]:
        if not design.is_model_based:
            return []
        return close_call("that level 1 exceeds the target", float(self.exceeds(seen, design)[0]), self.certainty)

    def exceeds(self, seen: Seen, design: Design) -> Floats:
        """P(DLT rate of level 1 > target | data)."""
        return design.probability_above_target(seen.participants, seen.dlts, 1)

    def words(self) -> str:
        return f"the trial stops when level 1 exceeds the target with posterior probability above {self.certainty:g}"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.frame.target is None:
            yield Complaint("certainty", "needs escalation.target_dlt_rate", "give the target")


@dataclass(frozen=True, kw_only=True)
class StopWhenEnough(Guard):
    """Stop when enough participants were treated at the level that would be treated next."""

    participants: Annotated[int, Meaning("Participants treated at the next level.", lowest=1)]

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        enough = (seen.at(step.level)[0] >= self.participants) & (step.stop == Stop.GOES_ON)
        return replace(step, stop=np.where(enough, np.int8(Stop.ENOUGH_AT_LEVEL), step.stop))

    def words(self) -> str:
        return f"the trial stops when the next level was already treated in {self.participants}"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.participants > self.frame.max_participants:
            yield Complaint("participants", f"exceeds max_participants {self.frame.max_participants}", "lower it")


@dataclass(frozen=True, kw_only=True)
class StopWhenPrecise(Guard):
    """Stop when the next level's DLT rate lies between two rates with enough posterior certainty."""

    needs_model: ClassVar[bool] = True

    lower: Annotated[float, Meaning("Lower DLT rate.", lowest=0, below=1)]
    upper: Annotated[float, Meaning("Upper DLT rate.", above=0, highest=1)]
    certainty: Annotated[float, Meaning("Posterior probability of lying between them.", above=0, below=1)]

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        between = design.probability_between(seen.participants, seen.dlts, self.lower, self.upper)
        at_next = between[np.arange(seen.rows), np.clip(step.level, 1, None).astype(np.intp) - 1]
        precise = (at_next >= self.certainty) & (step.stop == Stop.GOES_ON)
        return replace(step, stop=np.where(precise, np.int8(Stop.PRECISE), step.stop))

    def words(self) -> str:
        return (
            f"the trial stops when the DLT rate of the next level lies between {self.lower:g} and {self.upper:g} with "
            f"posterior probability of at least {self.certainty:g}"
        )

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.lower >= self.upper:
            yield Complaint("upper", "must exceed lower", "give the lower rate first")


@dataclass(frozen=True, kw_only=True)
class AtLeast(Guard):
    """No stop for completion (enough, precise, declared) before this many participants; toxicity always stops."""

    participants: Annotated[int, Meaning("Participants in the trial before it may stop for completion.", lowest=1)]

    def review(self, step: Step, seen: Seen, design: Design) -> Step:
        early = seen.participants.sum(axis=1) < self.participants
        held = early & np.isin(step.stop, STOPS_BY_COMPLETION)
        return replace(step, stop=np.where(held, np.int8(Stop.GOES_ON), step.stop))

    def words(self) -> str:
        return f"the trial does not stop for completion before {self.participants} participants"

    def complaints(self, design: Design) -> Iterator[Complaint]:
        if self.participants > self.frame.max_participants:
            yield Complaint("participants", f"exceeds max_participants {self.frame.max_participants}", "lower it")


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
