"""Brain volume change per cent per year: by level, person by person, and against the dose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from firstdose.analysis.dose_trends import ONE_DOSE, dose_trends
from firstdose.analysis.frame import Frame
from firstdose.analysis.imaging.scan_flags import Scan, flags_of
from firstdose.analysis.scores.measured import (
    BoolArray,
    FloatArray,
    IntArray,
    Measured,
    doses_in_doublings,
    objective_of_imaging,
)
from firstdose.analysis.visit_summaries import mean_interval
from firstdose.methods.straight_line import fit_slope
from firstdose.records.results import Result

TREND_SEED = 7_400
SCANS = ("all scans", "without flagged scans")
LAST = "last scan"


def brain_volume(frame: Frame, each: Measured, known: Mapping[tuple[str, str], Scan]) -> Iterator[Result]:
    """Everyone's change up to their last scan, once with all scans and once without the flagged ones."""
    where: dict[str, Any] = {
        "chapter": "mri",
        "population": each.people.analysis_set,
        "objective": objective_of_imaging(frame, each.name),
    }
    scored = np.flatnonzero(np.isfinite(each.value) & each.is_later())
    if not scored.size:
        warning = "nobody has a change of brain volume"
        yield Result(**where, table="brain_volume", what=LAST, statistic="mean", warning=warning)
        return
    flagged = np.array([bool(flags_of(each, row, known)) for row in scored.tolist()], dtype=np.bool_)
    for number, name in enumerate(SCANS):
        kept = scored if name == SCANS[0] else scored[~flagged]
        values, rows = _last_of_each(each, kept)
        same = {**where, "within": name}
        if name != SCANS[0]:
            same["objective"] = "exploratory"
        yield from _levels(frame, each, values, same)
        if number == 0:
            yield from _people(each, rows, flagged, scored, same)
        yield from _against_dose(frame, each, values, frame.seed + TREND_SEED + number, same)


def _last_of_each(each: Measured, kept: IntArray) -> tuple[FloatArray, IntArray]:
    """Each person's last value (nan without one) and its row (-1)."""
    rows = np.full(each.people.count, -1)
    rows[each.person[kept]] = kept  # rows are in order of the day, so the last one stays
    return np.append(each.value, np.nan)[rows], rows


def _levels(frame: Frame, each: Measured, values: FloatArray, same: dict[str, Any]) -> Iterator[Result]:
    """The usual figures of each level and of everyone; the mean has its interval."""
    unit = each.measure.unit
    for group, members in each.people.groups(frame):
        known = values[members][np.isfinite(values[members])]
        place = {**same, "table": "brain_volume", "what": LAST, "group": group}
        count = known.size
        yield Result(**place, statistic="n", value=float(count), of=float(len(members)), format="count", unit="people")
        if not count:
            continue
        deviation = float(known.std(ddof=1)) if count > 1 else None
        limits = mean_interval(count, float(known.mean()), deviation, frame.certainty)
        warning = "" if limits else "too few people, or no differences between them, for an interval"
        yield Result(**place, statistic="mean", value=float(known.mean()), unit=unit, warning=warning, **limits)
        if deviation is not None:
            yield Result(**place, statistic="sd", value=deviation, unit=unit)
        for statistic, value in (("median", np.median(known)), ("minimum", known.min()), ("maximum", known.max())):
            yield Result(**place, statistic=statistic, value=float(value), unit=unit)


def _people(
    each: Measured, rows: IntArray, flagged: BoolArray, scored: IntArray, same: dict[str, Any]
) -> Iterator[Result]:
    """Everyone's change up to the last scan; which of them are flagged."""
    caution = set(scored[flagged].tolist())
    for person, row in enumerate(rows.tolist()):
        if row >= 0:
            yield Result(
                **same,
                table="brain_volume_people",
                what=each.people.subjects[person],
                group=each.people.group_of(person),
                when=each.visit[row] or f"day {each.day[row]}",
                statistic="change",
                value=float(each.value[row]),
                unit=each.measure.unit,
                warning="flagged: see the table of flagged scans" if row in caution else "",
                records=(each.records[row],),
            )


def _against_dose(
    frame: Frame, each: Measured, values: FloatArray, seed: int, same: dict[str, Any]
) -> Iterator[Result]:
    """Rank correlation and ordered trend with the dose, and the slope per doubling."""
    doses = each.people.doses(frame)
    table = {**same, "table": "brain_volume_by_dose", "what": f"{LAST}, {same['within']}"}
    yield from dose_trends(frame, values, doses, seed=seed, **{k: v for k, v in table.items() if k != "within"})
    doubling = doses_in_doublings(doses)
    known = np.isfinite(values) & np.isfinite(doubling)
    place = {**table, "within": "least_squares"}
    statistic = "slope_per_doubling"
    if np.unique(doubling[known]).size < 2:
        yield Result(**place, statistic=statistic, warning=ONE_DOSE)
        return
    try:
        slope = fit_slope(doubling[known], values[known], certainty=frame.certainty)
    except ValueError as refusal:
        yield Result(**place, statistic=statistic, warning=f"not estimable: {refusal}")
        return
    yield Result(
        **place,
        statistic=statistic,
        value=slope.estimate,
        lower=slope.lower,
        upper=slope.upper,
        confidence=frame.certainty,
        unit=f"{each.measure.unit} per doubling of the dose",
        method="least_squares_slope",
    )
    yield Result(**place, statistic="p", value=slope.p, format="p_value", method="least_squares_slope")
