"""Whether an adverse event is treatment-emergent: it began, or became worse, once treatment had started."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.protocol.expression import Answer, every
from firstdose.safety.moments import MISSING, Moment

BECAME_WORSE = "became worse after treatment started"
"""The rule by which an event that began before treatment counts: for what it became, not for what it had been."""


@dataclass(frozen=True)
class GradeStep:
    """From when an event had a grade."""

    grade: int
    since: Moment = MISSING


@dataclass(frozen=True)
class EventCourse:
    """When an event began and ended, and the grades it had, in their order; an open end means it goes on."""

    start: Moment = MISSING
    end: Moment = MISSING
    grades: tuple[GradeStep, ...] = ()


@dataclass(frozen=True)
class Emergence:
    """The answer (None where partial dates leave it open), the rule that gave it, and what was assumed."""

    answer: Answer
    rule: str
    assumption: str | None = None

    @property
    def counts(self) -> bool:
        """Whether the event is counted: an open answer is, so that a date that is not known hides nothing."""
        return self.answer is not False


def treatment_emergence(
    event: EventCourse,
    treatment_start: Moment | None,
    *,
    window_days: int | None = None,
    last_treatment: Moment | None = None,
) -> Emergence:
    """Apply the rules in their order; the first that is met decides.

    No treatment start: no. Ended before it: no. Start missing: not known, and counted. Began at or after it, and within
    the window where one is set: yes. Began before and became worse after it, within the window: yes. The window is
    counted in days from the last treatment, or from the only one.
    """
    if treatment_start is None or treatment_start.is_missing:
        return Emergence(False, "no treatment was started")
    if event.end.before(treatment_start) is True:
        return Emergence(False, "ended before treatment started")
    if event.start.is_missing:
        return Emergence(None, "start date missing", "began after treatment started")
    window = _Window(last_treatment or treatment_start, window_days)
    began_before = event.start.before(treatment_start)
    if began_before is False:
        return _of_new_event(window.holds(event.start))
    worsened = _has_worsened(event.grades, treatment_start, window)
    if began_before is True:
        return _of_old_event(worsened)
    return _of_undated_event(window.holds(event.start), worsened)


@dataclass(frozen=True)
class _Window:
    """The days after the last treatment in which a beginning or worsening counts."""

    after: Moment
    days: int | None

    def holds(self, moment: Moment) -> Answer:
        return True if self.days is None else moment.within_days_after(self.after, self.days)


def _has_worsened(grades: tuple[GradeStep, ...], treatment_start: Moment, window: _Window) -> Answer:
    """Whether an event that began before treatment later had a higher grade than when treatment started.

    The steps are in order, so that treatment started between two of them; where dates leave open between which,
    every possibility is looked at.
    """
    if not grades:
        return False
    possible = [
        split
        for split in range(1, len(grades) + 1)
        if all(step.since.before(treatment_start) is not False for step in grades[1:split])
        and all(step.since.before(treatment_start) is not True for step in grades[split:])
    ]
    answers = {_worse_after(grades, split, window) for split in possible}
    return answers.pop() if len(answers) == 1 else None


def _worse_after(grades: tuple[GradeStep, ...], split: int, window: _Window) -> Answer:
    """Whether a step after the split exceeds the grade at it, within the window."""
    within = [window.holds(step.since) for step in grades[split:] if step.grade > grades[split - 1].grade]
    return True if True in within else (None if None in within else False)


def _of_new_event(in_window: Answer) -> Emergence:
    """The event began at or after the start of treatment."""
    if in_window is False:
        return Emergence(False, "began after the window")
    assumption = None if in_window else "began within the window"
    return Emergence(in_window, "began at or after the start of treatment", assumption)


def _of_old_event(worsened: Answer) -> Emergence:
    """The event began before treatment."""
    if worsened is False:
        return Emergence(False, "began before treatment and did not become worse")
    return Emergence(worsened, BECAME_WORSE, None if worsened else "became worse after it")


def _of_undated_event(in_window: Answer, worsened: Answer) -> Emergence:
    """The event may have begun before or after the start of treatment."""
    rule = "partial dates leave open whether it began before treatment"
    if in_window is False and worsened is False:
        return Emergence(False, "began before treatment or after the window, and did not become worse")
    return (
        Emergence(True, rule)
        if every([in_window, worsened])
        else Emergence(None, rule, "began after treatment started")
    )
