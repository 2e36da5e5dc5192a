"""Recorded dates as days of the trial, for what has no place in the derived data."""

from __future__ import annotations

from firstdose.analysis.deriving.treatment import days_of, treatments, zones_of_sites
from firstdose.analysis.deriving.trial_days import TrialDays
from firstdose.analysis.frame import Frame
from firstdose.analysis.recorded import recorded
from firstdose.records import Dosing
from firstdose.records.frames import records_of


def recorded_days(frame: Frame) -> TrialDays:
    """The days of everybody who was treated, counted as in deriving, from the dosings known by the day of the data."""
    data = frame.data.trial_data
    dosings = records_of(Dosing, recorded(frame, Dosing))
    given, _ = treatments(frame.protocol, dosings, data.as_of, zones_of_sites(data))
    return days_of(given, data.as_of)
