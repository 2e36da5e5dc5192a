"""Accrual that changes with the season: a clock that runs faster when more candidates come.

A Poisson process whose rate is a seasonal factor times r is one of the constant rate r on that clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS_OF_A_YEAR = 365.0


def season_clock(seasons: tuple[float, ...], day: Floats) -> Floats:
    """What the clock shows on a day: the integral of the factors from day 0; the day itself without seasons."""
    if not seasons:
        return day
    days, shown = _one_year(seasons)
    years = np.floor(day / DAYS_OF_A_YEAR)
    return np.asarray(years * shown[-1] + np.interp(day - years * DAYS_OF_A_YEAR, days, shown))


def day_of_season_clock(seasons: tuple[float, ...], clock: Floats) -> Floats:
    """The day on which the clock shows this, which inverts ``season_clock`` where somebody can come."""
    if not seasons:
        return clock
    days, shown = _one_year(seasons)
    years = np.floor(clock / shown[-1])
    return np.asarray(years * DAYS_OF_A_YEAR + np.interp(clock - years * shown[-1], shown, days))


def _one_year(seasons: tuple[float, ...]) -> tuple[Floats, Floats]:
    """The days on which seasons begin and end, and what the clock shows on them."""
    length = DAYS_OF_A_YEAR / len(seasons)
    return np.arange(len(seasons) + 1, dtype=np.float64) * length, np.concatenate([[0.0], np.cumsum(seasons) * length])
