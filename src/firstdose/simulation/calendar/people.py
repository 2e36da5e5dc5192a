"""The participants of trials in time, in the order of dosing; and what is known of them on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.in_time import Waiting
from firstdose.simulation.calendar.draws import Booleans, Floats

Rows = NDArray[np.intp]
Counts = NDArray[np.integer]


@dataclass
class People:
    """Arrays of shape (places, trials): who was dosed first stands in place 0. Many trials lie side by side in memory.

    ``level`` is that at which a participant counts. ``closes`` is the day on which no more is to be learnt of a
    participant; ``is_toxic`` says that a DLT is seen then, ``is_lost`` that the participant is not evaluable, who left
    without one or, as the live trial counts, was given too little. ``evaluable`` and ``toxic``, shape (trials, levels),
    count what the windows of all who were dosed show in the end. Everybody before the place ``oldest`` has closed.
    There are places for as many as are ``expected``, and more are made when more are dosed.
    """

    trials: int
    levels: int
    some_lost: bool
    expected: int
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
        for name in ("toxic", "dosed_at"):
            setattr(self, name, np.zeros((self.trials, self.levels), dtype=np.int16))
        # where nobody is lost, everybody dosed is evaluable: one array under both names
        self.evaluable = np.zeros_like(self.dosed_at) if self.some_lost else self.dosed_at
        for name, value in self._empty(self.expected).items():
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
        for name, value in (("level", level), ("dosed_on", day), ("closes", closes), ("is_toxic", toxic)):
            getattr(self, name)[self.dosed][rows] = value
        cell = rows * self.levels + level - 1
        self.dosed_at.reshape(-1)[cell] += 1
        self.toxic.reshape(-1)[cell[np.flatnonzero(toxic)]] += 1
        if self.some_lost:
            self.is_lost[self.dosed][rows] = lost
            self.evaluable.reshape(-1)[cell[~lost]] += 1
        self.dosed += 1

    def pass_over_closed(self, rows: Rows, day: Floats) -> None:
        """Move ``oldest`` on while nobody in that place is followed any more in these trials, which alone go on."""
        while self.oldest < self.dosed and (self.closes[self.oldest][rows] <= day).all():
            self.oldest += 1

    def known(self, rows: Rows, day: Floats, first: Counts, window: float) -> Known:
        """What is known in these trials, each on its own day; ``first`` is the place at which the cohort began."""
        open_ = self._followed(self.closes, rows) > day
        level = self._followed(self.level, rows) * open_
        followed = (day - self._followed(self.dosed_on, rows)) * open_
        if window > 0:
            followed /= window
        yet_toxic = self._followed(self.is_toxic, rows) & open_
        lost: Counts | int = 0
        lost_in_cohort: Counts | int = 0
        if self.some_lost:
            yet_lost = self._followed(self.is_lost, rows) & open_
            lost, lost_in_cohort = self._by_level(level, yet_lost), self._in_cohort(yet_lost, first)
        return Known(
            waiting=Waiting(level.T, followed.T),
            yet_toxic=self._by_level(level, yet_toxic),
            yet_lost=lost,
            yet_toxic_in_cohort=self._in_cohort(yet_toxic, first),
            yet_lost_in_cohort=lost_in_cohort,
        )

    def lost_in_cohort(self, rows: Rows, day: Floats, first: Counts) -> Counts:
        """Who of the current cohort is known to have left without a DLT, shape (rows,)."""
        gone = self.is_lost[: self.dosed, rows] & (self.closes[: self.dosed, rows] <= day)
        return np.asarray((gone & (np.arange(self.dosed)[:, None] >= first)).sum(axis=0))

    def next_close(self, rows: Rows, day: Floats) -> Floats:
        """The next day on which more is known, infinite where nobody is followed; shape (rows,)."""
        closes = self._followed(self.closes, rows)
        return np.asarray(closes.min(axis=0, initial=np.inf, where=closes > day))

    def next_dlt(self, rows: Rows, day: Floats) -> Floats:
        """The day of the next DLT after a day, which may lie before the last dosing; infinite without one."""
        closes = self.closes[: self.dosed, rows]
        tells = self.is_toxic[: self.dosed, rows] & (closes > day)
        return np.asarray(np.where(tells, closes, np.inf).min(axis=0, initial=np.inf))

    def next_news(self, rows: Rows, day: Floats) -> Floats:
        """The next day on which somebody has a DLT or leaves, or else the day on which the last window closes."""
        closes = self._followed(self.closes, rows)
        tells = (self._followed(self.is_toxic, rows) | self._followed(self.is_lost, rows)) & (closes > day)
        news = np.where(tells, closes, np.inf).min(axis=0, initial=np.inf)
        return np.asarray(np.where(np.isfinite(news), news, closes.max(axis=0, initial=-np.inf)))

    def _followed(self, values: NDArray[Any], rows: Rows) -> NDArray[Any]:
        """The values of those who may still be followed in these trials, shape (places, rows)."""
        places = values[self.oldest : self.dosed]
        return places if len(rows) == self.trials else places.take(rows, axis=1)

    def _in_cohort(self, counted: Booleans, first: Counts) -> Counts:
        """How many are counted in the current cohort, shape (rows,)."""
        begin = max(int(first.min(initial=self.dosed)) - self.oldest, 0)
        in_cohort = np.arange(self.oldest + begin, self.dosed)[:, None] >= first
        return np.asarray((counted[begin:] & in_cohort).sum(axis=0, dtype=np.int16))

    def _by_level(self, level: NDArray[np.int16], counted: Booleans) -> Counts:
        """How many are counted at each level, shape (trials, levels)."""
        trials, places = level.shape[1], np.flatnonzero(counted)
        cell = places % trials * self.levels + level.ravel()[places] - 1
        return np.bincount(cell, minlength=trials * self.levels).reshape(trials, self.levels).astype(np.int16)


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
