"""What the data say of everyone dosed, in a form that is kept with a decision, and how it has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE, PENDING
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import letter_of
from firstdose.dosing.known import last_meant
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import TrialData

LETTERS = {
    DLT: "with a DLT",
    NO_DLT: "without a DLT",
    PENDING: "pending",
    NOT_EVALUABLE: "not evaluable",
}


@dataclass(frozen=True)
class Outcome:
    """One person dosed: cohort, the level at which they count, and the letter of the rule's history."""

    cohort: str | None
    level: int | None
    letter: str

    @property
    def place(self) -> str:
        """Where the person counts."""
        level = "no level" if self.level is None else f"level {self.level}"
        return f"{level}, cohort {self.cohort}" if self.cohort else level

    @property
    def words(self) -> str:
        return f"{LETTERS[self.letter]} ({self.place})"


@dataclass(frozen=True)
class Change:
    """Somebody of whom the data say otherwise than a decision knew.

    ``halts`` says whether people must decide again before anybody is dosed: not where a DLT was taken back.
    ``cohort_number`` is None for somebody who is no longer recorded as dosed.
    """

    subject: str
    before: Outcome | None
    now: Outcome | None
    halts: bool
    cohort_number: int | None = None

    @property
    def words(self) -> str:
        """What was and what is; the level and the cohort once where they are the same."""
        if self.before is None:
            return f"{self.subject} was not known to be dosed and is now {self.now.words if self.now else 'not either'}"
        if self.now is None:
            return f"{self.subject} was {self.before.words} and is no longer recorded as dosed"
        before = self.before.words if self.before.place != self.now.place else LETTERS[self.before.letter]
        return f"{self.subject} was {before} and is now {self.now.words}"


Outcomes = Mapping[str, Outcome]


def courses_of(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> dict[str, ParticipantCourse]:
    """Everyone dosed by a moment, in order."""
    return {each.subject: each for each in Courses(protocol, Records(trial_data, as_of)).all if each.is_dosed}


def outcomes_of(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> dict[str, Outcome]:
    """What the data say of everyone dosed by a moment."""
    return {subject: _outcome(each) for subject, each in courses_of(protocol, trial_data, as_of).items()}


def as_text(outcomes: Outcomes) -> str:
    """Outcomes as they are kept."""
    content = {subject: [each.cohort, each.level, each.letter] for subject, each in sorted(outcomes.items())}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def of_text(text: str) -> dict[str, Outcome]:
    """Outcomes as they were kept."""
    return {subject: Outcome(*each) for subject, each in json.loads(text).items()}


def changes_since(before: Outcomes, seen_at: datetime, now: Mapping[str, ParticipantCourse]) -> tuple[Change, ...]:
    """Of whom the data say otherwise now than they did at a moment, other than by the passing of time.

    A window that was open and has closed without a DLT is no change; nor is somebody dosed since.
    """
    found = []
    for subject, course in now.items():
        was, is_now = before.get(subject), _outcome(course)
        if was != is_now and not _is_natural(was, is_now) and not (was is None and _is_later(course, seen_at)):
            found.append(Change(subject, was, is_now, _halts(was, is_now), course.cohort_number))
    gone = [Change(subject, was, None, True) for subject, was in before.items() if subject not in now]
    return (*found, *gone)


def _outcome(course: ParticipantCourse) -> Outcome:
    return Outcome(course.cohort, course.level_counted, letter_of(course))


def _is_natural(was: Outcome | None, now: Outcome) -> bool:
    """Whether time alone, or what happened since, explains it: the window was open and is over, without a DLT."""
    if was is None or (was.cohort, was.level) != (now.cohort, now.level):
        return False
    return was.letter == PENDING and now.letter in (NO_DLT, NOT_EVALUABLE)


def _is_later(course: ParticipantCourse, moment: datetime) -> bool:
    """Whether somebody was dosed after a moment: surely, or in the minute of it, as far as the time was noted."""
    if course.given is None or course.given.start.first is None:
        return False
    dosing, start = course.given.dosings[0], course.given.start
    is_exact = start.first == start.last
    latest = last_meant(dosing.procedure_start or dosing.product_start, start) if is_exact else start.first
    return latest is not None and latest > moment


def _halts(was: Outcome | None, now: Outcome) -> bool:
    """Whether a change must be decided on: all but a DLT taken back, or somebody who counts after all."""
    if was is None or (was.cohort, was.level) != (now.cohort, now.level):
        return True
    return not (was.letter in (DLT, NOT_EVALUABLE) and now.letter == NO_DLT)
