"""From derived data to the rows that the chapters count: each made by the chapter's own function."""

from __future__ import annotations

from firstdose.analysis.frame import Frame
from firstdose.analysis.tables.event_rows import event_rows
from firstdose.analysis.tables.exposure_rows import exposure_rows
from firstdose.analysis.tables.laboratory_rows import laboratory_rows
from firstdose.analysis.tables.metabolite_rows import metabolite_rows
from firstdose.analysis.tables.person_rows import period_rows, person_rows
from firstdose.analysis.tables.score_rows import score_rows
from firstdose.analysis.tables.time_rows import time_rows
from firstdose.analysis.tables.vital_sign_rows import vital_sign_rows
from firstdose.analysis.tables.worsening import worsening_sought
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.analysis_tables import (
    AnalysisTables,
    EventRow,
    ExposureRow,
    LabRow,
    MetaboliteRow,
    PeriodRow,
    PersonRow,
    ScoreRow,
    TimeRow,
    VitalSignRow,
)


def analysis_tables(protocol: Protocol, analysis_data: AnalysisData) -> AnalysisTables:
    """The rows of every kind, of everybody in the data. The same data give the same rows; nothing is drawn at random.

    Raises nothing on what the data hold, as `derive`.
    """
    frame = Frame(protocol, analysis_data, seed=0)
    people, sought = person_rows(frame), worsening_sought(frame)
    return AnalysisTables(
        analysis_data,
        {
            PersonRow: people,
            PeriodRow: period_rows(frame),
            EventRow: event_rows(frame, people),
            LabRow: laboratory_rows(frame),
            VitalSignRow: vital_sign_rows(frame),
            ScoreRow: score_rows(frame, sought),
            ExposureRow: exposure_rows(frame),
            TimeRow: time_rows(frame, sought),
            MetaboliteRow: metabolite_rows(frame),
        },
    )
