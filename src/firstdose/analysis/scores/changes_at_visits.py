"""How far people were from their baseline at each visit: what the models and the trend tests of a measure look at."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray, IntArray, Measured
from firstdose.analysis.visit_summaries import UNSCHEDULED

LAST = "last score"


@dataclass(frozen=True, eq=False)
class Changes:
    """Change from baseline by person and visit, shape (P, V), nan where it is not known.

    On a geometric scale it is the difference of logarithms; of a measure whose score is a change already it is the
    score itself. ``unable`` says who could not do it then, but could at the baseline.
    """

    visits: tuple[str, ...]
    value: FloatArray
    unable: BoolArray

    def ranked(self, visit: int, worse_is: int) -> FloatArray:
        """The changes at one visit, where being unable is worse than any other."""
        value, unable = self.value[:, visit], self.unable[:, visit]
        largest = float(np.nanmax(np.abs(value), initial=0.0))
        return np.where(unable, worse_is * (largest + 1.0), value)


def changes_at(measured: Measured, visits: tuple[str, ...]) -> Changes:
    """The changes at these visits; of several scores of a person at one visit the last one counts."""
    rows = np.full((measured.people.count, len(visits)), -1)
    place = {visit: number for number, visit in enumerate(visits)}
    for row in np.flatnonzero(measured.is_later()).tolist():
        visit = place.get(measured.visit[row] or "")
        if visit is not None and (measured.unable[row] or np.isfinite(measured.value[row])):
            rows[measured.person[row], visit] = row
    return _changes(measured, visits, rows)


def last_changes(measured: Measured) -> Changes:
    """The change at the last score of each person, at whatever visit."""
    rows = np.full((measured.people.count, 1), -1)
    for row in np.flatnonzero(measured.is_later()).tolist():
        if measured.unable[row] or np.isfinite(measured.value[row]):
            rows[measured.person[row], 0] = row
    return _changes(measured, (LAST,), rows)


def _changes(measured: Measured, visits: tuple[str, ...], rows: IntArray) -> Changes:
    value = np.append(measured.value, np.nan)[rows]
    unable = np.append(measured.unable, False)[rows]
    if measured.has_baselines:
        value = on_scale(measured, value) - on_scale(measured, measured.baselines)[:, None]
        unable = unable & np.isfinite(measured.baselines)[:, None]
    return Changes(visits, value, unable)


def on_scale(measured: Measured, value: FloatArray) -> FloatArray:
    """Scores as they are compared: logarithms on a geometric scale, where a score must be above 0."""
    if measured.measure.scale == "arithmetic":
        return value
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value > 0, np.log(value), np.nan)


def key_visits(frame: Frame, measured: Measured) -> tuple[str, ...]:
    """The key visits of the measure's endpoint; without any, all scheduled visits at which it was scored later on.

    Visits of the long-term follow-up are key visits only where the protocol says so.
    """
    endpoint, schedule = frame.endpoint(measured.name), frame.protocol.schedule
    if endpoint and endpoint.visits:
        return endpoint.visits
    scored = measured.is_later() & (measured.unable | np.isfinite(measured.value))
    seen = {measured.visit[row] for row in np.flatnonzero(scored)}
    scheduled = {visit.id for visit in schedule.visits} if schedule else set()
    return tuple(
        visit for visit in planned_visits(frame, measured) if visit in seen and (not scheduled or visit in scheduled)
    )


def planned_visits(frame: Frame, measured: Measured) -> tuple[str, ...]:
    """Planned visits with any row of the measure, in the order of their planned or else their median days.

    Without a schedule those are all visits whose name does not say that they were not planned.
    """
    schedule = frame.protocol.schedule
    days: dict[str, float] = {visit.id: visit.day for visit in schedule.every_visit} if schedule else {}
    seen: dict[str, list[int]] = {}
    for visit, day in zip(measured.visit, measured.day.tolist(), strict=True):
        if visit is not None and (visit in days if days else not re.match(UNSCHEDULED, visit)):
            seen.setdefault(visit, []).append(day)
    places = {visit: days.get(visit, float(np.median(its))) for visit, its in seen.items()}
    return tuple(sorted(places, key=lambda visit: (places[visit], visit)))
