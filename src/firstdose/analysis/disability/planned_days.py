"""On which planned day each score counts where time goes from one scheduled visit to the next."""

from __future__ import annotations

import numpy as np

from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import IntArray, Measured


def planned_days(frame: Frame, measured: Measured) -> IntArray:
    """The planned day of each score's visit, one entry a score.

    A score of no scheduled visit has the planned day of the next one at which the measure is taken: the first that is
    not before the score's own day and after those of the person's scheduled visits so far. Where there is none (later
    than the schedule goes, or no schedule) it keeps its own day.
    """
    planned, ahead = _schedule(frame, measured.name)
    days = measured.day.copy()
    person, reached = -1, 0
    for row, visit in enumerate(measured.visit):
        if measured.person[row] != person:
            person, reached = int(measured.person[row]), int(np.iinfo(np.int64).min)
        if visit in planned:
            days[row] = reached = max(reached, planned[visit])
        else:
            days[row] = next((day for day in ahead if day >= measured.day[row] and day > reached), measured.day[row])
    return days


def _schedule(frame: Frame, measure: str) -> tuple[dict[str | None, int], list[int]]:
    """The planned day of every visit, and in their order those at which the measure is taken."""
    schedule = frame.protocol.schedule
    if schedule is None:
        return {}, []
    visits = schedule.every_visit
    taking = {each.id for each in schedule.activities if each.measure == measure}
    return {each.id: each.day for each in visits}, sorted(each.day for each in visits if taking & set(each.activities))
