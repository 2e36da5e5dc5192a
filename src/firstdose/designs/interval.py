"""Designs that decide from the counts at the current level alone: a table, looked up for many trials at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from firstdose.designs.design import Complaint, Design, closest_to_target, no_memory
from firstdose.designs.states import Booleans, Floats, Integers, Seen, Selection, States, Step, Stop
from firstdose.methods import binomial
from firstdose.methods.isotonic import isotonic_fit
from firstdose.protocol.meaning import Meaning

ESCALATE, STAY, DEESCALATE = 1, 0, -1

Certainty = Annotated[
    float,
    Meaning("Posterior certainty that a level exceeds the target at which it is eliminated.", above=0.5, below=1),
]
MarginBelow = Annotated[
    float, Meaning("The interval to stay in begins this much below the target.", lowest=0.001, below=1)
]
MarginAbove = Annotated[
    float, Meaning("The interval to stay in ends this much above the target.", lowest=0.001, below=1)
]


@dataclass(frozen=True)
class DecisionTable:
    """What counts at a level lead to: arrays indexed [participants, dlts].

    ``mean`` and ``precision`` are the posterior mean and inverse variance of the DLT rate for the final selection.
    """

    move: Integers
    eliminates: Booleans
    mean: Floats
    precision: Floats

    @property
    def width(self) -> int:
        return int(self.move.shape[1])


def counts_grid(most: int) -> tuple[Integers, Integers, Booleans]:
    """All (participants, dlts) up to ``most``, and which of them are possible (participants >= 1)."""
    participants, dlts = np.meshgrid(np.arange(most + 1), np.arange(most + 1), indexing="ij")
    return participants, dlts, (dlts <= participants) & (participants > 0)


@dataclass(frozen=True, kw_only=True)
class IntervalDesign(Design):
    """A design whose move depends on participants and DLTs at the current level.

    An eliminated level and all above it are never given again. The final level is chosen among treated, not
    eliminated levels by isotonic regression of Beta posterior means.
    """

    eliminates: ClassVar[bool] = True
    selection_uses_level: ClassVar[bool] = False
    selection_prior: ClassVar[float]
    fewest_that_eliminate: ClassVar[int] = 1

    @abstractmethod
    def moves(self, participants: Integers, dlts: Integers) -> Integers:
        """ESCALATE, STAY or DEESCALATE for arrays of counts at one level."""

    @abstractmethod
    def certainty(self) -> float:
        """Posterior certainty of exceeding the target at which a level is eliminated."""

    def beta_prior(self) -> tuple[float, float]:
        """The Beta prior of the DLT rate at a level."""
        return (1.0, 1.0)

    def probability_of_exceeding(self, participants: Integers, dlts: Integers) -> Floats:
        """P(DLT rate of the level exceeds the target | its counts)."""
        return binomial.probability_above(self.frame.rate, participants, dlts, prior=self.beta_prior())

    def eliminations(self, participants: Integers, dlts: Integers) -> Booleans:
        """Whether these counts eliminate their level and all above it."""
        too_toxic = self.probability_of_exceeding(participants, dlts) > self.certainty()
        return too_toxic & (participants >= self.fewest_that_eliminate)

    @cached_property
    def table(self) -> DecisionTable:
        """The whole decision table up to the trial's maximum."""
        return self._table_up_to(self.frame.max_participants)

    def _table_up_to(self, most: int) -> DecisionTable:
        participants, dlts, possible = counts_grid(most)
        move = np.full(participants.shape, STAY, dtype=np.int8)
        eliminates = np.zeros(participants.shape, dtype=bool)
        move[possible] = self.moves(participants[possible], dlts[possible])
        eliminates[possible] = self.eliminations(participants[possible], dlts[possible])
        a = self.selection_prior
        alpha, beta = dlts + a, np.maximum(participants - dlts, 0) + a
        total = alpha + beta
        precision = total * total * (total + 1.0) / (alpha * beta)
        return DecisionTable(move, eliminates, alpha / total, precision)

    def _table_for(self, participants: Integers) -> DecisionTable:
        """The table, made larger for a history that passes the trial's maximum."""
        most = int(participants.max(initial=0))
        return self.table if most <= self.frame.max_participants else self._table_up_to(most)

    def _lookup(self, participants: Integers, dlts: Integers) -> tuple[Integers, Booleans]:
        table = self._table_for(participants)
        cell = participants.astype(np.intp) * table.width + dlts
        return table.move.ravel()[cell], table.eliminates.ravel()[cell]

    def eliminations_at_each(self, participants: Integers, dlts: Integers) -> Booleans:
        """Whether counts eliminate their level and all above it, as ``eliminations``, looked up in the table."""
        return self._lookup(participants, dlts)[1]

    def next_step(self, seen: Seen) -> Step:
        participants, dlts = seen.at(seen.current)
        move, eliminated = self._lookup(participants, dlts)
        highest = np.where(eliminated, np.minimum(seen.highest, seen.current - 1), seen.highest)
        return step_to(seen.current + move, highest)

    def estimates(self, participants: Integers, dlts: Integers) -> Floats:
        """Isotonic DLT rates over the treated levels (nan elsewhere), from Beta(a, a) posterior means."""
        return self._isotonic(participants, dlts, participants > 0)

    def _isotonic(self, participants: Integers, dlts: Integers, used: Booleans) -> Floats:
        table = self._table_for(participants)
        cell = participants.astype(np.intp) * table.width + dlts
        return isotonic_fit(table.mean.ravel()[cell], table.precision.ravel()[cell], used)

    def eligible(self, states: States) -> Booleans:
        """Levels that were treated and are not eliminated."""
        levels = np.arange(1, self.frame.levels + 1)
        return (states.participants > 0) & (levels <= states.highest[:, None])

    def select(self, states: States) -> Selection:
        eligible = self.eligible(states)
        fitted = self._isotonic(states.participants, states.dlts, eligible)
        level = closest_to_target(fitted, eligible, self.frame.rate)
        top = self.frame.top
        move, _ = self._lookup(states.participants[:, top - 1], states.dlts[:, top - 1])
        return Selection(level, (level == top) & (move == ESCALATE) & (states.participants[:, top - 1] > 0))

    def selection_words(self) -> str:
        return (
            f"Among levels that were treated and not eliminated, the one whose isotonic estimate (posterior "
            f"means under a Beta({self.selection_prior:g}, {self.selection_prior:g}) prior, weighted by the "
            f"inverse posterior variance) is closest to the target; of equally close levels the higher one "
            f"when the estimate is below the target, the lower one when it is above."
        )

    def explain(self, seen: Seen, step: Step) -> str:
        current = int(seen.current[0])
        participants, dlts = (int(value[0]) for value in seen.at(seen.current))
        move, eliminated = (value[0] for value in self._lookup(*seen.at(seen.current)))
        counts = f"{dlts} of {participants} participants at level {current} had a DLT"
        if eliminated:
            consequence = f"{self.elimination_words(participants, dlts)}, so level {current} and above are eliminated"
            return f"{counts}: {consequence}" + ("; no level is left" if step.highest[0] == 0 else "")
        wanted = current + int(move)
        if step.highest[0] == 0:
            return f"{counts}, but level 1 was eliminated before, so no level is left"
        reason = f"{counts}: {self.move_words(participants, dlts, int(move))}"
        if wanted > self.frame.top:
            return f"{reason}, but no level above {self.frame.top} may be given"
        if wanted > int(step.highest[0]) and move == ESCALATE:
            return f"{reason}, but level {wanted} is eliminated"
        if wanted < 1:
            return f"{reason}, but level 1 is the lowest"
        return reason

    @abstractmethod
    def move_words(self, participants: int, dlts: int, move: int) -> str:
        """Why the counts lead to this move."""

    def elimination_words(self, participants: int, dlts: int) -> str:
        """Why the counts eliminate the level."""
        exceeds = float(self.probability_of_exceeding(np.array([participants]), np.array([dlts]))[0])
        return (
            f"the DLT rate exceeds the target {self.frame.rate:g} with posterior probability {exceeds:.3f}, "
            f"more than {self.certainty():g}"
        )


def margin_complaints(target: float | None, below: float, above: float, keys: tuple[str, str]) -> Iterator[Complaint]:
    """The interval to stay in must lie within 0 and 1."""
    if target is None:
        return
    if below >= target:
        yield Complaint(keys[0], f"must be smaller than the target {target:g}", "give a smaller value")
    if target + above >= 1:
        yield Complaint(keys[1], "must keep the interval below 1", "give a smaller value")


def step_to(wanted: Integers, highest: Integers) -> Step:
    """The step to wanted levels as far as none is above the highest, and the end where no level is left."""
    level = np.maximum(np.minimum(wanted, highest), 1)
    stop = np.where(highest == 0, np.int8(Stop.TOO_TOXIC), np.int8(Stop.GOES_ON))
    return Step(level.astype(np.int8), highest.astype(np.int8), stop, no_memory(len(level)))


def move_name(move: int) -> str:
    """The move as a verb."""
    return {ESCALATE: "escalate", STAY: "stay", DEESCALATE: "de-escalate"}[move]
