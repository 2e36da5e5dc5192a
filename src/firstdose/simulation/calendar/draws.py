"""The chances of a trial in time: who comes when, who has a DLT and when, who leaves.

Every number has its place (seed, stream, trial, participant), so it does not depend on how trials are split. Tolerances
are those of the Monte Carlo engine: participant k of trial i is the same person under every design and calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.seasons import day_of_season_clock, season_clock
from firstdose.simulation.counted_random import Words, trial_keys, uniforms
from firstdose.simulation.monte_carlo import TOLERANCE

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Levels = NDArray[np.int16]

# streams of random numbers, after those of Monte Carlo
ARRIVAL, DLT_TIME, LEAVING, LEAVING_TIME, RESPONSE, BATCHES, SHORTFALL = 2, 3, 4, 5, 6, 7, 8
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
        streams = [TOLERANCE, ARRIVAL, DLT_TIME, LEAVING, LEAVING_TIME, RESPONSE]
        if calendar.manufacturing is not None:
            streams += [BATCHES, SHORTFALL]
        return cls(calendar, {stream: trial_keys(seed, stream, numbers) for stream in streams})

    def _uniforms(self, stream: int, trials: NDArray[np.intp], person: int) -> Floats:
        drawn: Floats = uniforms(self.keys[stream][trials], np.full(1, person))
        return drawn

    def next_arrival(self, trials: NDArray[np.intp], person: int, after: Floats) -> Floats:
        """The day on which the next eligible candidate comes after a day, shape (trials,)."""
        steps, expected = self._expected_arrivals
        after = season_clock(self.calendar.seasons, after)
        gaps = -np.log1p(-self._uniforms(ARRIVAL, trials, person))
        reached = np.interp(after, steps, expected) + (after > steps[-1]) * (after - steps[-1]) * self._final_rate
        target = reached + gaps
        within = np.interp(target, expected, steps)
        beyond = steps[-1] + (target - expected[-1]) / self._final_rate
        shown = np.asarray(np.where(target > expected[-1], beyond, within), dtype=np.float64)
        return day_of_season_clock(self.calendar.seasons, shown)

    @cached_property
    def _final_rate(self) -> float:
        """Eligible candidates a day of the season's clock once every site is open."""
        rate = sum(site.candidates_per_30_days for site in self.calendar.sites) / DAYS_OF_A_RATE
        return rate * (1.0 - self.calendar.screening_failures)

    @cached_property
    def _expected_arrivals(self) -> tuple[Floats, Floats]:
        """Openings of sites on the season's clock, and the eligible candidates expected until then."""
        sites, eligible = self.calendar.sites, 1.0 - self.calendar.screening_failures
        opens = season_clock(self.calendar.seasons, np.array([site.opens_on_day for site in sites], dtype=np.float64))
        rates = np.array([site.candidates_per_30_days for site in sites]) / DAYS_OF_A_RATE
        steps = np.unique([0.0, *opens])
        expected = [float((rates * np.maximum(step - opens, 0.0)).sum()) for step in steps]
        return steps, np.array(expected) * eligible

    def has_dlt(self, trials: NDArray[np.intp], person: int, rate: Floats) -> Booleans:
        """Who would have a DLT within the whole window, shape (trials,)."""
        return self._uniforms(TOLERANCE, trials, person) < rate

    def responds(self, trials: NDArray[np.intp], person: int, rate: Floats) -> Booleans:
        """Who has a response by the end of the window, whether or not a DLT; shape (trials,)."""
        return self._uniforms(RESPONSE, trials, person) < rate

    def dlt_after(self, trials: NDArray[np.intp], person: int, rate: Floats) -> Floats:
        """Days from dosing to a DLT, given that it comes within the window; shape (trials,)."""
        chance, late = self._uniforms(DLT_TIME, trials, person), self.calendar.late_share
        if self.calendar.dlt_times == "uniform":
            return chance * self.calendar.window_length
        # P(within the window) is the rate, of which the late share lies in the window's second half
        rate = np.clip(rate, 1e-12, 1 - 1e-12)
        if self.calendar.dlt_times == "log_logistic":
            shape = np.log2(_odds(rate) / _odds(rate * (1.0 - late)))
            return np.asarray(self.calendar.window_length * (_odds(rate * chance) / _odds(rate)) ** (1 / shape))
        whole = -np.log1p(-rate)
        shape = np.log2(whole / -np.log1p(-rate * (1.0 - late)))
        return np.asarray(self.calendar.window_length * (-np.log1p(-chance * -np.expm1(-whole)) / whole) ** (1 / shape))

    def product_on(self, trials: NDArray[np.intp], person: int, arrived: Floats) -> Floats:
        """The day on which each candidate's product is there, shape (trials,)."""
        making = self.calendar.manufacturing
        if making is None:
            return arrived
        batches = np.ones(len(trials))
        if making.failures > 0:
            failed = np.log1p(-self._uniforms(BATCHES, trials, person)) / np.log(making.failures)
            batches += np.floor(failed)
        return arrived + making.lead_days * batches

    def level_given(self, trials: NDArray[np.intp], person: int, assigned: Levels) -> Levels:
        """The level whose dose each participant is given: one below the level assigned where the product falls short.

        At the lowest level nobody is given less.
        """
        making = self.calendar.manufacturing
        if making is None or not making.falls_short:
            return assigned
        chance = np.asarray(making.shortfall_by_level)[assigned - 1] if making.shortfall_by_level else making.shortfall
        short = self._uniforms(SHORTFALL, trials, person) < chance
        return np.where(short & (assigned > 1), assigned - 1, assigned).astype(assigned.dtype)

    def leaves_after(self, trials: NDArray[np.intp], person: int) -> Floats:
        """Days from dosing to leaving, infinite for those who stay; shape (trials,)."""
        if self.calendar.leaving == 0:
            return np.full(len(trials), np.inf)
        leaves = self._uniforms(LEAVING, trials, person) < self.calendar.leaving
        return np.where(leaves, self._uniforms(LEAVING_TIME, trials, person) * self.calendar.window_length, np.inf)


def _odds(chance: Floats) -> Floats:
    return chance / (1.0 - chance)
