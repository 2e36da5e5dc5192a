"""Reasons that lie with time: intervals between dosings, sentinels, and what is still open in the cohorts before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firstdose.dosing.cohort_checks import counting_sentinels
from firstdose.dosing.decisions import Decisions
from firstdose.dosing.intervals import (
    BETWEEN_PARTICIPANTS,
    DECISION,
    DLT_WINDOW,
    SENTINEL_DLT,
    SENTINEL_INTERVAL,
    Dosed,
    Earliest,
    earliest_dosing,
    waits_for_windows,
)
from firstdose.dosing.known import day_number, record_name
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.question import Question, Reason
from firstdose.dosing.waited_words import waited_words
from firstdose.safety.evaluability import Status

DLT_RULE = "escalation.dlt"
START = "dosings.procedure_start"


def earliest(question: Question, decisions: Decisions) -> Earliest:
    """The first day on which the person may be dosed, as far as the others' days of dosing decide on it."""
    backfilled = _backfilled_cohorts(question)
    sentinels = {course.subject for course in counting_sentinels(question, decisions.cohort)}
    dosed = [
        Dosed(
            cohort=course.cohort_number,
            day=course.day,
            is_sentinel=course.subject in sentinels,
            has_dlt=course.has_dlt,
            window_closed_early=not _is_window_open(question, course),
            window_days=_own_window(question, course),
            is_backfilled=course.cohort_number in backfilled,
        )
        for course in _others(question)
        if course.day is not None and course.cohort_number is not None
    ]
    decided = _decided_day(question, decisions)
    cohort = decisions.cohort
    return earliest_dosing(
        question.protocol.escalation,
        dosed,
        cohort=cohort.number,
        decided_day=decided,
        is_backfilled=cohort.number in backfilled,
    )


def _backfilled_cohorts(question: Question) -> set[int]:
    """The numbers of the cohorts that are backfilled."""
    return {each.number for each in question.courses.cohorts if each.is_backfilled(question.protocol)}


def timing_reasons(question: Question, decisions: Decisions, found: Earliest) -> Iterator[Reason]:
    """What is still to be waited for."""
    for wait in found.waits:
        is_over = wait.until is not None and wait.until <= question.today
        if not is_over and (wait.rule, wait.until) != (DECISION, None):  # said with the decisions
            behind = list(_behind(question, decisions, wait.rule))
            words, departed = waited_words(question, wait, behind)
            yield Reason(wait.rule, words, question.day_begins(wait.until), _dosings(behind), departed)
    undated = [course for course in _others(question) if course.day is None]
    if undated:
        names = ", ".join(course.subject for course in undated)
        words = f"the day of the procedure of {names} is not recorded, so no interval from it can be counted"
        yield Reason(START, words, None, _dosings(undated))
    yield from _open_sentinels(question, decisions)
    is_said = any(wait.rule == DLT_WINDOW and (wait.until or 0) > question.today for wait in found.waits)
    for course in _before(question, decisions):
        yield from _still_open(question, course, is_said)


def _others(question: Question) -> list[ParticipantCourse]:
    """Everyone else who was dosed, in order."""
    return [course for course in question.courses.all if course.is_dosed and course.subject != question.subject]


def _before(question: Question, decisions: Decisions) -> list[ParticipantCourse]:
    """Those dosed in the cohorts before whose windows are waited for: the escalation's, for none who is backfilled."""
    backfilled, number = _backfilled_cohorts(question), decisions.cohort.number
    if number in backfilled:
        return []
    before = [course for course in _others(question) if (course.cohort_number or 0) < number]
    return [course for course in before if course.cohort_number not in backfilled]


def _in_cohort(question: Question, decisions: Decisions) -> list[ParticipantCourse]:
    return [course for course in _others(question) if course.cohort_number == decisions.cohort.number]


def _is_window_open(question: Question, course: ParticipantCourse) -> bool:
    """Whether days of the window are waited for: not once somebody left, or once the outcome is known."""
    has_left = any(ending.is_end and ending.when.by(question.as_of) for ending in course.endings)
    return course.status is Status.PENDING and not has_left


def _own_window(question: Question, course: ParticipantCourse) -> int | None:
    """The DLT window of the version of the protocol that somebody follows."""
    definition = question.courses.protocol_of(course.subject).escalation.dlt
    return definition.window_days if definition else None


def _decided_day(question: Question, decisions: Decisions) -> int | None:
    """The day of the decision in force; after a sentinel's DLT the day after it, if the decision knew of it."""
    decision = decisions.in_force
    decided = question.span(decision.decided).last if decision else None
    if decision is None or decided is None:
        return None
    opened = question.span(decisions.cohort.record.opened).last if decisions.cohort.record else None
    moments = [decided] if decision is not decisions.opening or opened is None else [decided, opened]
    day = max(day_number(moment, question.zone) for moment in moments)
    toxic = [course for course in _in_cohort(question, decisions) if course.is_sentinel and course.has_dlt]
    if not toxic:
        return day
    then, last = decisions.seen(decision), max(course.day or day for course in toxic)
    known = [then.of(course.subject) for course in toxic] if then else [None]
    is_known = all(course is not None and course.has_dlt for course in known)
    return max(day, last + 1) if is_known else min(day, last)


def _behind(question: Question, decisions: Decisions, rule: str) -> Iterable[ParticipantCourse]:
    """The participants on whom a rule rests."""
    others, before = _others(question), _before(question, decisions)
    if rule == BETWEEN_PARTICIPANTS:
        last = max((course.day or 0 for course in others), default=0)
        return [course for course in others if course.day == last]
    if rule in (SENTINEL_INTERVAL, SENTINEL_DLT):
        return [course for course in _in_cohort(question, decisions) if course.is_sentinel]
    if rule == DLT_WINDOW:
        return [course for course in before if _is_window_open(question, course)]
    return before


def _open_sentinels(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """Whether a sentinel had a DLT is known, where the others wait for it."""
    sentinel = question.protocol.escalation.sentinel
    if sentinel is None or sentinel.on_dlt == "continue" or decisions.cohort.is_backfilled(question.protocol):
        return
    for course in _in_cohort(question, decisions):
        if course.is_sentinel and course.has_dlt is None:
            words = "; ".join(event.words for event in course.events if event.is_dlt is None)
            records = tuple(record for event in course.events for record in event.records)
            yield Reason(SENTINEL_DLT, f"sentinel {course.subject}: {words}", None, records)


def _still_open(question: Question, course: ParticipantCourse, window_is_said: bool) -> Iterator[Reason]:
    """What is open of one participant of the cohorts before."""
    if course.status is not Status.PENDING:
        return
    end = course.follow_up.window_end
    is_window_open = end is not None and end > question.as_of and _is_window_open(question, course)
    if is_window_open and not window_is_said and waits_for_windows(question.protocol.escalation):
        yield Reason(DLT_WINDOW, f"the DLT window of {course.subject} is open where they live", end, _dosings([course]))
    waiting = [event for event in course.events if event.is_dlt is None]
    for event in waiting:
        yield Reason(DLT_RULE, f"{course.subject}: {event.words}", None, event.records)
    if not is_window_open and not waiting:
        words = f"{course.subject} is pending: {'; '.join(course.evaluability.reasons)}"
        yield Reason(DLT_RULE, words, None, _dosings([course]))


def _dosings(courses: Iterable[ParticipantCourse]) -> tuple[str, ...]:
    """The records of dosings."""
    return tuple(record_name(dosing) for course in courses if course.given for dosing in course.given.dosings)
