"""The escalation as it went: cohorts with assigned and given doses and DLTs, and what was recommended and decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from firstdose.dosing import ParticipantCourse, TreatedCohort, TrialHistory
from firstdose.dosing.known import WHERE_DAYS_END_LAST
from firstdose.protocol.plan import Protocol
from firstdose.records import TrialData
from firstdose.records.date_words import day_words
from firstdose.report.documents.blocks import Block, Cell, Chapter, Heading, Paragraph, Row, Table, row
from firstdose.report.trial.decision_table import decision_table
from firstdose.report.trial.escalation_records import given_records, judged_records
from firstdose.report.trial.irregular_dosings import irregular_dosings

LETTERS = "Outcomes, one letter a person: N no DLT, T DLT, ? not settled yet, - not evaluable for DLTs."


def moment_of(trial_data: TrialData) -> datetime:
    """The first moment after the day of the data, at the site where it ends last; the last possible one without it."""
    if trial_data.as_of is None:
        return datetime(9998, 12, 31, tzinfo=UTC)
    return datetime.combine(trial_data.as_of + timedelta(days=1), time(), WHERE_DAYS_END_LAST)


def escalation_chapter(
    protocol: Protocol,
    trial_data: TrialData,
    history: TrialHistory,
    courses: tuple[ParticipantCourse, ...],
    pictures: tuple[Block, ...] = (),
) -> Chapter:
    """Cohort by cohort, person by person, decision by decision."""
    blocks: list[Block] = [
        Paragraph(
            "Who was dosed at which level, in order, and what the rule made of it. The outcomes are those that the "
            "rule was asked about; people decide, and a decision that departs from the recommendation is shown."
        ),
        *pictures,
        cohort_table(protocol, history, courses),
        decision_table(protocol, trial_data, history),
        people_table(courses, protocol.dose_levels.unit),
    ]
    irregular = (f"{term}: {told}" for term, told in irregular_dosings(trial_data, courses))
    remarks = (*irregular, *history.missing, *history.flags)
    if remarks:
        blocks.append(Heading("To beware of"))
        blocks += [Paragraph(f"{remark}.") for remark in remarks]
    return Chapter("escalation", "The escalation as it went", tuple(blocks))


def cohort_table(protocol: Protocol, history: TrialHistory, courses: tuple[ParticipantCourse, ...]) -> Table:
    """The cohorts in order, those apart from the rule last."""
    by_subject = {course.subject: course for course in courses}
    lines = [
        _cohort(protocol, each, [by_subject[subject] for subject in each.subjects if subject in by_subject])
        for each in (*history.cohorts, *history.apart)
    ]
    return Table(
        "Cohorts in order",
        ("cohort", "dose", "people", "outcomes", "DLTs of evaluable", "dosed"),
        tuple(lines),
        (LETTERS,),
        words=(0, 1, 2, 5),
    )


def _cohort(protocol: Protocol, cohort: TreatedCohort, courses: list[ParticipantCourse]) -> Row:
    number = f"{cohort.number}"
    given, judged = given_records(courses), judged_records(courses)
    dose = protocol.dose_levels.dose_with_unit(cohort.level) if cohort.level else protocol.dose_levels.label(0)
    dlts = f"{cohort.outcomes.count('T')} of {sum(map(cohort.outcomes.count, 'NT'))}"
    return row(
        Cell(number + (f" ({cohort.cohort})" if cohort.cohort not in (None, "", number) else ""), records=given),
        Cell(dose, records=given),
        Cell(", ".join(cohort.subjects), records=given),
        Cell(cohort.outcomes, records=judged),
        Cell(dlts, records=judged),
        Cell(_dates(courses), records=given),
    )


def _dates(courses: list[ParticipantCourse]) -> str:
    days = sorted(course.procedure_start.date() for course in courses if course.procedure_start)
    return " to ".join(day_words(day) for day in dict.fromkeys(days[:1] + days[-1:]))


def people_table(courses: tuple[ParticipantCourse, ...], unit: str, caption: str = "Everyone dosed, in order") -> Table:
    """Assigned and given dose of those dosed, in the unit of the dose levels, and whether each counts."""
    dosed = [course for course in courses if course.is_dosed]
    return Table(
        caption,
        ("person", "date", "assigned", "given", "batch", "counts at level", "for DLTs", "why"),
        tuple(map(_person, dosed)),
        (f"Doses in {unit}.",),
        words=(0, 1, 4, 6, 7),
    )


def _person(course: ParticipantCourse) -> Row:
    def dose(value: float | None) -> str:
        return "not recorded" if value is None else f"{value:.4g}"

    given, judged = given_records((course,)), judged_records((course,))
    return row(
        Cell(course.subject, records=given),
        Cell(day_words(course.procedure_start.date()) if course.procedure_start else "not recorded", records=given),
        Cell(dose(course.dose_assigned), records=given),
        Cell(dose(course.dose_given), records=given),
        Cell(course.batch or "not recorded", records=given),
        Cell("" if course.level_counted is None else str(course.level_counted), records=judged),
        Cell(course.status.value + (", DLT" if course.has_dlt else ""), records=judged),
        Cell("; ".join((*course.evaluability.reasons, *_replacement(course))), records=judged),
    )


def _replacement(course: ParticipantCourse) -> Iterator[str]:
    if course.replaces:
        yield f"replaces {course.replaces}"
    if course.replaced_by:
        yield f"replaced by {course.replaced_by}"
