"""Trials in continuous time: accrual, intervals, windows, meetings, leaving; and what they cost in days."""

from __future__ import annotations

from firstdose.simulation.calendar.conditions import Calendar, CalendarError, Site, calendar_of
from firstdose.simulation.calendar.figures import TimedCharacteristics, TimeFigures, characteristics_in_time
from firstdose.simulation.calendar.trials import Clocks, outcomes_in_the_end, simulate_in_time

__all__ = [
    "Calendar",
    "CalendarError",
    "Clocks",
    "Site",
    "TimeFigures",
    "TimedCharacteristics",
    "calendar_of",
    "characteristics_in_time",
    "outcomes_in_the_end",
    "simulate_in_time",
]
