"""What the committee needs to judge an event: dose and days, the grade over time, and what it is attributed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Ledger, StoredRecord
from firstdose.dosing import ParticipantCourse
from firstdose.dosing.courses import Courses
from firstdose.protocol import Protocol
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, relation_field
from firstdose.web.value_words import field_words, moment_words, value_words

EVENTS = "adverse_events"
NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Judged:
    """An event with the verdicts on it, the last one last, and what is seen to judge it, in words."""

    event: AdverseEvent
    stored: StoredRecord
    verdicts: tuple[DltAdjudication, ...]
    waits: bool
    """Whether the rule waits for the verdict: it is counted neither as a DLT nor as none before."""
    dose: str
    day: str
    grades: tuple[str, ...]
    relations: tuple[tuple[str, str], ...]


def waiting_for_verdict(courses: Courses) -> set[tuple[str, int]]:
    """The events that the rule waits for, by participant and number."""
    return {(course.subject, event.number) for course in courses.all for event in course.events if event.is_dlt is None}


def judged(
    ledger: Ledger,
    protocol: Protocol,
    event: AdverseEvent,
    verdicts: tuple[DltAdjudication, ...],
    course: ParticipantCourse | None,
    waits: bool,
) -> Judged:
    """An event with what is known around it."""
    return Judged(
        event,
        ledger.record(EVENTS, name_of(EVENTS, event.subject, event.number)),
        verdicts,
        waits,
        _dose(protocol, course),
        _day(event, course),
        tuple(_grades(ledger, event)),
        tuple(_relations(event)),
    )


def _dose(protocol: Protocol, course: ParticipantCourse | None) -> str:
    """The level and the day of dosing."""
    if course is None or course.given is None:
        return NOT_RECORDED
    level = course.level_counted or course.level_assigned
    dosing = course.given.dosings[0]
    when = dosing.procedure_start or dosing.product_start
    dose = f"level {level}: {protocol.dose_levels.dose_with_unit(level)}" if level else "level not known"
    return f"{dose}, {moment_words(str(when)) if when else 'day not recorded'}"


def _day(event: AdverseEvent, course: ParticipantCourse | None) -> str:
    """The day of the trial on which an event began, that of the dosing being day 0; where open, the days it may be."""
    dosing = course.given.dosings[0] if course and course.given else None
    when = (dosing.procedure_start or dosing.product_start) if dosing else None
    if when is None or event.start is None:
        return NOT_RECORDED
    given, began = when.date, event.start.date
    ends = (_days(given.latest, began.earliest), _days(given.earliest, began.latest))
    if None in ends:
        return "not known"
    return f"day {ends[0]}" if ends[0] == ends[1] else f"between day {ends[0]} and day {ends[1]}"


def _days(first: date | None, last: date | None) -> int | None:
    """The days between two dates that are known."""
    return (last - first).days if first and last else None


def _grades(ledger: Ledger, event: AdverseEvent) -> list[str]:
    """The grades that an event took on, in order."""
    stored = [
        each.fields
        for each in ledger.records_under("grade_changes", name_of(EVENTS, event.subject, event.number))
        if not each.is_removed
    ]
    return [
        f"grade {each.get('grade', '?')} from {moment_words(each['changed']) if each.get('changed') else 'no date'}"
        for each in sorted(stored, key=lambda each: each.get("change", "").zfill(9))
    ]


def _relations(event: AdverseEvent) -> list[tuple[str, str]]:
    """To what an event is related, question by question, in words."""
    fields = [relation_field(cause) for cause in CAUSES]
    return [
        (field_words(EVENTS, each), value_words(EVENTS, each, str(found)) if found else NOT_RECORDED)
        for each in fields
        for found in (getattr(event, each),)
    ]
