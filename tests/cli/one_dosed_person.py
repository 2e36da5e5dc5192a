"""A folder of records of one person who was dosed and had one event, for the exports."""

from pathlib import Path

from firstdose.records import AdverseEvent, Cohort, Dosing, Subject, TrialData, read_partial_date_time, write_folder


def trial(folder: Path, term: str) -> Path:
    """The folder, once written; ``term`` is what the event is called."""
    person = Subject(subject="P1", centre="01", sex="female", country="Italy", age_years=50)
    dosing = Dosing(
        subject="P1", number=1, level_assigned=1, dose_assigned=5, dose_given=5, given="full",
        procedure_start=read_partial_date_time("2026-03-10T09:00"), zone="Europe/Rome",
    )  # fmt: skip
    event = AdverseEvent(subject="P1", number=1, term=term, start=read_partial_date_time("2026-03"))
    return write_folder(TrialData.of([person, dosing, event, Cohort(cohort="1", dose_level=1)]), folder)
