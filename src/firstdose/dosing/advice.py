"""What the escalation rule advises, given a trial's records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from firstdose.designs.building import build_design
from firstdose.designs.deciding import windows_still_open
from firstdose.designs.history import PENDING, Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import TreatedCohort, TrialHistory, trial_history
from firstdose.dosing.levels import with_open_place
from firstdose.dosing.pending import Wait, pending_words, wait_of
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import TrialData


@dataclass(frozen=True)
class Advice:
    """The rule's recommendation.

    ``places`` of the last cohort, which is still open, have not been dosed; ``is_settled`` says that the
    recommendation is the next step all the same, since it does not depend on them.
    """

    recommendation: Recommendation
    places: int = 0
    is_settled: bool = False


def recommendation(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> Recommendation:
    """What the rule advises after what was known at a moment.

    While a cohort is open and has places left, the advice is to fill it, unless its decision is settled. A history that
    is not complete gets no advice but to wait.

    Raises ProblemsFound where the protocol has no rule, or one that cannot be built.
    """
    courses = Courses(protocol, Records(trial_data, as_of))
    return advise(courses, trial_history(courses)).recommendation


def advise(courses: Courses, found: TrialHistory) -> Advice:
    """What the rule advises after a history."""
    rule = build_design(courses.protocol)
    flags = (*found.flags, *found.missing)
    if found.missing:
        words = f"no recommendation: {'; '.join(found.missing)}."
        return Advice(Recommendation("wait", None, None, words, flags))
    places = places_left(courses, found, rule)
    if not places:
        advised = _waiting_for(courses, found, rule.decide(found.history))
        return Advice(replace(advised, flags=(*flags, *advised.flags)))
    cohort = courses.cohorts[found.cohorts[-1].number - 1]
    name, level = cohort.name, cohort.level or found.cohorts[-1].level
    # a place that nobody has taken has no follow-up, so the rest is filled unless no outcome can change the step
    advised = rule.decide(with_open_place(found.history.without_follow_up(), level))
    if advised.action != "wait":
        settled = f"{name} is open, with {places} of its places left"
        return Advice(replace(advised, flags=(*flags, settled, *advised.flags)), places, is_settled=True)
    dose = courses.protocol.dose_levels.dose_with_unit(level)
    reason = f"{places} of {name} still to be dosed. Next: {places} at level {level} ({dose})."
    return Advice(Recommendation("dose", level, None, reason, (*flags, *advised.flags), cohort_size=places), places)


def _waiting_for(courses: Courses, found: TrialHistory, advised: Recommendation) -> Recommendation:
    """The advice to wait with what it waits for, where that is not only windows: the rule knows no more than ``?``."""
    letters = {who: letter for each in found.cohorts for who, letter in zip(each.subjects, each.outcomes, strict=True)}
    pending = [course for course in courses.all if letters.get(course.subject) == PENDING]
    as_of = courses.records.as_of
    if all(wait_of(course, as_of) is Wait.WINDOW for course in pending):
        return advised
    said = windows_still_open(len(pending))
    if advised.action != "wait" or not advised.reason.startswith(said):
        return advised
    return replace(advised, reason=pending_words(pending, as_of) + advised.reason.removeprefix(said))


def places_left(courses: Courses, found: TrialHistory, rule: EscalationRule) -> int:
    """How many of the last cohort are still to be dosed while it is open, replacements among them."""
    cohort = next((each for each in reversed(courses.cohorts) if each.is_in_the_rule), None)
    if cohort is None or not found.cohorts or not _may_be_open(cohort, courses):
        return 0
    return places_in(cohort, found, rule) if cohort.number == found.cohorts[-1].number else 0


def places_in(cohort: CohortInOrder, found: TrialHistory, rule: EscalationRule) -> int:
    """The places of a cohort that nobody takes who was dosed; somebody who is replaced takes none."""
    outcomes = "".join(each.outcomes for each in (*found.cohorts, *found.apart) if each.number == cohort.number)
    dosed = Cohort(0, outcomes)
    taken = dosed.evaluable + dosed.pending + (0 if rule.replaces else dosed.not_evaluable)
    size = cohort.record.size if cohort.record else None
    if size is None:
        size = planned_size(rule, [each for each in found.cohorts if each.number < cohort.number])
    return max(0, size - taken)


def planned_size(rule: EscalationRule, before: list[TreatedCohort]) -> int:
    """The size that the rule plans for the cohort that follows these, their open windows closing without a DLT."""
    history = History(tuple(Cohort(each.level, each.outcomes).completed(0) for each in before))
    return rule.decide(history).cohort_size or rule.frame.cohort_size


def _may_be_open(cohort: CohortInOrder, courses: Courses) -> bool:
    """Whether a recorded cohort is not known to be over, by its closing or by a sentinel's DLT that ends it."""
    sentinel = courses.protocol.escalation.sentinel
    if sentinel is not None and sentinel.on_dlt == "end_cohort":
        dosed = courses.in_cohort(cohort)
        if any(course.is_sentinel and course.has_dlt for course in dosed):
            return False
    return cohort.record is not None and cohort.is_open(courses.records) is not False
