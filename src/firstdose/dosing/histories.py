"""The trial's history as its escalation rule reads it, with who stands behind each letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE, PENDING, Cohort, History
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.levels import by_level
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.safety.evaluability import Status


@dataclass(frozen=True)
class TreatedCohort:
    """Participants of one cohort who count at one level, in the order of dosing, with a letter each.

    ``followed`` has the share of the DLT window that is over for each ``?``, in order: see ``share_followed``.
    """

    cohort: str | None
    number: int
    level: int
    outcomes: str
    subjects: tuple[str, ...]
    followed: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class TrialHistory:
    """What the escalation rule is asked about, and what it is not.

    ``cohorts`` run parallel to ``history.cohorts``. ``apart`` are cohorts that the rule does not decide on: expansion,
    backfill, a control. ``missing`` says who was dosed and cannot be placed; while it is not empty the history is not
    complete. ``flags`` say what to beware of.
    """

    history: History
    cohorts: tuple[TreatedCohort, ...]
    apart: tuple[TreatedCohort, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]


def history_of(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> TrialHistory:
    """The cohorts dosed by a moment, in order: N no DLT, T DLT, ? not known yet, - not evaluable."""
    return trial_history(Courses(protocol, Records(trial_data, as_of)))


def trial_history(courses: Courses) -> TrialHistory:
    """The history that everyone's courses make."""
    in_rule: list[TreatedCohort] = []
    apart: list[TreatedCohort] = []
    for cohort in courses.cohorts:
        for treated in _parts(cohort, courses.in_cohort(cohort)):
            (in_rule if cohort.is_in_the_rule and treated.level else apart).append(treated)
    levels = len(courses.protocol.dose_levels.values)
    return TrialHistory(
        history=History(tuple(Cohort(each.level, each.outcomes, each.followed) for each in in_rule)),
        cohorts=tuple(in_rule),
        apart=tuple(apart),
        missing=tuple(_missing(courses.all, levels)),
        flags=tuple(_flags(courses, apart)),
    )


def letter_of(course: ParticipantCourse) -> str:
    """The letter of somebody who was dosed."""
    if course.status is Status.EVALUABLE:
        return DLT if course.has_dlt else NO_DLT
    return NOT_EVALUABLE if course.status is Status.NOT_EVALUABLE else PENDING


def share_followed(course: ParticipantCourse) -> float | None:
    """The share of an open DLT window that is over without a DLT.

    None where the window is over, where an event waits for its adjudication, and where the dose given is not that of
    the level assigned or not known: more follow-up alone cannot make such a participant one without a DLT.
    """
    share = course.follow_up.fraction
    if share is None or share >= 1 or course.has_dlt is not False:
        return None
    if course.dose_given is None or course.level_given != course.level_assigned:
        return None
    return share


def _parts(cohort: CohortInOrder, dosed: Sequence[ParticipantCourse]) -> Iterator[TreatedCohort]:
    """A cohort by the levels at which its participants count, its own level last, so that the rule decides from it."""
    if not dosed:
        return
    for level, people in by_level(_own_level(cohort, dosed), dosed, lambda course: course.level_counted):
        letters = "".join(map(letter_of, people))
        yield TreatedCohort(
            cohort.identifier,
            cohort.number,
            level,
            letters,
            tuple(course.subject for course in people),
            tuple(share_followed(course) for course in people if letter_of(course) == PENDING),
        )


def _own_level(cohort: CohortInOrder, dosed: Sequence[ParticipantCourse]) -> int | None:
    """The level of a cohort: as recorded, else that of the last who was dosed."""
    return cohort.level if cohort.level is not None else dosed[-1].level_assigned


def _missing(courses: Sequence[ParticipantCourse], levels: int) -> Iterator[str]:
    """Who was dosed and has no place in the history."""
    for course in courses:
        if course.is_dosed and course.level_counted is None:
            yield f"{course.subject}: the dose level is not recorded"
        elif course.is_dosed and not 0 <= (course.level_counted or 0) <= levels:
            yield f"{course.subject}: level {course.level_counted} is not one of the protocol's"
    undated = [course.subject for course in courses if course.given is not None and course.given.start.first is None]
    if undated:
        yield f"{', '.join(undated)}: the day of the procedure is not recorded, so its place in the order is not known"


def _flags(courses: Courses, apart: Sequence[TreatedCohort]) -> Iterator[str]:
    """What to beware of, the trial's first, then each participant's."""
    if not courses.records.cohorts and any(course.is_dosed for course in courses.all):
        yield "no cohorts are recorded: the dosings' own, in the order of the procedures, stand for them"
    for treated in apart:
        kind = courses.cohorts[treated.number - 1].record
        what = (kind.kind if kind and treated.level else None) or "control"
        yield f"{courses.cohorts[treated.number - 1].name} ({what}) is apart from the rule: {treated.outcomes}"
    for course in courses.all:
        for flag in course.flags:
            yield f"{course.subject}: {flag}"
        if (
            course.status is Status.PENDING
            and course.dose_given is not None
            and course.level_given != course.level_assigned
        ):
            yield f"{course.subject}: ? stands for a DLT or not evaluable, not for no DLT"
