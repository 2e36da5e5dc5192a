"""Where the trial stands: the cohorts as a ladder of doses, each participant's place, and what the rule advises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE
from firstdose.designs.recommendation import Recommendation
from firstdose.dosing import ParticipantCourse
from firstdose.dosing.advice import advise
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import letter_of, share_followed, trial_history
from firstdose.dosing.pending import Wait, wait_of
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import Cohort, Slot, TrialData

PlaceState = Literal["open", "held", "in_window", "awaiting_verdict", "dlt", "no_dlt", "not_evaluable"]
PLACE_WORDS: dict[PlaceState, str] = {
    "open": "open",
    "held": "not dosed yet",
    "in_window": "in the DLT window",
    "awaiting_verdict": "awaiting the verdict on an event",
    "dlt": "DLT",
    "no_dlt": "no DLT",
    "not_evaluable": "not evaluable",
}


@dataclass(frozen=True)
class Place:
    """One place of a cohort: who holds it, and how far they have come.

    ``followed`` is the share of the DLT window that is over, while it is open, and ``days_left`` how many days, begun
    ones counted, it has still to run; None where its end is not known.
    """

    number: int
    subject: str | None
    is_sentinel: bool
    state: PlaceState
    followed: float | None = None
    days_left: int | None = None

    @property
    def words(self) -> str:
        return PLACE_WORDS[self.state]


@dataclass(frozen=True)
class Rung:
    """One cohort on the ladder of doses."""

    cohort: str
    level: int
    dose: str
    is_open: bool
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Standing:
    """The ladder, the highest dose first, and what the rule advises now; None without a rule."""

    rungs: tuple[Rung, ...]
    advice: Recommendation | None
    flags: tuple[str, ...]


def standing(protocol: Protocol, trial_data: TrialData, moment: datetime) -> Standing:
    """Where the trial stands at a moment.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    return standing_of(Courses(protocol, Records(trial_data, moment)))


def standing_of(courses: Courses) -> Standing:
    """Where the trial stands, by everyone's course.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    protocol, trial_data, moment = courses.protocol, courses.records.trial_data, courses.records.as_of
    history = trial_history(courses)
    people = {course.subject: course for course in courses.all}
    slots: dict[str, list[Slot]] = {}
    for slot in trial_data.records(Slot):
        slots.setdefault(slot.cohort, []).append(slot)
    rungs = [
        _rung(protocol, cohort, sorted(slots.get(cohort.cohort, []), key=lambda each: each.slot), people, moment)
        for cohort in trial_data.records(Cohort)
    ]
    advice = advise(courses, history).recommendation if protocol.escalation.has_rule else None
    ordered = sorted(rungs, key=lambda rung: (-rung.level, rung.cohort))
    return Standing(tuple(ordered), advice, history.flags)


def _rung(
    protocol: Protocol, cohort: Cohort, slots: list[Slot], people: dict[str, ParticipantCourse], moment: datetime
) -> Rung:
    """A cohort with its places."""
    dose = protocol.dose_levels.dose_with_unit(cohort.dose_level) if cohort.dose_level else "control"
    places = tuple(_place(slot, people.get(slot.subject or ""), moment) for slot in slots)
    return Rung(cohort.cohort, cohort.dose_level, dose, cohort.closed is None, places)


def _place(slot: Slot, course: ParticipantCourse | None, moment: datetime) -> Place:
    """A place with what is known of who holds it."""
    is_sentinel = bool(slot.sentinel)
    if course is None or not course.is_dosed:
        return Place(slot.slot, slot.subject, is_sentinel, "held" if slot.subject else "open")
    states: dict[str, PlaceState] = {DLT: "dlt", NO_DLT: "no_dlt", NOT_EVALUABLE: "not_evaluable"}
    state = states.get(letter_of(course), "in_window")
    if state != "in_window":
        return Place(slot.slot, slot.subject, is_sentinel, state)
    if wait_of(course, moment) is Wait.VERDICT:
        return Place(slot.slot, slot.subject, is_sentinel, "awaiting_verdict")
    end = course.follow_up.window_end
    left = None if end is None or end <= moment else ceil((end - moment) / timedelta(days=1))
    return Place(slot.slot, slot.subject, is_sentinel, state, share_followed(course), left)
