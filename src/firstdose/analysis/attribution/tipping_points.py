"""How strong the drug or a drift between cohorts would have to be to undo a finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.analysis.attribution.beside_the_dose import Beside
from firstdose.analysis.attribution.comparisons import per_doubling, place_of, slope_of
from firstdose.analysis.attribution.dose_slopes import Adjusted, adjusted_slopes
from firstdose.analysis.attribution.held_runs import beyond, directions_of, dose_beyond
from firstdose.analysis.attribution.periods import Changes, Periods
from firstdose.analysis.attribution.tipping import Grid, drift_frontier, drift_grid, exposure_grid, nearer_limit
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray
from firstdose.methods.straight_line import Slope
from firstdose.protocol.attribution import AttributedOutcome
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records.results import Result

DRUG, DRIFT = "tipping_drug", "tipping_drift"
DRIFT_AFTER = "tipping_drift_after_drug"
CELLS_A_SIDE = 5
BEYOND = 2.0
"""Grids of the drug that the protocol leaves to us reach twice what takes the slope to 0, those of drift just that."""
NO_DRIFT = "no drift in calendar time alone undoes it: dates go with dose too little"
HOLDS_ZERO = "the interval of the slope holds 0, so there is no finding to undo"


def drug_grid(
    frame: Frame, found: Periods, plan: AttributedOutcome, treatment: BackgroundTreatment | None, trough: FloatArray
) -> Iterator[Result]:
    """The slope corrected for a drug of each effect and each slope of the trough on dose, and where it vanishes.

    A slope whose interval holds 0 is no finding to undo: it has a grid only where the protocol names one.
    """
    slope = slope_of(frame, found, found.leading)
    if treatment is None or not found.has_drug:
        return
    place = place_of(found, DRUG, "slope_on_drug")
    if isinstance(slope, str):
        yield Result(**place, statistic="corrected_slope", unit=per_doubling(found), warning=slope)
        return
    target = treatment.trough_target
    unit = target.unit if target else "unit of the trough"
    observed = trough_slope(found, trough, frame.certainty)
    yield from _trough_slope(found, observed, unit, frame.certainty)
    yield from _what_removes(found, DRUG, slope)
    has_finding = slope.lower * slope.upper > 0
    if not has_finding and not (plan.trough_slopes and plan.drug_effects):
        return
    exposures = _axis(plan.trough_slopes) if plan.trough_slopes else _default_exposures(found, treatment, observed)
    if not exposures.size:
        warning = "neither a target range nor troughs say which slopes of the trough are possible: name some"
        yield Result(**place, statistic="corrected_slope", unit=per_doubling(found), warning=warning)
        return
    effects = _axis(plan.drug_effects) if plan.drug_effects else _up_to(BEYOND * slope.estimate / exposures[-1])
    grid = exposure_grid((slope.estimate, slope.lower, slope.upper), effects, exposures)
    axes = (f"{found.outcome.unit} per {unit}".strip(), f"{unit} per doubling")
    yield from _cells(frame, found, DRUG, grid, axes)
    limit = nearer_limit(slope.estimate, slope.lower, slope.upper)
    for effect in effects.tolist():
        if effect and limit / effect > 0:
            yield Result(
                **place, when=_axis_words(effect, axes[0]), statistic="frontier", value=limit / effect, unit=axes[1],
                method="tipping_point",
            )  # fmt: skip


def drift_grid_rows(frame: Frame, found: Periods, plan: AttributedOutcome, beside: Beside) -> Iterator[Result]:
    """The slope after each drift in calendar time and step at the highest dose, and the drift that undoes it.

    There is a grid where there is a finding, or the protocol names drifts. A finding after the drug has its drift, and
    no grid.
    """
    place = place_of(found, DRIFT, "slope_on_drug" if found.has_drug else "slope")
    timed = _timed(found, found.leading, beside)
    slope = slope_of(frame, found, found.leading, timed.used)
    if isinstance(slope, str):
        warning = "; ".join(filter(None, (slope, timed.warning)))
        yield Result(**place, statistic="corrected_slope", unit=per_doubling(found), warning=warning)
    else:
        yield from _what_removes(found, DRIFT, slope)
        yield _drift_frontier(frame, found, place, slope, timed)
        if slope.lower * slope.upper > 0 or plan.yearly_drifts:
            yield from _drift_cells(frame, found, plan, slope, timed)
    after = _timed(found, found.after, beside)
    slope_after = slope_of(frame, found, found.after, after.used)
    if found.has_drug and isinstance(slope_after, Slope) and slope_after.lower * slope_after.upper > 0:
        yield from _what_removes(found, DRIFT_AFTER, slope_after)
        place_after = place_of(found, DRIFT_AFTER, "slope_after_drug")
        yield _drift_frontier(frame, found, place_after, slope_after, after)


@dataclass(frozen=True, eq=False)
class _Timed:
    """The people whose change, dose and day of dosing are known: who they are, and their figures."""

    used: BoolArray
    doubling: FloatArray
    value: FloatArray
    years: FloatArray
    runs: FloatArray
    warning: str


def _timed(found: Periods, changes: Changes, beside: Beside) -> _Timed:
    years = dict(zip(beside.subjects, beside.years.tolist(), strict=True))
    time = np.array([years.get(each, np.nan) for each in found.outcome.people.subjects], dtype=np.float64)
    known = np.isfinite(changes.value) & np.isfinite(found.outcome.doubling)
    used = np.asarray(known & np.isfinite(time))
    lost = int(known.sum()) - int(used.sum())
    warning = f"the day of dosing is not known of {lost} people, who are left out" if lost else ""
    kept = changes.of(used)
    return _Timed(used, found.outcome.doubling[used], kept.value, time[used], kept.runs, warning)


def _drift_frontier(frame: Frame, found: Periods, place: dict[str, Any], slope: Slope, timed: _Timed) -> Result:
    """The drift in calendar time at which the interval of the slope first holds 0."""
    is_finding = slope.lower * slope.upper > 0
    frontier = 0.0
    if is_finding:
        frontier = drift_frontier(timed.doubling, timed.value, timed.years, runs=timed.runs, certainty=frame.certainty)
    told = timed.warning if np.isfinite(frontier) else NO_DRIFT
    return Result(
        **place, statistic="frontier", value=float(frontier) if np.isfinite(frontier) else None,
        unit=f"{found.outcome.unit} per year".strip(), method="tipping_point",
        warning=told if frontier else HOLDS_ZERO,
    )  # fmt: skip


def _drift_cells(
    frame: Frame, found: Periods, plan: AttributedOutcome, slope: Slope, timed: _Timed
) -> Iterator[Result]:
    """The grid of drifts and steps."""
    turn = _slope_on(timed, timed.years)
    drifts = _axis(plan.yearly_drifts) if plan.yearly_drifts else _up_to(_ratio(slope.estimate, turn))
    steps = _axis(plan.highest_dose_steps)
    if not plan.highest_dose_steps:
        is_top = (timed.doubling == timed.doubling.max()).astype(np.float64)
        steps = _up_to(_ratio(slope.estimate, _slope_on(timed, is_top)))
    grid = drift_grid(
        timed.doubling, timed.value, timed.years, drifts, steps, runs=timed.runs, certainty=frame.certainty
    )
    units = (f"{found.outcome.unit} per year".strip(), found.outcome.unit)
    yield from _cells(frame, found, DRIFT, grid, units, timed.warning)


def trough_slope(found: Periods, trough: FloatArray, certainty: float) -> Adjusted | None:
    """The slope of people's mean troughs on doublings of the dose, as observed; None where it cannot be told."""
    known = np.isfinite(trough) & np.isfinite(found.outcome.doubling)
    try:
        return adjusted_slopes(found.outcome.doubling[known, None], trough[known], certainty=certainty)[0]
    except ValueError:
        return None


def _trough_slope(found: Periods, observed: Adjusted | None, unit: str, certainty: float) -> Iterator[Result]:
    place = place_of(found, DRUG, "trough_on_dose")
    if observed is None:
        warning = "no trough that can be used, one dose only, or too few people"
        yield Result(**place, statistic="observed_slope", unit=f"{unit} per doubling", warning=warning)
        return
    yield Result(
        **place, statistic="observed_slope", value=observed.estimate, lower=observed.lower, upper=observed.upper,
        confidence=certainty, unit=f"{unit} per doubling", method="least_squares_slope",
    )  # fmt: skip


def _what_removes(found: Periods, table: str, slope: Slope) -> Iterator[Result]:
    """How much of the slope something else must account for, until its interval holds 0, and until it is 0."""
    place = place_of(found, table, "slope_to_account_for")
    limit = nearer_limit(slope.estimate, slope.lower, slope.upper)
    unit, method = per_doubling(found), "tipping_point"
    warning = "" if limit else HOLDS_ZERO
    yield Result(
        **place, statistic="until_the_interval_holds_0", value=limit, unit=unit, method=method, warning=warning
    )
    yield Result(**place, statistic="until_it_is_0", value=slope.estimate, unit=unit, method=method)


def _cells(
    frame: Frame, found: Periods, table: str, grid: Grid, units: tuple[str, str], warning: str = ""
) -> Iterator[Result]:
    """One figure a cell: the corrected slope with its interval; `when` names both axes."""
    place = place_of(found, table, "corrected_slope")
    for row, first in enumerate(grid.first.tolist()):
        for column, second in enumerate(grid.second.tolist()):
            yield Result(
                **place,
                when=f"{_axis_words(first, units[0])}; {_axis_words(second, units[1])}",
                statistic="corrected_slope",
                value=float(grid.estimate[row, column]),
                lower=float(grid.lower[row, column]),
                upper=float(grid.upper[row, column]),
                confidence=frame.certainty,
                unit=per_doubling(found),
                method="tipping_point",
                warning=warning,
            )


def _axis_words(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()


def _axis(values: tuple[float, ...]) -> FloatArray:
    return np.array(sorted(set(values), key=abs), dtype=np.float64)


def _up_to(end: float) -> FloatArray:
    """From none to an end, in equal steps; only none where there is no end."""
    return np.linspace(0.0, end, CELLS_A_SIDE) if end and np.isfinite(end) else np.zeros(1)


def _default_exposures(found: Periods, treatment: BackgroundTreatment, observed: Adjusted | None) -> FloatArray:
    """Up to the whole target range between lowest and highest dose; without one, the observed limits of the slope."""
    doubling = found.outcome.doubling[np.isfinite(found.leading.value) & np.isfinite(found.outcome.doubling)]
    reach = float(np.ptp(doubling))
    if treatment.trough_target is not None:
        return _up_to((treatment.trough_target.highest - treatment.trough_target.lowest) / reach)
    if observed is not None:
        return _up_to(max(abs(observed.lower), abs(observed.upper)))
    return np.zeros(0)


def _slope_on(timed: _Timed, value: FloatArray) -> float:
    """The slope of what else went along with the dose, at the same run of measurement."""
    directions = directions_of(timed.runs)
    away = dose_beyond(timed.doubling, directions)
    return float(away @ beyond(directions, value) / (away @ away))


def _ratio(above: float, below: float) -> float:
    return above / below if abs(below) > 1e-12 else 0.0
