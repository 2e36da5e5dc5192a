"""Trials in continuous time: accrual, intervals, windows, meetings, leaving; and what they cost in days."""

from __future__ import annotations

from firstdose.simulation.calendar.conditions import Calendar, CalendarError, Manufacturing, Site, calendar_of
from firstdose.simulation.calendar.counting import WAYS_OF_COUNTING, under_each_counting
from firstdose.simulation.calendar.courses import Course, courses_by_duration
from firstdose.simulation.calendar.dose_figures import DoseFigures
from firstdose.simulation.calendar.figures import TimedCharacteristics, TimeFigures, characteristics_in_time
from firstdose.simulation.calendar.precision import Precision
from firstdose.simulation.calendar.reading import Conditions, read_conditions
from firstdose.simulation.calendar.trials import Clocks, outcomes_in_the_end, simulate_in_time

__all__ = [
    "WAYS_OF_COUNTING",
    "Calendar",
    "CalendarError",
    "Clocks",
    "Conditions",
    "Course",
    "DoseFigures",
    "Manufacturing",
    "Precision",
    "Site",
    "TimeFigures",
    "TimedCharacteristics",
    "calendar_of",
    "characteristics_in_time",
    "courses_by_duration",
    "outcomes_in_the_end",
    "read_conditions",
    "simulate_in_time",
    "under_each_counting",
]
