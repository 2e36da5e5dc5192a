"""The list of everything that can be recorded; its names are the names of files and frames."""

from __future__ import annotations

from typing import Any

from firstdose.records.dosing import Batch, BatchTest, Cohort, DoseDecision, Dosing, Slot
from firstdose.records.events import AdverseEvent, DltAdjudication, GradeChange, Relapse
from firstdose.records.examinations import Assessment, Image, LabResult, Sample, Visit, VitalSign
from firstdose.records.subjects import (
    CriterionAnswer,
    Death,
    Deviation,
    DiseaseHistory,
    Disposition,
    MedicalHistory,
    Subject,
)
from firstdose.records.treatments import Medication, Supplement

RECORDS: dict[str, type[Any]] = {
    "subjects": Subject,
    "criterion_answers": CriterionAnswer,
    "disease_histories": DiseaseHistory,
    "medical_histories": MedicalHistory,
    "cohorts": Cohort,
    "slots": Slot,
    "batches": Batch,
    "batch_tests": BatchTest,
    "dosings": Dosing,
    "dose_decisions": DoseDecision,
    "visits": Visit,
    "adverse_events": AdverseEvent,
    "grade_changes": GradeChange,
    "dlt_adjudications": DltAdjudication,
    "medications": Medication,
    "lab_results": LabResult,
    "vital_signs": VitalSign,
    "assessments": Assessment,
    "images": Image,
    "samples": Sample,
    "relapses": Relapse,
    "deviations": Deviation,
    "dispositions": Disposition,
    "deaths": Death,
    "supplements": Supplement,
}

NAMES: dict[type[Any], str] = {record_type: name for name, record_type in RECORDS.items()}
