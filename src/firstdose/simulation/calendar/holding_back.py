"""What holds back the next dosing of a trial in time beside open windows: intervals, sentinels, meetings.

On whole days it is what ``dosing.earliest_dosing`` answers for one trial, here for many at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.people import People, Rows

ROUNDING = 1e-9


def next_meeting(calendar: Calendar, day: Floats) -> Floats:
    """The day of the committee's first meeting from a day on."""
    every = calendar.meeting_interval_days
    return np.asarray(np.ceil(day / every - ROUNDING) * every if every else day)


def sentinel_dlt(calendar: Calendar, people: People, rows: Rows, first: NDArray[np.int64]) -> Floats:
    """The day of the first DLT among the sentinels of the cohort that began at ``first``, infinite without one."""
    found = np.full(len(rows), np.inf)
    for place in range(calendar.sentinels):
        at = first + place
        there = np.flatnonzero(at < people.dosed)
        there = there[people.is_toxic[at[there], rows[there]]]
        found[there] = np.minimum(found[there], people.closes[at[there], rows[there]])
    return found


def first_day_within_cohort(
    calendar: Calendar, people: People, rows: Rows, first: NDArray[np.int64], last_dosed: Floats
) -> Floats:
    """The first day on which a further participant of the cohort that began at ``first`` may be dosed."""
    bound = np.zeros(len(rows))
    if people.dosed == 0 or not rows.size:
        return bound
    if calendar.between_participants_days:
        bound = last_dosed + calendar.between_participants_days
    if not calendar.sentinels:
        return bound
    after = np.flatnonzero(people.dosed - first >= calendar.sentinels)
    last_sentinel = people.dosed_on[first[after] + calendar.sentinels - 1, rows[after]]
    bound[after] = np.maximum(bound[after], last_sentinel + calendar.sentinel_interval_days)
    if calendar.sentinel_dlt == "committee_review":
        toxic = sentinel_dlt(calendar, people, rows[after], first[after])
        seen = np.isfinite(toxic) & (toxic <= np.maximum(bound[after], last_dosed[after]))
        reviewed = next_meeting(calendar, toxic[seen] + (1.0 if calendar.whole_days else 0.0))
        bound[after[seen]] = np.maximum(bound[after[seen]], reviewed + calendar.decision_lag_days)
    return bound
