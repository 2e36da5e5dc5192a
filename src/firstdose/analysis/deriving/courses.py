"""Doses, levels and dose-limiting toxicities of everybody, as `dosing` has them at the end of the day of the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from firstdose.analysis.deriving.notes import note
from firstdose.dosing import ParticipantCourse, course_of
from firstdose.dosing.known import WHERE_DAYS_END_LAST
from firstdose.protocol.expression import Answer
from firstdose.protocol.plan import Protocol
from firstdose.records import Dosing, Subject, TrialData
from firstdose.records.derived import AnalysisNote
from firstdose.safety.evaluability import Status

EVALUABLE: Mapping[Status, Answer] = {
    Status.EVALUABLE: True,
    Status.NOT_EVALUABLE: False,
    Status.NOT_DOSED: False,
    Status.PENDING: None,
}


@dataclass(frozen=True)
class Level:
    """The level that a person counts at, how it was found where it is not the one assigned, and doses."""

    level: int | None = None
    reason: str | None = None
    assigned: int | None = None
    dose_assigned: float | None = None
    dose_given: float | None = None


def courses_at(
    protocol: Protocol,
    data: TrialData,
    day: date | None,
    zones: Iterable[tzinfo | None],
    moment: datetime | None = None,
) -> dict[str, ParticipantCourse]:
    """The course of everybody who was dosed or held a slot, by subject; without a dated record nobody's.

    The moment, where none is given, is the first after that day at the site where it ends last.
    """
    if day is None or not protocol.escalation.has_rule:
        return {}
    if moment is None:
        sites = [zone for zone in zones if zone is not None] or [WHERE_DAYS_END_LAST]
        moment = max(datetime.combine(day + timedelta(days=1), time(), zone) for zone in sites)
    return {course.subject: course for course in course_of(protocol, data, moment)}


def level_by_course(protocol: Protocol, course: ParticipantCourse | None) -> Level:
    """In an escalation: the level whose dose the dose given counts as; where there is none, the level assigned."""
    if course is None:
        return Level()
    assigned, given = course.level_assigned, course.level_given
    found = Level(None, None, assigned, course.dose_assigned, course.dose_given)
    if not course.is_dosed:
        return found
    if given is not None:
        is_as_assigned = given == assigned
        words = f"the dose given, {course.dose_given:g}, counts as that of level {given}"
        return replace(found, level=given, reason=None if is_as_assigned else words)
    if dose_of(protocol, assigned) is None:
        return replace(found, reason=f"the level assigned ({_or_nothing(assigned)}) is none of the protocol's")
    if assigned == 0 and not course.dose_given:
        return replace(found, level=0)
    dose = "is not known" if course.dose_given is None else f"({course.dose_given:g}) is that of no level"
    return replace(found, level=assigned, reason=f"the dose given {dose}; the level assigned")


def dose_of(protocol: Protocol, level: int | None) -> float | None:
    """The dose of a level of the protocol, 0 for the control; None where it is no level of it."""
    doses = protocol.dose_levels
    if level == 0 and doses.control is not None:
        return 0.0
    return doses.values[level - 1] if level is not None and 1 <= level <= len(doses.values) else None


def level_by_arm(protocol: Protocol, subject: Subject, dosings: Iterable[Dosing]) -> Level:
    """Without an escalation: the level whose name is that of the arm given, else of the arm planned.

    The dose given is the highest of the person's administrations in the unit of the levels.
    """
    levels, given_to = names_of_levels(protocol), list(dosings)
    planned, given = (levels.get(_plain(arm)) for arm in (subject.arm, subject.arm_given))
    assigned = planned if planned is not None else next((each.level_assigned for each in given_to), None)
    level, reason = (assigned if subject.arm_given is None else given), None
    if given_to and dose_of(protocol, level) is None:
        level, arm = None, subject.arm_given or subject.arm or "not recorded"
        reason = f"the arm ({arm}) is none of the protocol's"
    elif level != assigned:
        reason = f"the arm given, {subject.arm_given}; planned was {subject.arm or 'not recorded'}"
    unit = protocol.dose_levels.unit
    doses = [each.dose_given for each in given_to if _plain(each.dose_unit or unit) == _plain(unit)]
    highest = max((dose for dose in doses if dose is not None), default=None)
    return Level(level, reason, assigned, dose_of(protocol, assigned), highest)


def _or_nothing(level: int | None) -> str:
    return "not recorded" if level is None else str(level)


def names_of_levels(protocol: Protocol) -> dict[str, int]:
    """The levels by their names; the control is level 0."""
    doses = protocol.dose_levels
    names = {_plain(doses.label(level)): level for level in range(1, len(doses.values) + 1)}
    return names | ({_plain(doses.control): 0} if doses.control else {})


def event_dlts(
    courses: Mapping[str, ParticipantCourse], events: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Answer]:
    """Whether each event of the dosed is a DLT; None while it waits for adjudication."""
    answers = {(subject, each.number): each.is_dlt for subject, course in courses.items() for each in course.events}
    dosed = {subject for subject, course in courses.items() if course.is_dosed}
    return {key: answers.get(key, False) for key in events if key[0] in dosed}


def evaluability_words(course: ParticipantCourse) -> str:
    """Whether a person is evaluable, and why."""
    judged = course.evaluability
    return f"{judged.status.value}: {'; '.join(judged.reasons)}" if judged.reasons else judged.status.value


def flags_as_notes(courses: Mapping[str, ParticipantCourse]) -> list[AnalysisNote]:
    """What `dosing` assumed of a person's course."""
    return [note(Subject, subject, "course", flag) for subject, course in courses.items() for flag in course.flags]


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
