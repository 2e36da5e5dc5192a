"""The people of the trial: their sets, the level that they count at, and how long they were followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from firstdose.analysis.deriving.ages import Years, age_at, years_since
from firstdose.analysis.deriving.background import NONE_TAKEN, Background, background
from firstdose.analysis.deriving.courses import EVALUABLE, Level, evaluability_words, level_by_arm, level_by_course
from firstdose.analysis.deriving.enrolment import Enrolment, enrolment, kinds_of_criteria
from firstdose.analysis.deriving.follow_up import doubtful_ends, has_failed_screening, last_known_days, leaving
from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.treatment import Treatment
from firstdose.analysis.deriving.trial_days import UNKNOWN, Days, TrialDays, days_from
from firstdose.dosing import ParticipantCourse
from firstdose.protocol.plan import Protocol
from firstdose.records import (
    CriterionAnswer,
    Death,
    Deviation,
    DiseaseHistory,
    Disposition,
    Medication,
    Subject,
    TrialData,
)
from firstdose.records.derived import AnalysisNote, SubjectAnalysis
from firstdose.records.frames import in_frame

MAJOR = ("major", "critical")
Record = TypeVar("Record", bound=Any)


@dataclass(frozen=True, eq=False)
class People:
    """Everything that the people of a trial are derived from."""

    protocol: Protocol
    data: TrialData
    treatments: Mapping[str, Treatment]
    days: TrialDays
    courses: Mapping[str, ParticipantCourse]

    @cached_property
    def answers(self) -> Mapping[str, list[CriterionAnswer]]:
        return self._by_subject(CriterionAnswer)

    @cached_property
    def dispositions(self) -> Mapping[str, list[Disposition]]:
        return self._by_subject(Disposition)

    @cached_property
    def deaths(self) -> Mapping[str, list[Death]]:
        return self._by_subject(Death)

    @cached_property
    def histories(self) -> Mapping[str, list[DiseaseHistory]]:
        return self._by_subject(DiseaseHistory)

    @cached_property
    def with_major_deviation(self) -> frozenset[str]:
        return frozenset(each.subject for each in self.data.records(Deviation) if each.degree in MAJOR)

    @cached_property
    def last_known_days(self) -> Mapping[str, int]:
        return last_known_days(self.data, self.days)

    @cached_property
    def backgrounds(self) -> Mapping[str, Background]:
        """The background treatment of everybody who took any."""
        if not self.protocol.background_treatments:
            return {}
        taken = self._by_subject(Medication)
        found = {subject: background(several, self.protocol, self.days) for subject, several in taken.items()}
        return {subject: each for subject, each in found.items() if each.was_taken}

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        return kinds_of_criteria(self.protocol)

    def _by_subject(self, record_type: type[Record]) -> dict[str, list[Record]]:
        """The records of a kind of each person."""
        found: dict[str, list[Record]] = {}
        for each in self.data.records(record_type):
            found.setdefault(each.subject, []).append(each)
        return found


def derive_people(people: People) -> tuple[list[SubjectAnalysis], list[AnalysisNote]]:
    """Everybody who was asked to take part, in order of their identifiers, with notes on what was assumed."""
    rows, notes = [], []
    for subject in sorted(people.data.records(Subject), key=lambda each: each.subject):
        level = _level(people, subject)
        rows.append(_derived(people, subject, level))
        notes += list(_notes(people, subject, level))
    return rows, notes


def _level(people: People, subject: Subject) -> Level:
    """The level that a person counts at, by the dose given or, where there is no escalation, by the arm."""
    if people.protocol.escalation.has_rule:
        return level_by_course(people.protocol, people.courses.get(subject.subject))
    treatment = people.treatments.get(subject.subject)
    return level_by_arm(people.protocol, subject, treatment.dosings if treatment else ())


def _derived(people: People, subject: Subject, level: Level) -> SubjectAnalysis:
    """One person."""
    name = subject.subject
    treatment, course = people.treatments.get(name), people.courses.get(name)
    taken = people.backgrounds.get(name, NONE_TAKEN)
    left = leaving(people.dispositions.get(name, []), people.days)
    defines_dlts = people.protocol.escalation.dlt is not None
    return SubjectAnalysis(
        subject=name,
        centre=subject.centre,
        level=level.level if treatment else None,
        level_reason=level.reason if treatment else None,
        level_assigned=level.assigned,
        dose_assigned=level.dose_assigned,
        dose_given=level.dose_given if treatment else None,
        batch=treatment.batches if treatment else None,
        treatment_start=treatment.start if treatment else None,
        treatment_last_day=days_from(treatment.anchor.start, treatment.last).exact if treatment else None,
        is_enrolled=_enrolment(people, subject).is_enrolled,
        is_treated=treatment is not None,
        is_dlt_evaluable=EVALUABLE[course.status] if course and defines_dlts else None,
        is_per_protocol=treatment is not None and name not in people.with_major_deviation,
        evaluability=evaluability_words(course) if course and defines_dlts else None,
        has_dlt=course.has_dlt if course and defines_dlts else None,
        age_years=_age(subject),
        sex=subject.sex,
        disease_years=_disease_years(people, subject).years,
        background_taken=taken.was_taken,
        background_first_day=taken.first.exact,
        background_last_day=taken.last_day,
        background_withdrawal_days=taken.withdrawal_days,
        followed_to_day=_followed_to(people, name),
        left_day=left.day if left else None,
        left_because=left.because if left else None,
        death_day=_death(people, name).exact,
    )


def _followed_to(people: People, subject: str) -> int | None:
    """The last day on which anything is known; nobody is followed beyond their death, whatever is dated later."""
    known, death = people.last_known_days.get(subject), _death(people, subject).last
    return known if known is None or death is None else min(known, death)


def _enrolment(people: People, subject: Subject) -> Enrolment:
    """Whether a person is enrolled."""
    return enrolment(
        subject,
        people.answers.get(subject.subject, []),
        people.kinds,
        is_treated=subject.subject in people.treatments,
        failed_screening=has_failed_screening(people.dispositions.get(subject.subject, [])),
    )


def _age(subject: Subject) -> float | None:
    """As recorded, else from the date of birth."""
    consent = subject.consent.date if subject.consent else None
    return subject.age_years if subject.age_years is not None else age_at(subject.birth, consent)


def _disease_years(people: People, subject: Subject) -> Years:
    """Time from the first symptoms to consent, or to the start of treatment where consent is not dated."""
    treatment = people.treatments.get(subject.subject)
    entry = subject.consent or (treatment.start if treatment else None)
    onset = next((each.onset for each in people.histories.get(subject.subject, ())), None)
    return years_since(onset, entry.date if entry else None, people.protocol.conventions.person_year_days)


def _death(people: People, subject: str) -> Days:
    """The day of death."""
    death = next(iter(people.deaths.get(subject, ())), None)
    return UNKNOWN if death is None else people.days.days(subject, in_frame(death.died))


def _notes(people: People, subject: Subject, level: Level) -> Iterator[AnalysisNote]:
    """What was assumed of one person, and what could not be derived."""
    name = subject.subject
    treatment = people.treatments.get(name)
    for remark in _enrolment(people, subject).remarks:
        yield note(Subject, name, "is_enrolled", remark)
    if treatment and level.reason:
        yield note(Subject, name, "level", level.reason)
    if treatment and len({each.dose_given for each in treatment.dosings}) > 1:
        yield note(Subject, name, "dose_given", DIFFERENT_DOSES[people.protocol.escalation.has_rule])
    if subject.age_years is None and subject.birth is not None and _age(subject) is None:
        yield note(Subject, name, "age_years", "the dates of birth and consent leave the age open")
    if not _disease_years(people, subject).is_exact:
        yield note(Subject, name, "disease_years", "the onset is known only in part; counted from the middle of it")
    for record, what, remark in people.backgrounds.get(name, NONE_TAKEN).remarks:
        yield note(Medication, record, what, remark)
    for record, remark in doubtful_ends(people.dispositions.get(name, [])):
        yield note(Disposition, record, "left_because", remark)
    if treatment and name in people.deaths and _death(people, name).exact is None:
        yield note(Death, name, "death_day", "the day of death is not known; it is left out of what needs the day")


DIFFERENT_DOSES = {
    True: "several administrations with different doses; that of the first is given",
    False: "several administrations with different doses; the highest is given",
}
