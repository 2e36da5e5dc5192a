"""Laboratory results whose CTCAE grade became another one because their value, unit or normal range was edited.

An edit of a unit or of a limit looks harmless and may turn a grade 1 into a grade 4. Where a grade depends on the
baseline, the baseline is taken to be normal, before and after: it is the edit that is judged, not the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.conduct.naming import field_labels
from firstdose.records import LabResult, TrialData, columns_of
from firstdose.records.frames import records_of
from firstdose.safety.grading import DependsOn, Graded, GradeOfValue, grade_for_each_term
from firstdose.safety.laboratory import Version
from firstdose.safety.laboratory_tests import analytes_of
from firstdose.safety.marks import LaboratoryValue

KEYS = ["subject", "number"]
RESTS_ON = ("test", "specimen", "category", "result", "unit", "range_low", "range_high")


@dataclass(frozen=True)
class GradeShift:
    """One result whose grade for a term is another one now: the grades possible before and after, none if it has none.

    ``changed`` names the fields whose edit made the difference.
    """

    subject: str
    number: int
    term: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    changed: tuple[str, ...]

    @property
    def words(self) -> str:
        before, after = (f"grade {' or '.join(map(str, each))}" if each else "no grade" for each in self._grades)
        fields = field_labels("lab_results", self.changed)
        return f"{self.subject}, laboratory result {self.number}: {self.term} was {before}, is {after} ({fields})"

    @property
    def _grades(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return self.before, self.after


def grade_shifts(before: TrialData, after: TrialData, version: Version = "5.0") -> tuple[GradeShift, ...]:
    """The results that are in both and whose grade differs, such as between what a committee saw and now."""
    old, new = before[LabResult], after[LabResult]
    edited = new.join(old, on=list(columns_of(LabResult)), how="anti", nulls_equal=True, maintain_order="left")
    known = old.join(edited.select(KEYS), on=KEYS, how="semi", maintain_order="left")
    earlier = {(each.subject, each.number): each for each in records_of(LabResult, known)}
    pairs = ((earlier.get((each.subject, each.number)), each) for each in records_of(LabResult, edited))
    return tuple(shift for was, is_now in pairs if was is not None for shift in _shifts(was, is_now, version))


def grades_of(result: LabResult, version: Version) -> dict[str, tuple[int, ...]]:
    """The grades that are possible of a result, for each term of what it measures; none where it cannot be graded."""
    measured = analytes_of(result.test, version, specimen=result.specimen, category=result.category)
    if result.result is None:
        return {}
    value = LaboratoryValue(result.result, result.unit or "", result.range_low, result.range_high, is_baseline=True)
    found: dict[str, GradeOfValue] = {}
    for analyte in measured.analytes:
        found |= grade_for_each_term(version, analyte, value)
    return {term: _possible(grade) for term, grade in found.items()}


def _possible(grade: GradeOfValue) -> tuple[int, ...]:
    if isinstance(grade, Graded):
        return (grade.grade,)
    return grade.grades if isinstance(grade, DependsOn) else ()


def _shifts(was: LabResult, is_now: LabResult, version: Version) -> Iterator[GradeShift]:
    """The grades that two states of a result give, where they differ."""
    before, after = grades_of(was, version), grades_of(is_now, version)
    changed = tuple(field for field in RESTS_ON if getattr(was, field) != getattr(is_now, field))
    for term in dict.fromkeys([*before, *after]):
        if before.get(term, ()) != after.get(term, ()):
            yield GradeShift(is_now.subject, is_now.number, term, before.get(term, ()), after.get(term, ()), changed)
