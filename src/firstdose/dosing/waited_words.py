"""What is still to be waited for in words: how long, since whose dosing and on which day, and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from firstdose.dosing.intervals import (
    BETWEEN_COHORTS,
    BETWEEN_PARTICIPANTS,
    DECISION,
    DLT_WINDOW,
    SENTINEL_INTERVAL,
    Wait,
)
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.question import Question
from firstdose.protocol.escalation import Escalation
from firstdose.records.date_words import day_words, instant_words
from firstdose.records.wording import counted

SINCE = {
    BETWEEN_PARTICIPANTS: "the dosing of",
    SENTINEL_INTERVAL: "the dosing of sentinel",
    BETWEEN_COHORTS: "the last dosing of the cohorts before, that of",
}
"""From whose dosing an interval of a rule counts."""


def waited_words(question: Question, wait: Wait, behind: Sequence[ParticipantCourse]) -> tuple[str, str]:
    """What a rule asks for that is not over yet, and the same of somebody who was dosed before it was.

    ``behind`` are the participants on whom the rule rests. The second is empty where there are no other words for it.
    """
    if wait.until is None:
        return wait.words, ""
    asked, departed = _asked(question, wait, wait.until, behind)
    return f"too early: {asked}; {_allowed(question, wait.until)}", f"before {departed}"


def _asked(question: Question, wait: Wait, until: int, behind: Sequence[ParticipantCourse]) -> tuple[str, str]:
    """What must have come to pass, and how it is said that it had not."""
    days = _interval(question.protocol.escalation, wait.rule)
    if days is not None:
        last = until - days
        names = _names([course for course in behind if course.day == last])
        since = f"{SINCE[wait.rule]} {names} on {day_words(date.fromordinal(last))}"
        return f"{counted(days, 'day')} must pass since {since}", f"{counted(days, 'day')} had passed since {since}"
    if wait.rule == DLT_WINDOW:
        windows = f"the DLT windows of the cohorts before ({_names(behind)})"
        return f"{windows} must be complete", f"{windows} were complete"
    if wait.rule == DECISION:
        day = day_words(date.fromordinal(until))
        return f"the decision to dose the cohort is of {day}", f"the day of the decision to dose the cohort, {day}"
    return wait.words, wait.words


def _allowed(question: Question, until: int) -> str:
    """From when a rule no longer holds anybody back, at the participant's site."""
    begins = question.day_begins(until)
    if question.zone_known is None or begins is None:
        day = day_words(date.fromordinal(until))
        return f"allowed once it is {day} everywhere, as the time zone of the site is not known"
    return f"allowed from {instant_words(begins, question.zone_known)}"


def _interval(escalation: Escalation, rule: str) -> int | None:
    """The days of a rule that asks for time since a dosing."""
    sentinel = escalation.sentinel
    return {
        BETWEEN_PARTICIPANTS: escalation.interval_between_participants_days,
        BETWEEN_COHORTS: escalation.interval_between_cohorts_days,
        SENTINEL_INTERVAL: sentinel.interval_days if sentinel else None,
    }.get(rule)


def _names(courses: Sequence[ParticipantCourse]) -> str:
    """Who it is."""
    names = [course.subject for course in courses]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "the last participant"
