"""Recorded dates as days of the trial, for what has no place in the derived data."""

from __future__ import annotations

from firstdose.analysis.deriving.treatment import days_of, treatments, zones_of_sites
from firstdose.analysis.deriving.trial_days import TrialDays
from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.recorded import recorded
from firstdose.records import Dosing, Sample
from firstdose.records.frames import records_of


@once_a_frame
def recorded_days(frame: Frame) -> TrialDays:
    """The days of everybody who was treated, counted as in deriving, from the dosings known by the day of the data."""
    data = frame.data.trial_data
    dosings = records_of(Dosing, recorded(frame, Dosing))
    given, _ = treatments(frame.protocol, dosings, data.as_of, zones_of_sites(data))
    return days_of(given, data.as_of)


@once_a_frame
def days_of_samples(frame: Frame, prepared: Prepared) -> tuple[list[int | None], int]:
    """The day of each sample, and of how many only the planned day of the visit is known."""
    trial_days = recorded_days(frame)
    rows = recorded(frame, Sample).select("sample", "subject", "taken").iter_rows()
    taken = {sample: trial_days.days(subject, text).exact for sample, subject, text in rows if subject}
    days, planned = [], 0
    for sample, visit in zip(prepared.samples.tolist(), prepared.visits.tolist(), strict=True):
        day = taken.get(sample)
        if day is None:
            day = frame.visit_day(visit)
            planned += day is not None
        days.append(day)
    return days, planned
