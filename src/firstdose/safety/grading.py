"""The CTCAE grade of a laboratory value: a number, "depends on" what the value does not show, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

from firstdose.protocol.expression import Answer, every
from firstdose.safety.laboratory import Clause, LaboratoryTerm, Version, laboratory_criteria
from firstdose.safety.marks import LaboratoryValue, clause_holds, needs_of, unit_problem


@dataclass(frozen=True)
class Graded:
    """The grade that the value alone gives; 0 where no criterion is met.

    Clinical criteria beside the number (hospitalisation, transfusion) may make a clinician grade higher.
    """

    grade: int
    remark: str | None = None


@dataclass(frozen=True)
class DependsOn:
    """The value fits several grades, or one only under a circumstance that it does not show."""

    grades: tuple[int, ...]
    on: str


@dataclass(frozen=True)
class NotGraded:
    """There is no grade, and this is why; what is known is the least that it can be."""

    reason: str
    at_least: int = 0


GradeOfValue = Graded | DependsOn | NotGraded


def grade(term: LaboratoryTerm, measured: LaboratoryValue) -> GradeOfValue:
    """The grade of a value for one term.

    Each range is met, not met or (where a limit or the baseline is not given) open. Of the ranges met the highest
    grade counts, as the criteria join alternatives by "or"; an open range that could give a higher one leaves the
    value without a grade.
    """
    problem = _unusable(term, measured)
    if problem is not None:
        return NotGraded(problem)
    if measured.is_baseline:
        measured = replace(measured, baseline=measured.value)
    answers = [(clause, clause_holds(clause, measured, term.analyte)) for clause in term.clauses]
    met = [clause for clause, answer in answers if answer is True]
    least = max((min(clause.grades, default=clause.at_least) for clause in met), default=0)
    undefined = next((clause for clause in met if clause.why is not None), None)
    if undefined is not None and least <= undefined.at_least:
        return NotGraded(undefined.why or "", undefined.at_least)
    missing = _what_is_missing(answers, least, measured)
    if missing:
        return NotGraded(f"{', '.join(missing)} not given", least)
    return _settled(met, least, measured)


def grade_for_each_term(version: Version, analyte: str, measured: LaboratoryValue) -> dict[str, GradeOfValue]:
    """The grade of a value for every term of its analyte: too low and too high are terms of their own."""
    return {term.term: grade(term, measured) for term in laboratory_criteria(version).for_analyte(analyte)}


def _unusable(term: LaboratoryTerm, measured: LaboratoryValue) -> str | None:
    """Why a value cannot be compared with this term's ranges, if it cannot."""
    if not isfinite(measured.value) or measured.value < 0:
        return f"{measured.value} is not a laboratory value"
    low, high = measured.lower_limit, measured.upper_limit
    if low is not None and high is not None and low > high:
        return f"the lower limit {low:g} is above the upper limit {high:g}"
    return unit_problem(term, measured.unit)


def _what_is_missing(answers: list[tuple[Clause, Answer]], least: int, measured: LaboratoryValue) -> tuple[str, ...]:
    """What would settle the ranges that are open and could give a higher grade."""
    open_clauses = [c for c, answer in answers if answer is None and max(c.grades, default=c.at_least + 1) > least]
    return tuple(dict.fromkeys(need for clause in open_clauses for need in needs_of(clause, measured)))


def _settled(met: list[Clause], least: int, measured: LaboratoryValue) -> GradeOfValue:
    """Every range that matters is decided."""
    grades = tuple(sorted({grade for clause in met for grade in clause.grades if grade >= least}))
    certain = max((max(clause.grades) for clause in met if clause.grades and not clause.depends_on), default=0)
    circumstance = next((clause.depends_on for clause in met if clause.depends_on), None)
    if circumstance is not None and max(grades) > certain:
        return DependsOn(grades, circumstance)
    within = every(
        [
            None if measured.lower_limit is None else measured.value >= measured.lower_limit,
            None if measured.upper_limit is None else measured.value <= measured.upper_limit,
        ]
    )
    remark = "the value lies within the laboratory's limits" if least and within else None
    return Graded(least, remark)
