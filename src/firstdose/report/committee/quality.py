"""How good the data of a dose decision are: what is open, unknown or missing, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from firstdose.dosing import ParticipantCourse, TrialHistory
from firstdose.dosing.last_seen import FOLLOW_UP
from firstdose.dosing.pending import last_day
from firstdose.records import Cohort, Subject
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import AnalysisNote, EventAnalysis
from firstdose.report.committee.narratives import shortened
from firstdose.report.documents.wording import counted, listed
from firstdose.safety.evaluability import Status

MOST_NAMED = 6
MOST_NOTES = 3
MISSING = {
    "grade": "grade or severity",
    "is_serious": "seriousness",
    "first_day": "day of onset",
    "related_to_product": "relation to the product",
}


def quality_facts(
    data: AnalysisData, history: TrialHistory, courses: Sequence[ParticipantCourse], notices: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """What a reader must know of the data before the figures are believed."""
    pending = [course for course in courses if course.status is Status.PENDING]
    by_calendar = [course for course in courses if course.by_calendar]
    waiting = [
        f"{course.subject} {event.name} (event {event.number})"
        for course in courses
        for event in course.events
        if event.is_dlt is None
    ]
    yield "Windows not settled", _people(pending, _why_pending) if pending else "none"
    if by_calendar:
        yield "Over by the calendar alone", _people(by_calendar, lambda course: course.by_calendar)
    elif any(course.is_dosed for course in courses) and not any(data.trial_data[kind].height for kind in FOLLOW_UP):
        yield "Over by the calendar alone", "every window that is over: no visit, assessment or result is recorded"
    yield "Events awaiting adjudication", _named(waiting) if waiting else "none"
    yield "Missing in adverse events", _missing(data[EventAnalysis])
    problems = [notice for notice in notices if "problems.csv" in notice]
    yield "Problems in the records", " ".join(problems) or "none found by the checks"
    yield "Assumptions noted", _notes(data[AnalysisNote])
    unconfirmed = _unconfirmed(data, courses)
    if unconfirmed:
        yield "Eligibility not confirmed", f"of those dosed, {_named(unconfirmed)}"
    over = [f"{cohort}, {dosed} dosed in place of {planned}" for cohort, dosed, planned in _too_many(data, courses)]
    if over:
        yield "More dosed than planned", "; ".join(over)
    if history.missing:
        yield "Not placed in the history", "; ".join(history.missing[:MOST_NAMED])


def _people(pending: Sequence[ParticipantCourse], why: Callable[[ParticipantCourse], str]) -> str:
    """Who, and why."""
    return _named([f"{course.subject} ({why(course)})" for course in pending])


def _named(names: Sequence[str]) -> str:
    """How many, and the first of them by name."""
    more = len(names) - MOST_NAMED
    return f"{len(names)}: {listed(names[:MOST_NAMED])}" + (f" and {counted(more, 'other')}" if more > 0 else "")


def _why_pending(course: ParticipantCourse) -> str:
    """Why it is not settled; an open window with its last day."""
    reasons = "; ".join(course.evaluability.reasons) or "not known why"
    return f"{reasons}, until {last_day(course)}" if reasons.endswith("the window is open") else reasons


def _notes(notes: pl.DataFrame) -> str:
    """What was assumed in deriving the figures: the first ones in full, of the rest how many about what."""
    if not notes.height:
        return "none"
    told = [
        f"{each['kind'].replace('_', ' ')} {each['record']}: {each['note']}".replace(" :", ":")
        for each in notes.head(MOST_NOTES).iter_rows(named=True)
    ]
    rest = notes.slice(MOST_NOTES)["what"].value_counts(sort=True)
    counts = [f"{each['what']} ({each['count']})" for each in rest.iter_rows(named=True)]
    more = f"; and {notes.height - MOST_NOTES:,} more about {listed(counts[:MOST_NAMED])}" if counts else ""
    return f"{notes.height:,}: {'; '.join(shortened(each) for each in told)}{more}"


def _unconfirmed(data: AnalysisData, courses: Sequence[ParticipantCourse]) -> list[str]:
    """Who was dosed though no confirmation of eligibility is recorded; nobody where none is recorded at all."""
    subjects = {each.subject: each for each in data.trial_data.records(Subject)}
    if not any(each.eligibility_confirmed for each in subjects.values()):
        return []
    dosed = [course.subject for course in courses if course.is_dosed]
    return [each for each in dosed if each in subjects and subjects[each].eligibility_confirmed is None]


def _too_many(data: AnalysisData, courses: Sequence[ParticipantCourse]) -> Iterator[tuple[str, int, int]]:
    """Cohorts in which more count or may still count than they have places: name, people, places."""
    for cohort in data.trial_data.records(Cohort):
        inside = [course for course in courses if course.is_dosed and course.cohort == cohort.cohort]
        taken = [course for course in inside if course.status is not Status.NOT_EVALUABLE]
        if cohort.size is not None and len(taken) > cohort.size:
            yield f"cohort {cohort.cohort}", len(taken), cohort.size


def _missing(events: pl.DataFrame) -> str:
    """How many of the counted events lack what."""
    counts = events.filter("counts")
    found = []
    for name, words in MISSING.items():
        unknown = counts[name].is_null() & (counts["severity"].is_null() if name == "grade" else True)
        number = int(unknown.sum())
        if number:
            found.append(f"{words} of {number}")
    return f"{listed(found)} (of {counts.height} counted)" if found else f"nothing (of {counts.height} counted)"
