"""Tipping points: how strong something else would have to be for a dose slope to vanish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from firstdose.analysis.attribution.held_runs import beyond, directions_of, dose_beyond
from firstdose.analysis.scores.measured import FloatArray


@dataclass(frozen=True, eq=False)
class Grid:
    """Corrected slopes over two axes, with their intervals: arrays of shape (first, second)."""

    first: FloatArray
    second: FloatArray
    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray


def exposure_grid(slope: tuple[float, float, float], effects: FloatArray, exposure_slopes: FloatArray) -> Grid:
    """A slope (estimate, lower, upper) less what a drug would add to it: effect per unit x units per doubling.

    ``effects`` (A,) are changes of the outcome per unit of the trough, ``exposure_slopes`` (B,) units of the trough per
    doubling of the dose. By the algebra of an omitted variable the product is its share in the slope; the interval
    keeps its width, as if the product were known. Source: Cornfield et al., J Natl Cancer Inst 1959;22:173;
    Greenland, J R Stat Soc A 2005;168:267.
    """
    share = np.multiply.outer(effects, exposure_slopes)
    estimate, lower, upper = (each - share for each in slope)
    return Grid(effects, exposure_slopes, estimate, lower, upper)


def drift_grid(
    doubling: FloatArray,
    value: FloatArray,
    years: FloatArray,
    drifts: FloatArray,
    steps: FloatArray,
    *,
    runs: FloatArray | None = None,
    certainty: float = 0.95,
) -> Grid:
    """Slopes after a drift in calendar time and a step at the highest dose are taken out of the values.

    ``doubling``, ``value`` and ``years`` (calendar time of dosing) have shape (N,). ``drifts`` (A,) are changes of the
    outcome per year, ``steps`` (B,) changes that befell the people of the highest dose only. The slope is fitted anew
    to the corrected values in each cell, with a level for each run of measurement where ``runs`` (N, K) are given.
    Raises ValueError for fewer than three people or one dose, and for runs that leave no slope or error.
    """
    people = len(doubling)
    if people < 3 or np.unique(doubling).size < 2:
        raise ValueError("three people and two doses are needed for a slope and its error")
    is_top = (doubling == doubling.max()).astype(np.float64)
    cells = value - np.multiply.outer(drifts, years - years.mean())[:, None] - np.multiply.outer(steps, is_top)[None]
    directions = directions_of(np.zeros((people, 0)) if runs is None else runs)
    free = people - 2 - directions.shape[1]
    if free < 1:
        raise ValueError("the runs of measurement leave no error of a slope")
    away, heights = dose_beyond(doubling, directions), beyond(directions, cells)
    estimate = heights @ away / (away @ away)
    rest = heights - estimate[..., None] * away
    error = np.sqrt((rest**2).sum(axis=-1) / free / (away @ away))
    half = float(stdtrit(free, (1 + certainty) / 2)) * error
    return Grid(drifts, steps, estimate, estimate - half, estimate + half)


def nearer_limit(estimate: float, lower: float, upper: float) -> float:
    """The limit of an interval on the side of 0; 0 where the interval holds it."""
    if lower <= 0 <= upper:
        return 0.0
    return lower if estimate > 0 else upper


def is_gone(grid: Grid, sign: float) -> FloatArray:
    """1 where the interval of a corrected slope holds 0 or has changed sides, else 0; ``sign`` is the finding's."""
    return np.where(grid.lower > 0 if sign > 0 else grid.upper < 0, 0.0, 1.0)


def drift_frontier(
    doubling: FloatArray,
    value: FloatArray,
    years: FloatArray,
    *,
    runs: FloatArray | None = None,
    certainty: float = 0.95,
) -> float:
    """The yearly drift at which the interval of the slope first touches 0; nan where no drift does so.

    Fitted values are linear in the drift and their squared error quadratic, so the touching point solves a quadratic
    equation: (b - r k)^2 = t^2 s(r)^2. The solution nearest to 0 on the side that lowers the slope is given; 0 where
    the interval holds 0 from the start. Arguments as `drift_grid`.
    """
    directions = directions_of(np.zeros((len(doubling), 0)) if runs is None else runs)
    free = len(doubling) - 2 - directions.shape[1]
    away = dose_beyond(doubling, directions)
    height, time = beyond(directions, value), beyond(directions, years)
    square = float(away @ away)
    slope, turn = float(away @ height) / square, float(away @ time) / square
    rest_of_value, rest_of_time = height - slope * away, time - turn * away
    reach = float(stdtrit(free, (1 + certainty) / 2)) ** 2 / free / square
    # (slope - r turn)^2 - reach |rest_of_value - r rest_of_time|^2 = c + b r + a r^2
    a = turn**2 - reach * float(rest_of_time @ rest_of_time)
    b = -2 * (slope * turn - reach * float(rest_of_value @ rest_of_time))
    c = slope**2 - reach * float(rest_of_value @ rest_of_value)
    if c <= 0:
        return 0.0
    within = b**2 - 4 * a * c
    if within < 0:
        return float("nan")
    roots = [c / each for each in ((-b + np.sqrt(within)) / 2, (-b - np.sqrt(within)) / 2) if each]
    toward = [root for root in roots if root * turn * slope > 0]
    return float(min(toward, key=abs, default=float("nan")))
