"""Who has come through screening and waits: for the investigator's confirmation, or for a cohort to be opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firstdose.conduct.eligibility import reasons_of, without_confirmation
from firstdose.conduct.own_records import Recorded
from firstdose.dosing.courses import Courses
from firstdose.dosing.person_checks import person_reasons
from firstdose.dosing.question import Question

STOP = "stop"


@dataclass(frozen=True)
class Screened:
    """Those of whom only the confirmation is lacking, and those confirmed who hold no slot as no cohort is open."""

    to_confirm: tuple[str, ...] = ()
    without_cohort: tuple[str, ...] = ()


def screened(source: Recorded, courses: Courses, subjects: Iterable[str]) -> Screened:
    """Who of some people waits, by everyone's courses and what the ledger knows of them."""
    records, to_confirm, eligible = courses.records, [], []
    for subject in sorted(subjects):
        if subject not in records.subjects or any(map(records.was_given, records.dosings.get(subject, ()))):
            continue
        question = Question(courses.protocol, records, subject, records.zone, known=courses)
        if without_confirmation(person_reasons(question)):  # said from the records alone, without asking the ledger
            continue
        against = reasons_of(source, question)
        if not against:
            eligible.append(subject)
        elif not without_confirmation(against):
            to_confirm.append(subject)
    without_slot = [subject for subject in eligible if records.slot(subject) is None]
    return Screened(tuple(to_confirm), tuple(without_slot) if _waits_for_cohort(courses) else ())


def _waits_for_cohort(courses: Courses) -> bool:
    """Whether no cohort is open, and the last decision was not to stop."""
    records = courses.records
    is_stopped = bool(records.decisions) and records.decisions[-1].action == STOP
    return not is_stopped and all(each.closed is not None for each in records.cohorts.values())
