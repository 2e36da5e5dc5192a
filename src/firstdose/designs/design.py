"""What every escalation design offers. A new design is one file with one class, and one line in DESIGNS."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar

import numpy as np

from firstdose.designs.states import Booleans, Floats, Integers, Seen, Selection, States, Step
from firstdose.methods import binomial


@dataclass(frozen=True)
class Frame:
    """The parts of a protocol that every design is bound to. Doses carry their unit; levels count from 1."""

    doses: tuple[float, ...]
    unit: str
    target: float | None
    cohort_size: int
    max_participants: int
    start_level: int = 1
    highest_level: int | None = None

    @property
    def levels(self) -> int:
        return len(self.doses)

    @property
    def top(self) -> int:
        """The highest level that may be given: the last one, or a cap set by hand."""
        return min(self.levels, self.highest_level or self.levels)

    @property
    def rate(self) -> float:
        """The target DLT rate, for designs that cannot do without one."""
        if self.target is None:
            raise ValueError("escalation.target_dlt_rate is missing: this design needs it")
        return self.target

    @cached_property
    def counts_type(self) -> type[np.signedinteger]:
        """The smallest integer that holds every count of this trial."""
        return np.int8 if self.max_participants <= 127 else np.int16


@dataclass(frozen=True)
class Complaint:
    """A setting that a design or guard refuses: which key, the rule it breaks, and how to mend it."""

    key: str
    rule: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Design(ABC):
    """An escalation design bound to a protocol's doses. Its other fields are the protocol file's settings.

    The one decision method, ``next_step``, takes many trials at once; advice for one trial is that method on
    one row. What a design knows of the past is in ``Seen``: counts, the last cohort, eliminated levels, and
    the values it declares in ``remembers``. ``selection_uses_level`` says whether the final selection looks at the
    level that would have come next; ``own_cohort_size`` is the only size that the design knows, if it knows only one.
    ``needs_time`` says that decisions rest on how far windows have been followed; see ``in_time.py``.
    """

    frame: Frame

    title: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    is_model_based: ClassVar[bool] = False
    eliminates: ClassVar[bool] = False
    selection_uses_level: ClassVar[bool] = True
    own_cohort_size: ClassVar[int | None] = None
    needs_time: ClassVar[bool] = False
    remembers: ClassVar[tuple[int, ...]] = ()

    @abstractmethod
    def next_step(self, seen: Seen) -> Step:
        """The level to treat next, levels eliminated, and whether the design itself stops."""

    @abstractmethod
    def select(self, states: States) -> Selection:
        """The level named when a trial ends in these states (shape (trials,))."""

    @abstractmethod
    def explain(self, seen: Seen, step: Step) -> str:
        """Why, in words, for the single trial in row 0."""

    @abstractmethod
    def selection_words(self) -> str:
        """How the final level is chosen: prior, weights, ties, eligible levels."""

    def complaints(self) -> Iterator[Complaint]:
        """Settings that make no sense together or with the protocol."""
        yield from ()

    @classmethod
    def requires_target(cls) -> bool:
        """Whether the design cannot do without a target DLT rate."""
        return True

    def next_cohort_size(self, states: States) -> Integers:
        """Participants in the next cohort, before guards and the trial's maximum."""
        return np.full(len(states), self.frame.cohort_size, dtype=np.int16)

    def probability_above_target(self, participants: Integers, dlts: Integers, level: int) -> Floats:
        """P(DLT rate at a level exceeds the target | data), by a uniform prior unless the design has a model."""
        return binomial.probability_above(
            self.frame.rate, participants[:, level - 1], dlts[:, level - 1], prior=(1.0, 1.0)
        )

    def probability_between(self, participants: Integers, dlts: Integers, lower: float, upper: float) -> Floats:
        """P(lower < DLT rate <= upper | data) at every level; model-based designs only."""
        raise TypeError(f"{type(self).__name__} has no model of the dose-toxicity curve")

    def estimates(self, participants: Integers, dlts: Integers) -> Floats | None:
        """The DLT rates the design itself estimates at the end, shape (trials, levels); None if it does not."""
        del participants, dlts
        return None

    def close_calls(self, seen: Seen) -> list[str]:
        """Warnings that a figure stands so near its bound that another computation might decide otherwise."""
        del seen
        return []

    @property
    def name(self) -> str:
        """The key of this design in DESIGNS."""
        from firstdose.designs import DESIGNS

        return next(key for key, design in DESIGNS.items() if design is type(self))

    @classmethod
    def setting_names(cls) -> list[str]:
        """The protocol file's keys for this design."""
        return [entry.name for entry in fields(cls) if entry.name != "frame"]


CLOSE_CALL = 1e-4


def close_call(what: str, chance: float, bound: float) -> list[str]:
    """A warning when a computed probability stands within ``CLOSE_CALL`` of its bound."""
    if abs(chance - bound) >= CLOSE_CALL:
        return []
    warning = f"the probability {what} is {chance:.6f}, within {CLOSE_CALL:g} of its bound {bound:g}"
    return [f"{warning}: another computation might decide otherwise"]


def no_memory(rows: int) -> Integers:
    """The memory of a part that remembers nothing."""
    return np.zeros((rows, 0), dtype=np.int16)


def closest_to_target(estimates: Floats, eligible: Booleans, target: float) -> Integers:
    """The eligible level whose estimate is closest to the target, 0 where none is eligible.

    Ties below the target go to the higher level, ties above it to the lower one: each level's estimate is
    raised by 1e-10 per level first (the convention of Yuan and Liu's BOIN software, where figures agree).
    """
    nudged = estimates + 1e-10 * np.arange(1, estimates.shape[1] + 1)
    distance = np.where(eligible, np.abs(nudged - target), np.inf)
    level = np.argmin(distance, axis=1) + 1
    return np.where(eligible.any(axis=1), level, 0).astype(np.int8)
