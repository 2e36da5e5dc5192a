"""The committee's decision that holds for a cohort now: the one that it is dosed by, or that overtook it."""

from __future__ import annotations

from firstdose.conduct.halts import NOBODY, has_places
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.decisions import Decisions
from firstdose.dosing.overtaken import Overtaken
from firstdose.dosing.question import Question
from firstdose.records import DoseDecision


def overtaken_cohorts(courses: Courses) -> dict[str, Overtaken]:
    """The cohorts in which somebody may still be dosed and that a later decision overtook, by their names."""
    found = {}
    for cohort in courses.cohorts:
        decision = _decisions(courses, cohort).overtaking if has_places(cohort, courses.records) else None
        if cohort.identifier is not None and decision is not None:
            found[cohort.identifier] = Overtaken.of(cohort, decision, courses.records)
    return found


def decision_for(courses: Courses, name: str | None) -> DoseDecision | None:
    """The decision that holds for whoever is to be dosed in a cohort; None where none was taken, or none is known."""
    cohort = next((each for each in courses.cohorts if each.record is not None and each.identifier == name), None)
    if cohort is None:
        return None
    decisions = _decisions(courses, cohort)
    overtaking = decisions.overtaking if has_places(cohort, courses.records) else None
    return overtaking or decisions.in_force


def _decisions(courses: Courses, cohort: CohortInOrder) -> Decisions:
    """The decisions that concern one cohort, whoever is to be dosed in it."""
    records = courses.records
    return Decisions(Question(courses.protocol, records, NOBODY, records.zone, cohort.identifier, courses), cohort)
