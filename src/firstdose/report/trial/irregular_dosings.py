"""Dosings that the protocol does not foresee: eligibility not confirmed, more people in a cohort than places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.dosing import ParticipantCourse
from firstdose.records import Cohort, Subject, TrialData
from firstdose.report.documents.wording import counted, listed
from firstdose.safety.evaluability import Status

MOST_NAMED = 6


def irregular_dosings(trial_data: TrialData, courses: Sequence[ParticipantCourse]) -> Iterator[tuple[str, str]]:
    """What was irregular, and who: a term and what is said of it; nothing where all was as planned."""
    unconfirmed = _unconfirmed(trial_data, courses)
    if unconfirmed:
        yield "Eligibility not confirmed", f"of those dosed, {named(unconfirmed)}"
    over = [
        f"{cohort}, {dosed} dosed in place of {planned}" for cohort, dosed, planned in _too_many(trial_data, courses)
    ]
    if over:
        yield "More dosed than planned", "; ".join(over)


def named(names: Sequence[str]) -> str:
    """How many, and the first of them by name."""
    more = len(names) - MOST_NAMED
    return f"{len(names)}: {listed(names[:MOST_NAMED])}" + (f" and {counted(more, 'other')}" if more > 0 else "")


def _unconfirmed(trial_data: TrialData, courses: Sequence[ParticipantCourse]) -> list[str]:
    """Who was dosed though no confirmation of eligibility is recorded; nobody where none is recorded at all."""
    subjects = {each.subject: each for each in trial_data.records(Subject)}
    if not any(each.eligibility_confirmed for each in subjects.values()):
        return []
    dosed = [course.subject for course in courses if course.is_dosed]
    return [each for each in dosed if each in subjects and subjects[each].eligibility_confirmed is None]


def _too_many(trial_data: TrialData, courses: Sequence[ParticipantCourse]) -> Iterator[tuple[str, int, int]]:
    """Cohorts in which more count or may still count than they have places: name, people, places."""
    for cohort in trial_data.records(Cohort):
        inside = [course for course in courses if course.is_dosed and course.cohort == cohort.cohort]
        taken = [course for course in inside if course.status is not Status.NOT_EVALUABLE]
        if cohort.size is not None and len(taken) > cohort.size:
            yield f"cohort {cohort.cohort}", len(taken), cohort.size
