"""How good the data of a dose decision are: what is open, unknown or missing, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from firstdose.dosing import ParticipantCourse, TrialHistory
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import AnalysisNote, EventAnalysis
from firstdose.report.documents.wording import counted, listed
from firstdose.safety.evaluability import Status

MOST_NAMED = 6
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
    waiting = [event for course in courses for event in course.events if event.is_dlt is None]
    yield "Windows not settled", _people(pending) if pending else "none"
    yield "Events awaiting adjudication", str(len(waiting)) if waiting else "none"
    yield "Missing in adverse events", _missing(data[EventAnalysis])
    problems = [notice for notice in notices if "problems.csv" in notice]
    yield "Problems in the records", " ".join(problems) or "none found by the checks"
    notes = data[AnalysisNote].height
    yield "Assumptions noted", f"{notes:,} in deriving these figures from the records" if notes else "none"
    if history.missing:
        yield "Not placed in the history", "; ".join(history.missing[:MOST_NAMED])


def _people(pending: Sequence[ParticipantCourse]) -> str:
    """Who, and why it is not settled."""
    told = [
        f"{course.subject} ({'; '.join(course.evaluability.reasons) or 'not known why'})"
        for course in pending[:MOST_NAMED]
    ]
    more = len(pending) - len(told)
    return f"{len(pending)}: {listed(told)}" + (f" and {counted(more, 'other')}" if more else "")


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
