"""Which decision of people a cohort stands on, what they knew when they took it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from firstdose.dosing.advice import advise
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import letter_of, trial_history
from firstdose.dosing.intervals import DECISION
from firstdose.dosing.known import record_name
from firstdose.dosing.person_checks import not_past
from firstdose.dosing.question import Question, Reason
from firstdose.dosing.recorded import Records
from firstdose.records import DoseDecision
from firstdose.records.dosing import Action

QUORUM = "escalation.committee_review.quorum"
NOT_DOSED = ""
ON_DATA_SEEN = "departs from what the rule gives on the data seen"
"""Said of a decision by the dates of the data; who knows what was seen may know better."""

Step = tuple[Action | None, int | None]


@dataclass(frozen=True, eq=False)
class Decisions:
    """The decisions that concern one cohort."""

    question: Question
    cohort: CohortInOrder
    _past: dict[datetime, Courses] = field(default_factory=dict, init=False, repr=False)
    _steps: dict[int, Step | None] = field(default_factory=dict, init=False, repr=False)

    @property
    def level(self) -> int | None:
        return self.cohort.level

    @cached_property
    def opening(self) -> DoseDecision | None:
        """The decision that the cohort says it was opened by."""
        number = self.cohort.record.decision if self.cohort.record else None
        return next((each for each in self.question.records.decisions if each.decision == number), None)

    @cached_property
    def in_force(self) -> DoseDecision | None:
        """The latest that lets the cohort be dosed and that nothing speaks against; else the one that opened it."""
        later = [each for each in self._later(self.opening) if self.goes_on(each)]
        valid = [each for each in (*filter(None, [self.opening]), *later) if not list(self.objections(each))]
        return valid[-1] if valid else self.opening

    @cached_property
    def is_valid(self) -> bool:
        """Whether there is a decision in force against which nothing speaks."""
        return self.in_force is not None and not list(self.objections(self.in_force))

    @cached_property
    def overtaking(self) -> DoseDecision | None:
        """A later decision by which the cohort is not to be dosed: to stop, to wait, or to dose a lower level."""
        later = [each for each in self._later(self.in_force) if not self.goes_on(each)]
        last = later[-1] if later else None
        if last is None or (last.action == "dose" and (last.next_level or 0) >= (self.level or 0)):
            return None
        return last

    @cached_property
    def taken_last(self) -> DoseDecision | None:
        """The latest that enough people took, with its reason, whatever it is to do: what it knew of is decided on."""
        later = [each for each in self._later(self.in_force) if not list(self._taken_badly(each))]
        return later[-1] if later else self.in_force

    def goes_on(self, decision: DoseDecision) -> bool:
        """Whether a decision is to dose the level of this cohort, and opened no other."""
        others = self.question.records.cohorts.values()
        opened_another = any(
            one.decision == decision.decision for one in others if one.cohort != self.cohort.identifier
        )
        return decision.action == "dose" and decision.next_level == self.level and not opened_another

    def objections(self, decision: DoseDecision) -> Iterator[Reason]:
        """What speaks against a decision: its date, what it says, who took it, and why."""
        name, records = f"decision {decision.decision}", (record_name(decision),)
        if self.question.records.is_repeated(DoseDecision, "decision", decision.decision):
            yield Reason(DECISION, f"there are several records of {name}", None, records)
        yield from not_past(self.question, decision.decided, DECISION, name, decision)
        if decision.action != "dose":
            yield Reason(DECISION, f"{name} is to {decision.action}", None, records)
        elif decision.next_level != self.level:
            words = f"{name} is for level {decision.next_level}, {self.cohort.name} has level {self.level}"
            yield Reason(DECISION, words, None, records)
        yield from self._taken_badly(decision)

    @cached_property
    def overrules(self) -> bool:
        """Whether the decision in force was taken although the rule had stopped, or would not give the level again.

        It holds until a DLT follows that it did not know.
        """
        decision = self.in_force
        then = self.seen(decision) if decision else None
        if decision is None or then is None or not self.is_valid:
            return False
        steps = [step for step in (_recorded(decision), self._advised(decision)) if step is not None]
        if not any(action != "dose" or (level or 0) < (self.level or 0) for action, level in steps):
            return False
        known = {course.subject for course in then.all if course.has_dlt}
        return all(course.subject in known for course in self.question.courses.all if course.has_dlt)

    def seen(self, decision: DoseDecision) -> Courses | None:
        """Everyone's course in the data that a decision rests on; None where its date is not known."""
        moment = self.question.span(decision.data_as_of or decision.decided).first
        return None if moment is None else self.known_at(moment)

    def known_at(self, moment: datetime) -> Courses:
        """Everyone's course as it was known at a moment."""
        if moment not in self._past:
            records = self.question.records
            self._past[moment] = Courses(self.question.protocol, Records(records.trial_data, moment, records.zone))
        return self._past[moment]

    def changes_since(self, then: Courses) -> Iterator[tuple[str, str, str]]:
        """Who of the cohorts before is seen otherwise now: subject, the letter then (none if not dosed) and now."""
        for course in self.question.courses.all:
            if course.is_dosed and (course.cohort_number or 0) < self.cohort.number:
                before = then.of(course.subject)
                letter = letter_of(before) if before is not None and before.is_dosed else NOT_DOSED
                if letter != letter_of(course):
                    yield course.subject, letter, letter_of(course)

    def _later(self, decision: DoseDecision | None) -> list[DoseDecision]:
        """The decisions after one; all of them where there is none."""
        number = decision.decision if decision else 0
        return [each for each in self.question.records.decisions if each.decision > number]

    def _taken_badly(self, decision: DoseDecision) -> Iterator[Reason]:
        """What speaks against how a decision was taken: too few people, or a departure without a reason."""
        yield from self._quorum(decision)
        if not (decision.reason or "").strip():
            yield from self._unexplained(decision)

    def _quorum(self, decision: DoseDecision) -> Iterator[Reason]:
        """Who took part is recorded, and they are enough."""
        review = self.question.protocol.escalation.committee_review
        if review is None or not review.required:
            return
        members = {" ".join(name.split()).casefold() for name in (decision.members or "").split(";")} - {""}
        fewest = review.quorum or 1
        if len(members) < fewest:
            words = f"{len(members)} members took part in decision {decision.decision}, of {fewest} needed"
            yield Reason(QUORUM, words, None, (record_name(decision),))

    def _unexplained(self, decision: DoseDecision) -> Iterator[Reason]:
        """A departure from the rule: from the advice recorded, or upwards from what it advises on the data seen."""
        recorded, advised = _recorded(decision), self._advised(decision)
        name, records = f"decision {decision.decision}", (record_name(decision),)
        if recorded is not None and self._departs(decision, recorded):
            words = f"{name} departs from the rule ({_words(recorded)}), and no reason is recorded"
        elif advised is not None and self._departs(decision, advised) and self._is_bolder(decision, advised, recorded):
            words = f"{name} {ON_DATA_SEEN} ({_words(advised)}), "
            words += "and no reason is recorded"
        else:
            return
        yield Reason(DECISION, words, None, records)

    def _advised(self, decision: DoseDecision) -> Step | None:
        """What the rule gives on the data that a decision rests on; None without a rule, or a date."""
        if decision.decision not in self._steps:
            courses = self.seen(decision) if self.question.rule else None
            advice = advise(courses, trial_history(courses)).recommendation if courses else None
            step = (advice.action, advice.next_level or advice.recommended_level) if advice else None
            self._steps[decision.decision] = step
        return self._steps[decision.decision]

    def _departs(self, decision: DoseDecision, step: Step) -> bool:
        """Whether a decision is another than the rule's; an expansion at the level that it selected is not."""
        action, level = step
        if not self.cohort.is_in_the_rule:
            return decision.next_level != level
        return (decision.action, decision.next_level) != (action, level)

    def _is_bolder(self, decision: DoseDecision, step: Step, recorded: Step | None) -> bool:
        """Whether a decision goes beyond the rule; where no advice is recorded with it, whether it differs at all."""
        action, level = step
        return recorded is None or action != "dose" or (decision.next_level or 0) > (level or 0)


def _recorded(decision: DoseDecision) -> Step | None:
    """The rule's step as it is recorded with a decision."""
    if decision.recommended_action is None:
        return None
    return decision.recommended_action, decision.recommended_next_level or decision.recommended_level


def _words(step: Step) -> str:
    """A step in words."""
    action, level = step
    return f"{action} level {level}" if action == "dose" else str(action)
