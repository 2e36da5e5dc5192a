"""Who may have had a DLT that nobody has judged yet: more than days of the window is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from firstdose.designs.history import DLT, PENDING, History
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import TreatedCohort
from firstdose.dosing.levels import level_counted
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.pending import Wait, open_events, wait_of
from firstdose.safety.evaluability import Status


def doubtful(courses: Courses) -> tuple[ParticipantCourse, ...]:
    """Everyone dosed and pending with an event on which there is no verdict, or for another reason than the window."""
    pending = [course for course in courses.all if course.is_dosed and course.status is Status.PENDING]
    as_of = courses.records.as_of
    return tuple(each for each in pending if open_events(each) or wait_of(each, as_of) is not Wait.WINDOW)


def history_if_dlts(cohorts: Iterable[TreatedCohort], people: Iterable[ParticipantCourse]) -> History:
    """The history if these pending people had had a DLT, each at the level at which it would count."""
    levels = {each.subject: level_counted(each.level_assigned, each.level_given, has_dlt=True) for each in people}
    return History(tuple(part.in_history for each in cohorts for part in _if_dlts(each, levels)))


def _if_dlts(cohort: TreatedCohort, levels: Mapping[str, int | None]) -> Iterator[TreatedCohort]:
    """A cohort if these people of it had had a DLT at these levels: who counts elsewhere first, as parts."""
    pairs = dict(zip(cohort.subjects, cohort.outcomes, strict=True))
    toxic = {who: levels[who] or cohort.level for who, letter in pairs.items() if letter == PENDING and who in levels}
    if not toxic:
        yield cohort
        return
    stay = [who for who in cohort.subjects if toxic.get(who, cohort.level) == cohort.level]
    elsewhere = sorted({level for level in toxic.values() if level != cohort.level}, reverse=True)
    for number, level in enumerate(elsewhere, start=1):
        part = cohort.only([who for who, its in toxic.items() if its == level])
        is_part = not cohort.is_backfilled and (bool(stay) or number < len(elsewhere))
        yield replace(part, level=level, outcomes=DLT * len(part.subjects), followed=(), is_part=is_part)
    if stay:
        rest = cohort.only(stay)
        letters = "".join(DLT if who in toxic else pairs[who] for who in rest.subjects)
        yield replace(rest, outcomes=letters, followed=())
