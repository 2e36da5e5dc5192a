"""How good the data of a dose decision are: what is open, unknown or missing, in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from firstdose.dosing import ParticipantCourse, TrialHistory
from firstdose.dosing.last_seen import FOLLOW_UP
from firstdose.dosing.pending import last_day
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.date_words import day_words
from firstdose.records.derived import AnalysisNote, EventAnalysis
from firstdose.report.committee.narratives import shortened
from firstdose.report.documents.wording import counted, listed
from firstdose.report.trial.irregular_dosings import MOST_NAMED, irregular_dosings, named
from firstdose.safety.evaluability import Status

MOST_NOTES = 4
MEASURE = re.compile(r"(?<=assessment) of [a-z_]+")
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
    yield "Events awaiting adjudication", named(waiting) if waiting else "none"
    yield "Missing in adverse events", _missing(data[EventAnalysis])
    problems = [notice for notice in notices if "problems.csv" in notice]
    yield "Problems in the records", " ".join(problems) or "none found by the checks"
    yield "Assumptions noted", _notes(data[AnalysisNote])
    yield from irregular_dosings(data.trial_data, courses)
    if history.missing:
        yield "Not placed in the history", "; ".join(history.missing[:MOST_NAMED])


def rests_on_calendar(data: AnalysisData, courses: Sequence[ParticipantCourse]) -> bool:
    """Whether somebody counts as without DLT by the calendar alone; everybody, where nobody's follow-up is held."""
    if any(course.by_calendar for course in courses):
        return True
    without = any(course.status is Status.EVALUABLE and not course.has_dlt for course in courses)
    return without and not any(data.trial_data[kind].height for kind in FOLLOW_UP)


def _people(pending: Sequence[ParticipantCourse], why: Callable[[ParticipantCourse], str]) -> str:
    """Who, and why."""
    return named([f"{course.subject} ({why(course)})" for course in pending])


def _why_pending(course: ParticipantCourse) -> str:
    """Why it is not settled; an open window with its last day."""
    reasons = "; ".join(course.evaluability.reasons) or "not known why"
    until = last_day(course)
    if until is None or not reasons.endswith("the window is open"):
        return reasons
    return f"{reasons}, until {day_words(until)}"


def _notes(notes: pl.DataFrame) -> str:
    """What was assumed in deriving the figures: each assumption once, with how many records it is about."""
    if not notes.height:
        return "none"
    about: dict[tuple[str, str], list[str]] = {}
    for each in notes.iter_rows(named=True):
        note = MEASURE.sub("", each["note"])  # one assumption, whichever measure was assessed
        about.setdefault((each["kind"].replace("_", " "), note), []).append(each["record"])
    told = [
        f"{_records(kind, records)}: {shortened(note)}" for (kind, note), records in list(about.items())[:MOST_NOTES]
    ]
    left = sum(map(len, list(about.values())[MOST_NOTES:]))
    return f"{notes.height:,}: {'; '.join(told)}" + (f"; and {left:,} more on other grounds" if left else "")


def _records(kind: str, records: Sequence[str]) -> str:
    """Which records a note is about: the one, or how many and the first."""
    first = f"{kind} {records[0]}".strip()
    return first if len(records) == 1 else f"{first} and {counted(len(records) - 1, 'other')}"


def _missing(events: pl.DataFrame) -> str:
    """How many of the counted events lack what."""
    counts = events.filter("counts")
    found = []
    for name, what in MISSING.items():
        unknown = counts[name].is_null() & (counts["severity"].is_null() if name == "grade" else True)
        number = int(unknown.sum())
        if number:
            found.append(f"{what} of {number}")
    return f"{listed(found)} (of {counts.height} counted)" if found else f"nothing (of {counts.height} counted)"
