"""The chances of a trial in time: who comes when, who has a DLT and when, who leaves.

Every number has its place (seed, stream, trial, participant), so it does not depend on how trials are split. Tolerances
are those of the Monte Carlo engine: participant k of trial i is the same person under every design and calendar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.counted_random import Words, trial_keys, uniforms
from firstdose.simulation.monte_carlo import TOLERANCE

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

ARRIVAL, DLT_TIME, LEAVING, LEAVING_TIME = 2, 3, 4, 5  # streams of random numbers, after those of Monte Carlo
DAYS_OF_A_RATE = 30.0


@dataclass(frozen=True)
class Draws:
    """The random numbers of some trials under a calendar."""

    calendar: Calendar
    keys: dict[int, Words]

    @classmethod
    def of(cls, calendar: Calendar, trials: range, seed: int) -> Draws:
        """The draws of the trials of these numbers."""
        numbers = np.arange(trials.start, trials.stop, trials.step)
        streams = (TOLERANCE, ARRIVAL, DLT_TIME, LEAVING, LEAVING_TIME)
        return cls(calendar, {stream: trial_keys(seed, stream, numbers) for stream in streams})

    def _uniforms(self, stream: int, trials: NDArray[np.intp], person: int) -> Floats:
        drawn: Floats = uniforms(self.keys[stream][trials], np.full(1, person))
        return drawn

    def next_arrival(self, trials: NDArray[np.intp], person: int, after: Floats) -> Floats:
        """The day on which the next eligible candidate comes after a day, shape (trials,)."""
        steps, expected = self._expected_arrivals
        gaps = -np.log1p(-self._uniforms(ARRIVAL, trials, person))
        reached = np.interp(after, steps, expected) + (after > steps[-1]) * (after - steps[-1]) * self._final_rate
        target = reached + gaps
        within = np.interp(target, expected, steps)
        beyond = steps[-1] + (target - expected[-1]) / self._final_rate
        return np.asarray(np.where(target > expected[-1], beyond, within), dtype=np.float64)

    @property
    def _final_rate(self) -> float:
        """Eligible candidates a day once every site is open."""
        rate = sum(site.candidates_per_30_days for site in self.calendar.sites) / DAYS_OF_A_RATE
        return rate * (1.0 - self.calendar.screening_failures)

    @property
    def _expected_arrivals(self) -> tuple[Floats, Floats]:
        """Days on which sites open, and the eligible candidates expected until then."""
        sites, eligible = self.calendar.sites, 1.0 - self.calendar.screening_failures
        steps = np.unique([0.0, *(site.opens_on_day for site in sites)])
        expected = [
            sum(site.candidates_per_30_days * max(day - site.opens_on_day, 0.0) for site in sites) / DAYS_OF_A_RATE
            for day in steps
        ]
        return steps, np.array(expected) * eligible

    def has_dlt(self, trials: NDArray[np.intp], person: int, rate: Floats) -> Booleans:
        """Who would have a DLT within the whole window, shape (trials,)."""
        return self._uniforms(TOLERANCE, trials, person) < rate

    def dlt_after(self, trials: NDArray[np.intp], person: int, rate: Floats) -> Floats:
        """Days from dosing to a DLT, given that it comes within the window; shape (trials,)."""
        chance, late = self._uniforms(DLT_TIME, trials, person), self.calendar.late_share
        if self.calendar.dlt_times == "uniform":
            return chance * self.calendar.window_length
        # Weibull with P(within the window) the rate, of which the late share lies in its second half
        whole = -np.log1p(-np.clip(rate, 1e-12, 1 - 1e-12))
        shape = np.log2(whole / -np.log1p(-np.clip(rate, 1e-12, 1 - 1e-12) * (1.0 - late)))
        return np.asarray(self.calendar.window_length * (-np.log1p(-chance * -np.expm1(-whole)) / whole) ** (1 / shape))

    def leaves_after(self, trials: NDArray[np.intp], person: int) -> Floats:
        """Days from dosing to leaving, infinite for those who stay; shape (trials,)."""
        if self.calendar.leaving == 0:
            return np.full(len(trials), np.inf)
        leaves = self._uniforms(LEAVING, trials, person) < self.calendar.leaving
        return np.where(leaves, self._uniforms(LEAVING_TIME, trials, person) * self.calendar.window_length, np.inf)
