"""What halts dosing now, whoever is to be dosed: the reasons of the gate that are no one person's, told on every page.

The gate asks the same functions, so that no page can say less than the gate, nor it less than they.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.conduct.gating import Situation, halts_everywhere, halts_in_cohort, not_answered
from firstdose.dosing import Reason
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.gate import halts_of_cohort
from firstdose.dosing.question import Question
from firstdose.dosing.recorded import Records
from firstdose.records import Slot

NOBODY = ""
"""Who is asked about where it holds for whoever it is."""
TO_BE_DOSED = ("open", "reserved", "assigned")
"""The states of a slot in which somebody may still be dosed."""


@dataclass(frozen=True)
class Halt:
    """One reason why dosing is halted; ``cohort`` names the only one that it holds in, where others are open."""

    reason: Reason
    cohort: str | None = None

    @property
    def words(self) -> str:
        return f"{self.cohort}: {self.reason.words}" if self.cohort else self.reason.words


def halts(situation: Situation, courses: Courses) -> tuple[Halt, ...]:
    """Everything that halts dosing as of now; ``courses`` are of the same data and the same moment.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    records = courses.records
    cohorts = [each for each in courses.cohorts if has_places(each, records)]
    in_each = {each.name: tuple(_of_cohort(situation, courses, each)) for each in cohorts}
    if not cohorts:
        in_each[NOBODY] = tuple(halts_in_cohort(situation, _question(courses, None), None, ()))
    everybodys = [each for each in next(iter(in_each.values())) if all(each in found for found in in_each.values())]
    found = [Halt(each) for each in dict.fromkeys((*everybodys, *halts_everywhere(situation, records)))]
    for name, reasons in in_each.items():
        found += [Halt(each, name) for each in dict.fromkeys(reasons) if each not in everybodys]
    return tuple(found)


def _of_cohort(situation: Situation, courses: Courses, cohort: CohortInOrder) -> Iterator[Reason]:
    """What holds back whoever is to be dosed in one cohort."""
    question = _question(courses, cohort.identifier)
    said = halts_of_cohort(question, cohort)
    yield from not_answered(situation, courses.records, said)
    yield from halts_in_cohort(situation, question, cohort.identifier, said)


def _question(courses: Courses, cohort: str | None) -> Question:
    """Whether anybody may be dosed in a cohort."""
    return Question(courses.protocol, courses.records, NOBODY, courses.records.zone, cohort, courses)


def has_places(cohort: CohortInOrder, records: Records) -> bool:
    """Whether somebody may still be dosed in a cohort: it is recorded, may be open, and has a slot left."""
    if cohort.record is None or cohort.is_open(records) is False:
        return False
    slots = records.trial_data.records(Slot)
    return any(each.cohort == cohort.identifier and each.state in TO_BE_DOSED for each in slots)
