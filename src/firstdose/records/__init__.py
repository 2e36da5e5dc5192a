"""What happened: the one schema of everything recorded in a trial, its frames, its readers and its checks."""

from firstdose.records.attribution import CAUSES, Cause, Relation, relation_field
from firstdose.records.catalogue import NAMES, RECORDS
from firstdose.records.consistency import check_trial_data
from firstdose.records.dictionary import data_dictionary
from firstdose.records.dosing import Batch, BatchTest, Cohort, DoseDecision, Dosing, Slot
from firstdose.records.events import AdverseEvent, DltAdjudication, GradeChange, Relapse
from firstdose.records.examinations import Assessment, Image, LabResult, Sample, Visit, VitalSign
from firstdose.records.form_titles import FORM_TITLES
from firstdose.records.maybe import Maybe
from firstdose.records.occurred import occurred_by
from firstdose.records.partial_date_text import NotADate, read_partial_date, read_partial_date_time
from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.problems import Problem, Problems
from firstdose.records.question import Column, Question, beginning_of, columns_of, keys_of, occurrence_of
from firstdose.records.reading import Reading, read_folder
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
from firstdose.records.trial_data import TrialData, cut, uncertain_at
from firstdose.records.writing import write_folder

__all__ = [
    "CAUSES",
    "FORM_TITLES",
    "NAMES",
    "RECORDS",
    "AdverseEvent",
    "Assessment",
    "Batch",
    "BatchTest",
    "Cause",
    "Cohort",
    "Column",
    "CriterionAnswer",
    "Death",
    "Deviation",
    "DiseaseHistory",
    "Disposition",
    "DltAdjudication",
    "DoseDecision",
    "Dosing",
    "GradeChange",
    "Image",
    "LabResult",
    "Maybe",
    "MedicalHistory",
    "Medication",
    "NotADate",
    "PartialDate",
    "PartialDateTime",
    "Problem",
    "Problems",
    "Question",
    "Reading",
    "Relapse",
    "Relation",
    "Sample",
    "Slot",
    "Subject",
    "Supplement",
    "TrialData",
    "Visit",
    "VitalSign",
    "beginning_of",
    "check_trial_data",
    "columns_of",
    "cut",
    "data_dictionary",
    "keys_of",
    "occurred_by",
    "occurrence_of",
    "read_folder",
    "read_partial_date",
    "read_partial_date_time",
    "relation_field",
    "uncertain_at",
    "write_folder",
]
