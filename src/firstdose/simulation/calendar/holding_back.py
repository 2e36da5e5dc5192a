"""What holds back the next dosing of a trial in time beside open windows: intervals, sentinels, meetings.

On whole days it is what ``dosing.earliest_dosing`` answers for one trial, here for many at once.
"""

from __future__ import annotations

import numpy as np

from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.people import Rows
from firstdose.simulation.calendar.sentinels import Sentinels

ROUNDING = 1e-9


def next_meeting(calendar: Calendar, day: Floats) -> Floats:
    """The day of the committee's first meeting from a day on."""
    every = calendar.meeting_interval_days
    return np.asarray(np.ceil(day / every - ROUNDING) * every if every else day)


def first_day_within_cohort(
    calendar: Calendar, sentinels: Sentinels, rows: Rows, day: Floats, last_dosed: Floats
) -> Floats:
    """The first day on which a further participant of the cohort may be dosed, as known on a day.

    ``last_dosed`` is the day of the trial's last dosing, infinitely long ago where there was none.
    """
    bound = np.maximum(last_dosed + calendar.between_participants_days, sentinels.others_from(rows, day))
    if calendar.sentinel_dlt == "committee_review":
        toxic = sentinels.toxic_on[rows]
        seen = np.flatnonzero(toxic <= np.maximum(bound, day))
        reviewed = next_meeting(calendar, toxic[seen] + (1.0 if calendar.whole_days else 0.0))
        bound[seen] = np.maximum(bound[seen], reviewed + calendar.decision_lag_days)
    return bound
