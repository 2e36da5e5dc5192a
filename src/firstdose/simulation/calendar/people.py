"""The participants of trials in time, in the order of dosing; and what is known of them on a day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.in_time import Waiting
from firstdose.simulation.calendar.draws import Booleans, Floats

Rows = NDArray[np.intp]
Counts = NDArray[np.int64]


@dataclass
class People:
    """Arrays of shape (places, trials): who was dosed first stands in place 0. Many trials lie side by side in memory.

    ``closes`` is the day on which no more is to be learnt of a participant; ``is_toxic`` says that a DLT is seen then,
    ``is_lost`` that the participant leaves then without one. ``evaluable`` and ``toxic``, shape (trials, levels), count
    what the windows of all who were dosed show in the end. Everybody before the place ``oldest`` has closed.
    """

    trials: int
    levels: int
    some_leave: bool
    level: NDArray[np.int16] = field(init=False)
    dosed_on: Floats = field(init=False)
    closes: Floats = field(init=False)
    is_toxic: Booleans = field(init=False)
    is_lost: Booleans = field(init=False)
    evaluable: Counts = field(init=False)
    toxic: Counts = field(init=False)
    dosed_at: Counts = field(init=False)
    dosed: int = 0
    oldest: int = 0

    def __post_init__(self) -> None:
        for name in ("evaluable", "toxic", "dosed_at"):
            setattr(self, name, np.zeros((self.trials, self.levels), dtype=np.int64))
        for name, value in self._empty(16).items():
            setattr(self, name, value)

    def _empty(self, places: int) -> dict[str, NDArray[np.generic]]:
        shape = (places, self.trials)
        return {
            "level": np.zeros(shape, dtype=np.int16),
            "dosed_on": np.zeros(shape),
            "closes": np.full(shape, -np.inf),
            "is_toxic": np.zeros(shape, dtype=bool),
            "is_lost": np.zeros(shape, dtype=bool),
        }

    def add(
        self, rows: Rows, level: NDArray[np.int16], day: Floats, closes: Floats, toxic: Booleans, lost: Booleans
    ) -> None:
        """One participant more in each of these trials."""
        if self.dosed == len(self.level):
            for name, value in self._empty(self.dosed).items():
                setattr(self, name, np.concatenate([getattr(self, name), value]))
        place = self.dosed
        self.level[place, rows], self.dosed_on[place, rows], self.closes[place, rows] = level, day, closes
        self.is_toxic[place, rows], self.is_lost[place, rows] = toxic, lost
        self.evaluable[rows, level - 1] += ~lost
        self.toxic[rows, level - 1] += toxic
        self.dosed_at[rows, level - 1] += 1
        self.dosed += 1

    def pass_over_closed(self, rows: Rows, day: Floats) -> None:
        """Move ``oldest`` on while nobody in that place is followed any more in these trials, which alone go on."""
        while self.oldest < self.dosed and (self.closes[self.oldest, rows] <= day).all():
            self.oldest += 1

    def known(self, rows: Rows, day: Floats, first: Counts, window: float) -> Known:
        """What is known in these trials, each on its own day; ``first`` is the place at which the cohort began."""
        open_ = self._open(rows, day)
        places = slice(self.oldest, self.dosed)
        level = np.where(open_, self.level[places, rows], 0)
        followed = np.where(open_, day - self.dosed_on[places, rows], 0.0)
        if window > 0:
            followed /= window
        yet_toxic = open_ & self.is_toxic[places, rows]
        in_cohort = np.arange(self.oldest, self.dosed)[:, None] >= first
        lost: Counts | int = 0
        lost_in_cohort: Counts | int = 0
        if self.some_leave:
            yet_lost = open_ & self.is_lost[places, rows]
            lost, lost_in_cohort = self._by_level(level, yet_lost), (yet_lost & in_cohort).sum(axis=0)
        return Known(
            waiting=Waiting(level.T, followed.T),
            yet_toxic=self._by_level(level, yet_toxic),
            yet_lost=lost,
            yet_toxic_in_cohort=(yet_toxic & in_cohort).sum(axis=0, dtype=np.int16),
            yet_lost_in_cohort=lost_in_cohort,
        )

    def lost_in_cohort(self, rows: Rows, day: Floats, first: Counts) -> Counts:
        """Who of the current cohort is known to have left without a DLT, shape (rows,)."""
        gone = self.is_lost[: self.dosed, rows] & (self.closes[: self.dosed, rows] <= day)
        return np.asarray((gone & (np.arange(self.dosed)[:, None] >= first)).sum(axis=0))

    def next_close(self, rows: Rows, day: Floats) -> Floats:
        """The next day on which more is known, infinite where nobody is followed; shape (rows,)."""
        closes = self.closes[self.oldest : self.dosed, rows]
        return np.asarray(np.where(closes > day, closes, np.inf).min(axis=0, initial=np.inf))

    def _open(self, rows: Rows, day: Floats) -> Booleans:
        return np.asarray(self.closes[self.oldest : self.dosed, rows] > day)

    def _by_level(self, level: NDArray[np.int16], counted: Booleans) -> Counts:
        """How many are counted at each level, shape (trials, levels)."""
        trial = np.nonzero(counted)[1]
        cell = trial * self.levels + level[counted] - 1
        trials = level.shape[1]
        return np.bincount(cell, minlength=trials * self.levels).reshape(trials, self.levels)


@dataclass(frozen=True)
class Known:
    """Who waits, and what their windows are still to show: DLTs and people lost.

    By level, shape (trials, levels), and in the current cohort, shape (trials,).
    """

    waiting: Waiting
    yet_toxic: Counts
    yet_lost: Counts | int
    yet_toxic_in_cohort: NDArray[np.integer]
    yet_lost_in_cohort: Counts | int
