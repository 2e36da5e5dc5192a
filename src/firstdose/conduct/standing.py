"""Where the trial stands: the cohorts as a ladder of doses, each participant's place, and what the rule advises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE
from firstdose.designs.recommendation import Recommendation
from firstdose.dosing import ParticipantCourse
from firstdose.dosing.advice import advise
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import letter_of, share_followed, trial_history
from firstdose.dosing.leaving import endings
from firstdose.dosing.pending import Wait, wait_of
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import Cohort, Slot, TrialData
from firstdose.records.dosing import CohortKind
from firstdose.records.wording import counted

PlaceState = Literal[
    "open", "unused", "held", "in_window", "awaiting_verdict", "not_known", "dlt", "no_dlt", "not_evaluable"
]
PLACE_WORDS: dict[PlaceState, str] = {
    "open": "open",
    "unused": "not used",
    "held": "not dosed yet",
    "in_window": "in the DLT window",
    "awaiting_verdict": "awaiting the verdict on an event",
    "not_known": "outcome not known yet",
    "dlt": "DLT",
    "no_dlt": "no DLT",
    "not_evaluable": "not evaluable",
}
WAITING: dict[Wait, PlaceState] = {
    Wait.WINDOW: "in_window",
    Wait.VERDICT: "awaiting_verdict",
    Wait.UNKNOWN: "not_known",
}
OUTCOMES: dict[str, PlaceState] = {DLT: "dlt", NO_DLT: "no_dlt", NOT_EVALUABLE: "not_evaluable"}
NOT_SETTLED = tuple(WAITING.values())
"""The states of somebody dosed whose outcome is waited for."""


@dataclass(frozen=True)
class Place:
    """One place of a cohort: who holds it, and how far they have come.

    ``followed`` is the share of the DLT window that is over, while it is open. ``day`` is the day of the window that it
    is, the procedure's own being day 0, and ``window_days`` the last; None where the window is over, or where it is not
    known which day it is.
    """

    number: int
    subject: str | None
    is_sentinel: bool
    state: PlaceState
    followed: float | None = None
    day: int | None = None
    window_days: int | None = None

    @property
    def words(self) -> str:
        return PLACE_WORDS[self.state]

    @property
    def days_left(self) -> int | None:
        """How many days come after today until the window is complete."""
        return None if self.day is None or self.window_days is None else self.window_days - self.day

    @property
    def window_words(self) -> str:
        """How far the window is, as dosing counts it: "day 14 of 28, 14 days left"; empty where none is open."""
        if self.days_left is None:
            return ""
        left = f"{counted(self.days_left, 'day')} left" if self.days_left else "which is the last"
        return f"day {self.day} of {self.window_days}, {left}"


@dataclass(frozen=True)
class Rung:
    """One cohort on the ladder of doses."""

    cohort: str
    level: int
    dose: str
    is_open: bool
    places: tuple[Place, ...]
    kind: CohortKind | None = None


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
    """Where the trial stands, by everyone's course. A slot that was given back is no place: another stands for it.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    protocol, trial_data = courses.protocol, courses.records.trial_data
    history = trial_history(courses)
    people = {course.subject: course for course in courses.all}
    slots: dict[str, list[Slot]] = {}
    for slot in trial_data.records(Slot):
        if slot.state != "released":
            slots.setdefault(slot.cohort, []).append(slot)
    rungs = [
        _rung(courses, cohort, sorted(slots.get(cohort.cohort, []), key=lambda each: each.slot), people)
        for cohort in trial_data.records(Cohort)
    ]
    advice = advise(courses, history).recommendation if protocol.escalation.has_rule else None
    ordered = sorted(rungs, key=lambda rung: (-rung.level, rung.cohort))
    return Standing(tuple(ordered), advice, history.flags)


def participation_of(courses: Courses, subject: str) -> str:
    """How far somebody has come in the trial, in words: in screening, with a slot, dosed, or at the end.

    What may be the end, and does not say whether it is, is told with a question mark.
    """
    course = courses.of(subject)
    ends = [*(course.endings if course else endings(courses.records, subject))]
    ended = sorted(ends, key=lambda each: (not each.is_death, not each.is_end))
    if ended:
        return f"ended: {ended[0].words}" if ended[0].is_end else f"ended? {ended[0].words}"
    if course is None:
        return "in screening"
    if not course.is_dosed:
        return "has a slot, not dosed yet"
    state = _state(course, courses.records.as_of)
    return f"dosed, {PLACE_WORDS[state]}" if state in NOT_SETTLED else "in follow-up"


def _rung(courses: Courses, cohort: Cohort, slots: list[Slot], people: dict[str, ParticipantCourse]) -> Rung:
    """A cohort with its places."""
    doses = courses.protocol.dose_levels
    dose = doses.dose_with_unit(cohort.dose_level) if cohort.dose_level else "control"
    is_open = cohort.closed is None
    places = tuple(_place(courses, slot, people.get(slot.subject or ""), is_open=is_open) for slot in slots)
    return Rung(cohort.cohort, cohort.dose_level, dose, is_open, places, cohort.kind)


def _place(courses: Courses, slot: Slot, course: ParticipantCourse | None, *, is_open: bool) -> Place:
    """A place of a cohort that is open, or closed, with what is known of who holds it."""
    is_sentinel, moment = bool(slot.sentinel), courses.records.as_of
    if course is None or not course.is_dosed:
        return Place(slot.slot, slot.subject, is_sentinel, "held" if slot.subject else "open" if is_open else "unused")
    state = _state(course, moment)
    if state != "in_window":
        return Place(slot.slot, slot.subject, is_sentinel, state)
    day, last = _day_of_window(course, courses.protocol_of(course.subject), moment)
    return Place(slot.slot, slot.subject, is_sentinel, state, share_followed(course), day, last)


def _state(course: ParticipantCourse, moment: datetime) -> PlaceState:
    """How far somebody who was dosed has come: what is waited for, or the outcome."""
    wait = wait_of(course, moment)
    return OUTCOMES[letter_of(course)] if wait is None else WAITING[wait]


def _day_of_window(
    course: ParticipantCourse, protocol: Protocol, moment: datetime
) -> tuple[int, int] | tuple[None, None]:
    """Which day of an open window it is, and which is the last, by the protocol that somebody follows."""
    follow_up, definition = course.follow_up, protocol.escalation.dlt
    if definition is None or follow_up.window_end is None or follow_up.completed_days is None:
        return None, None
    is_open = follow_up.window_end > moment and follow_up.completed_days <= definition.window_days
    return (follow_up.completed_days, definition.window_days) if is_open else (None, None)
