"""Boundaries for too many events: Bayesian for one dose, exact sequential for one common rate; and how they behave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from firstdose.methods.binomial import probability_above

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class StoppingBoundary:
    """For each number of participants, from 1, the fewest events at which to stop; None where none would do."""

    fewest: tuple[int | None, ...]
    words: str

    @property
    def most_participants(self) -> int:
        return len(self.fewest)

    def stops(self, participants: int, events: int) -> bool:
        """Whether to stop at these counts. Nobody observed, or more than was planned for, never stops."""
        if not 0 <= events <= participants:
            raise ValueError(f"{events} events in {participants} participants are not counts")
        if not 1 <= participants <= self.most_participants:
            return False
        fewest = self.fewest[participants - 1]
        return fewest is not None and events >= fewest


@dataclass(frozen=True)
class BoundaryBehaviour:
    """What a boundary does under each of some true rates: exact, one entry a rate.

    ``stops`` is the chance of ever reaching the boundary, ``stops_early`` of doing so before the last participant;
    ``stops_at`` has a row a rate and a column a number of participants.
    """

    rates: tuple[float, ...]
    stops: FloatArray
    stops_early: FloatArray
    participants: FloatArray
    events: FloatArray
    stops_at: FloatArray


def bayesian_boundary(
    limit: float,
    certainty: float,
    most_participants: int,
    prior: tuple[float, float] = (1.0, 1.0),
    *,
    from_participants: int = 1,
) -> StoppingBoundary:
    """Stop when P(event rate > limit | data) exceeds the certainty, for the participants of one dose.

    It is looked at from so many participants on: a single event in a single participant may already exceed.
    Without an event nothing stops, whatever the prior holds likely.

    Conjugate beta-binomial (Thall and Simon, Biometrics 1994;50:337, with a fixed limit).
    """
    _check_rate(limit, "limit")
    _check_rate(certainty, "certainty")
    participants, events = np.meshgrid(
        np.arange(1, most_participants + 1), np.arange(most_participants + 1), indexing="ij"
    )
    possible = (events >= 1) & (events <= participants) & (participants >= from_participants)
    exceeds = np.zeros(possible.shape, dtype=bool)
    exceeds[possible] = probability_above(limit, participants[possible], events[possible], prior) > certainty
    fewest = tuple(int(row.argmax()) if row.any() else None for row in exceeds)
    words = f"stop when the event rate exceeds {limit:g} with posterior probability above {certainty:g}"
    return StoppingBoundary(fewest, f"{words} (prior Beta({prior[0]:g}, {prior[1]:g}))")


@dataclass(frozen=True)
class SequentialBoundary:
    """A boundary with one level for all looks, and the chance of a false stop that it truly has."""

    boundary: StoppingBoundary
    level: float
    error: float


def sequential_boundary(
    acceptable_rate: float, error: float, most_participants: int, looks: Iterable[int] | None = None
) -> SequentialBoundary:
    """The Pocock-type boundary of Ivanova, Qaqish and Schell (Biometrics 2005;61:540).

    At each look with k participants the fewest events b with P(at least b of k | acceptable rate) <= level; the level
    is the largest whose chance of ever stopping, at the acceptable rate, is at most ``error``. Looks are after every
    participant unless given. It is for one common rate: across doses it says nothing of any one of them.
    """
    _check_rate(acceptable_rate, "acceptable_rate")
    _check_rate(error, "error")
    at = sorted(set(range(1, most_participants + 1) if looks is None else looks))
    if not at or at[0] < 1 or at[-1] > most_participants:
        raise ValueError(f"looks must be between 1 and {most_participants} participants")
    tails = {k: np.asarray(bdtrc(np.arange(k), k, acceptable_rate), dtype=np.float64) for k in at}
    levels = np.unique(np.concatenate([tail[tail <= error] for tail in tails.values()]))
    words = f"stop at the level that makes a false stop at the rate {acceptable_rate:g} at most {error:g} in all"

    def made(level: float) -> tuple[StoppingBoundary, float]:
        boundary = StoppingBoundary(_fewest_at_level(tails, level, most_participants), words)
        return boundary, float(boundary_behaviour(boundary, [acceptable_rate]).stops[0])

    low, high = 0, len(levels)  # levels below `low` keep the error, levels from `high` on do not
    while low < high:
        middle = (low + high) // 2
        if made(float(levels[middle]))[1] <= error:
            low = middle + 1
        else:
            high = middle
    level = float(levels[low - 1]) if low else 0.0
    boundary, reached = made(level)
    return SequentialBoundary(boundary, level, reached)


def _fewest_at_level(tails: dict[int, FloatArray], level: float, most_participants: int) -> tuple[int | None, ...]:
    """The fewest events whose tail probability is at most the level; bdtrc(b - 1) is P(at least b)."""
    fewest: list[int | None] = [None] * most_participants
    for participants, tail in tails.items():
        reached = np.flatnonzero(tail <= level)
        fewest[participants - 1] = int(reached[0]) + 1 if reached.size else None
    return tuple(fewest)


def boundary_behaviour(boundary: StoppingBoundary, rates: Sequence[float]) -> BoundaryBehaviour:
    """Exact chances of stopping, and expected participants and events, by recursion over participants.

    The chance of each count among trials that go on is carried from one participant to the next (Jennison and
    Turnbull, Group Sequential Methods, 2000, chapter 12).
    """
    p = np.asarray(rates, dtype=np.float64)
    if p.ndim != 1 or not bool(((p >= 0) & (p <= 1)).all()):
        raise ValueError("rates must be a row of numbers between 0 and 1")
    most = boundary.most_participants
    going_on = np.zeros((p.size, most + 1))
    going_on[:, 0] = 1.0
    stops_at = np.zeros((p.size, most))
    participants = np.zeros(p.size)
    for number, fewest in enumerate(boundary.fewest, start=1):
        participants += going_on.sum(axis=1)
        without = going_on * (1 - p)[:, None]
        without[:, 1:] += going_on[:, :-1] * p[:, None]
        going_on = without
        if fewest is not None:
            stops_at[:, number - 1] = going_on[:, fewest:].sum(axis=1)
            going_on[:, fewest:] = 0.0
    stops = stops_at.sum(axis=1)
    # Wald: each participant has an event with chance p, whatever was seen before.
    return BoundaryBehaviour(
        tuple(map(float, p)), stops, stops_at[:, :-1].sum(axis=1), participants, p * participants, stops_at
    )


def _check_rate(value: float, name: str) -> None:
    """A rate or probability lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} {value} must lie strictly between 0 and 1")
