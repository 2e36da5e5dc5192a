"""Safety rules shared by the live trial and the analysis: DLTs, emergence, periods, grading, stopping boundaries."""

from __future__ import annotations

from firstdose.safety.dlt import Adjudication
from firstdose.safety.emergence import Emergence, EventCourse, GradeStep, treatment_emergence
from firstdose.safety.evaluability import Evaluability, Status, Treated, evaluability
from firstdose.safety.grading import DependsOn, Graded, NotGraded, grade, grade_for_each_term
from firstdose.safety.laboratory import LaboratoryTerm, laboratory_criteria
from firstdose.safety.laboratory_tests import Measured, analytes_of
from firstdose.safety.marks import LaboratoryValue
from firstdose.safety.moments import MISSING, Moment
from firstdose.safety.periods import Immunosuppression, Period, period_of
from firstdose.safety.stopping import (
    SequentialBoundary,
    StoppingBoundary,
    bayesian_boundary,
    boundary_behaviour,
    sequential_boundary,
)

__all__ = [
    "MISSING",
    "Adjudication",
    "DependsOn",
    "Emergence",
    "Evaluability",
    "EventCourse",
    "GradeStep",
    "Graded",
    "Immunosuppression",
    "LaboratoryTerm",
    "LaboratoryValue",
    "Measured",
    "Moment",
    "NotGraded",
    "Period",
    "SequentialBoundary",
    "Status",
    "StoppingBoundary",
    "Treated",
    "analytes_of",
    "bayesian_boundary",
    "boundary_behaviour",
    "evaluability",
    "grade",
    "grade_for_each_term",
    "laboratory_criteria",
    "period_of",
    "sequential_boundary",
    "treatment_emergence",
]
