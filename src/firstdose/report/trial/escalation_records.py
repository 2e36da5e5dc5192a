"""The records behind the escalation: those of a dose given, and those of what became of it, by their identities."""

from __future__ import annotations

from collections.abc import Iterable

from firstdose.dosing import ParticipantCourse


def given_records(courses: Iterable[ParticipantCourse]) -> tuple[str, ...]:
    """The dosings of people, such as `dosings:P01/1`."""
    given = (each.given for each in courses)
    return tuple(f"dosings:{one.subject}/{one.number}" for each in given if each for one in each.dosings)


def judged_records(courses: Iterable[ParticipantCourse]) -> tuple[str, ...]:
    """What says whether people had a DLT and count for DLTs: dosings, events, adjudications, ends of participation."""
    people = tuple(courses)
    named = [record for each in people for event in each.events for record in event.records]
    named += [ending.record for each in people for ending in each.endings]
    return (*given_records(people), *dict.fromkeys(record.replace(" ", ":", 1) for record in named))
