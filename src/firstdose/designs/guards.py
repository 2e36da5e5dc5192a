"""Guards: conditions that a protocol puts on top of its design. They review each step, in the order given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint, Design, Frame, close_call
from firstdose.designs.states import STOPS_BY_COMPLETION, Floats, Integers, Seen, States, Step, Stop
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

    certainty: Annotated[
        float, Meaning("Posterior certainty that level 1 exceeds the target.", above=0.5, below=1, example=0.95)
    ]

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
