"""Reasons that lie with people's decisions and with the rule: none taken, none in force, overtaken, or stopped."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.designs.history import DLT, NO_DLT
from firstdose.dosing.advice import advise
from firstdose.dosing.decisions import Decisions
from firstdose.dosing.histories import trial_history
from firstdose.dosing.intervals import DECISION
from firstdose.dosing.known import record_name
from firstdose.dosing.overtaken import Overtaken
from firstdose.dosing.question import Question, Reason

RULE = "escalation.design"
START = "escalation.start_level"
STOP_WITHIN = "escalation.stop_within_cohort"


def decision_reasons(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """Everything about the decisions and the rule that speaks against dosing now."""
    if decisions.in_force is not None:
        yield from decisions.objections(decisions.in_force)
    else:
        yield from _without_decision(question, decisions)
    if decisions.overtaking is not None:
        yield Overtaken.of(decisions.cohort, decisions.overtaking, question.records).reason
    yield from _stale(question, decisions)
    yield from _rule(question, decisions)


def _without_decision(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """The first cohort needs no decision, nor do others where the protocol asks for none: the rule's level holds."""
    escalation, cohort, record = question.protocol.escalation, decisions.cohort, decisions.cohort.record
    assert record is not None
    is_first, review = cohort.number == 1, escalation.committee_review
    if record.decision is not None:
        words = f"decision {record.decision}, which opened {cohort.name}, is not recorded by now"
        yield Reason(DECISION, words, None, (record_name(record),))
    elif cohort.is_backfilled(question.protocol):
        return  # the rule opens the level, without a decision: see backfill_checks
    elif not cohort.is_in_the_rule or (review is not None and review.required and not is_first):
        words = f"{cohort.name} does not name the decision that opened it"
        yield Reason(DECISION, words, None, (record_name(record),))
    elif question.rule is not None:
        yield from _level_of_the_rule(question, decisions)


def _level_of_the_rule(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """Without a decision a cohort has the level that the rule advised when it was opened."""
    cohort, record = decisions.cohort, decisions.cohort.record
    assert record is not None
    opened = question.span(record.opened).first
    advised: int | None = question.protocol.escalation.start_level
    if cohort.number > 1:
        courses = None if opened is None else decisions.known_at(opened)
        advised = advise(courses, trial_history(courses)).recommendation.next_level if courses else None
    if cohort.level != advised:
        what = "no level" if advised is None else f"level {advised}"
        words = f"{cohort.name} has level {cohort.level}, the rule advised {what}, and no decision says why"
        yield Reason(START if cohort.number == 1 else RULE, words, None, (record_name(record),))


def _stale(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """Since the decision nobody of the cohorts before has turned out to have a DLT, or not to count.

    What people knew who took a later one, to stop or to dose another level, is decided on.
    """
    then, last = (decisions.seen(each) if each else None for each in (decisions.in_force, decisions.taken_last))
    not_known = {subject for subject, _, _ in decisions.changes_since(last)} if last else None
    for subject, before, now in decisions.changes_since(then) if then else ():
        if not_known is not None and subject not in not_known:
            continue
        course = question.courses.of(subject)
        assert course is not None
        records = tuple(record for event in course.events for record in event.records)
        if now == DLT:
            words = f"since the decision {subject} has turned out to have had a DLT"
        elif before in (NO_DLT, DLT) and now != NO_DLT:
            words = f"since the decision {subject} has become {course.status.value}: "
            words += "; ".join(course.evaluability.reasons)
        else:
            continue
        yield Reason(DECISION, f"{words}; people decide again", None, records)


def _rule(question: Question, decisions: Decisions) -> Iterator[Reason]:
    """The rule has not stopped, nor settled to leave the level, unless people knew of that when they decided."""
    advice, cohort = question.advice, decisions.cohort
    if advice is None or not cohort.is_in_the_rule:
        return
    for missing in question.history.missing:
        yield Reason(RULE, f"the rule cannot be asked: {missing}")
    step = advice.recommendation
    if decisions.overrules:
        return
    if not advice.is_settled:
        if step.action == "stop":
            yield Reason(RULE, f"the rule has stopped: {step.reason}")
    elif _is_last(question, decisions):
        if question.protocol.escalation.stop_within_cohort:
            yield Reason(STOP_WITHIN, f"the decision after {cohort.name} is settled: {step.reason}")
        elif (step.next_level or step.recommended_level or 0) < (cohort.level or 0):
            yield Reason(RULE, f"whatever the rest of {cohort.name} shows, the rule leaves its level: {step.reason}")


def _is_last(question: Question, decisions: Decisions) -> bool:
    """Whether the rule decides after this cohort."""
    last = question.history.last
    return last is not None and last.number == decisions.cohort.number
