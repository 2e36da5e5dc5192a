"""What the escalation rule advises, given a trial's records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from firstdose.designs.backfill_now import without_open_level
from firstdose.designs.building import build_design
from firstdose.designs.deciding import windows_still_open
from firstdose.designs.history import PENDING, Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.doubtful import doubtful, history_if_dlts
from firstdose.dosing.histories import TreatedCohort, TrialHistory, ended_by_its_sentinel, trial_history
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
    last = found.last
    if not places or last is None:
        taken = open_places(courses, found, rule)
        advised = _waiting_for(courses, found, rule.decide(found.history, taken))
        advised = _whatever_is_judged(courses, found, advised, rule, taken)
        advised = _open_whatever_is_judged(courses, found, advised, rule, taken)
        return Advice(replace(advised, flags=(*flags, *advised.flags)))
    cohort = courses.cohorts[last.number - 1]
    name, level = cohort.name, cohort.level or last.level
    # a place that nobody has taken has no follow-up, so the rest is filled unless no outcome can change the step
    advised = rule.decide(_with_open_place(found.history.without_follow_up(), level), places)
    if advised.action != "wait":
        settled = f"{name} is open, with {places} of its places left"
        return Advice(replace(advised, flags=(*flags, settled, *advised.flags)), places, is_settled=True)
    dose = courses.protocol.dose_levels.dose_with_unit(level)
    reason = f"{places} of {name} still to be dosed. Next: {places} at level {level} ({dose})."
    return Advice(Recommendation("dose", level, None, reason, (*flags, *advised.flags), cohort_size=places), places)


def with_flags(advice: Advice, flags: Iterable[str]) -> Advice:
    """The same advice with more to beware of."""
    step = advice.recommendation
    return replace(advice, recommendation=replace(step, flags=(*step.flags, *flags)))


def _waiting_for(courses: Courses, found: TrialHistory, advised: Recommendation) -> Recommendation:
    """The advice to wait with what it waits for, where that is not only windows: the rule knows no more than ``?``."""
    cohorts = [each for each in found.cohorts if not each.is_backfilled]
    letters = {who: letter for each in cohorts for who, letter in zip(each.subjects, each.outcomes, strict=True)}
    pending = [course for course in courses.all if letters.get(course.subject) == PENDING]
    as_of = courses.records.as_of
    if all(wait_of(course, as_of) is Wait.WINDOW for course in pending):
        return advised
    said = windows_still_open(len(pending))
    if advised.action != "wait" or not advised.reason.startswith(said):
        return advised
    return replace(advised, reason=pending_words(pending, as_of) + advised.reason.removeprefix(said))


def _whatever_is_judged(
    courses: Courses, found: TrialHistory, advised: Recommendation, rule: EscalationRule, places: int | None
) -> Recommendation:
    """The advice to dose, unless it depends on backfilled people whose outcome waits for more than their window.

    Open windows of those backfilled are not waited for; a DLT that may have been is.
    """
    beside = [each for each in found.cohorts if each.is_backfilled]
    waiting = [each for each in doubtful(courses) if any(each.subject in cohort.subjects for cohort in beside)]
    if advised.action != "dose" or not waiting:
        return advised
    feared = rule.decide(history_if_dlts(found.cohorts, waiting), places)
    if (feared.action, feared.next_level) == (advised.action, advised.next_level):
        return advised
    step = f"level {feared.next_level} is next" if feared.action == "dose" else f"the advice is to {feared.action}"
    words = f"of those backfilled, {pending_words(waiting, courses.records.as_of)}"
    words += (
        f": if {'that is' if len(waiting) == 1 else 'each is'} a DLT, {step}; by what is known now, {advised.reason}"
    )
    return Recommendation("wait", None, None, words, advised.flags)


def _open_whatever_is_judged(
    courses: Courses, found: TrialHistory, advised: Recommendation, rule: EscalationRule, places: int | None
) -> Recommendation:
    """The advice without the level that is open for backfilling, where that may be a DLT's that is not known yet."""
    if advised.backfill_level is None:
        return advised
    why = why_not_if_dlts(courses, found, rule, places, advised.backfill_level)
    return without_open_level(advised, why) if why else advised


def why_not_if_dlts(courses: Courses, found: TrialHistory, rule: EscalationRule, places: int | None, level: int) -> str:
    """Why a level would not be open for backfilling if everyone doubtful had had a DLT; empty where it would be."""
    people = doubtful(courses)
    if not people:
        return ""
    why = rule.open_for_backfilling(history_if_dlts(found.cohorts, people), places).why_not[level - 1]
    names = ", ".join(each.subject for each in people)
    words = f"whether level {level} is open for backfilling waits for the outcome of {names}: if each is a DLT, {why}"
    return words if why else ""


def places_left(courses: Courses, found: TrialHistory, rule: EscalationRule) -> int:
    """How many of the last cohort are still to be dosed while it is open, replacements among them."""
    cohort = _last_cohort(courses)
    if cohort is None or found.last is None or cohort.number != found.last.number:
        return 0
    return open_places(courses, found, rule) or 0


def open_places(courses: Courses, found: TrialHistory, rule: EscalationRule) -> int | None:
    """The places of the escalation's last cohort that are left, whether or not anybody was dosed in it.

    None where that cohort is not recorded.
    """
    cohort = _last_cohort(courses)
    if cohort is None or cohort.record is None:
        return None
    return places_in(cohort, found, rule) if _may_be_open(cohort, courses) else 0


def _last_cohort(courses: Courses) -> CohortInOrder | None:
    """The escalation's last cohort."""
    return next((each for each in reversed(courses.cohorts) if each.is_in_the_rule), None)


def places_in(cohort: CohortInOrder, found: TrialHistory, rule: EscalationRule) -> int:
    """The places of a cohort that nobody takes who was dosed; somebody who is replaced takes none."""
    outcomes = "".join(each.outcomes for each in (*found.cohorts, *found.apart) if each.number == cohort.number)
    dosed = Cohort(0, outcomes)
    taken = dosed.evaluable + dosed.pending + (0 if rule.replaces else dosed.not_evaluable)
    size = cohort.record.size if cohort.record else None
    if size is None and rule.backfill is not None and cohort.record is not None and cohort.record.kind == "backfill":
        size = rule.backfill.most_at_a_level
    if size is None:
        size = planned_size(rule, [each for each in found.cohorts if each.number < cohort.number])
    return max(0, size - taken)


def planned_size(rule: EscalationRule, before: list[TreatedCohort]) -> int:
    """The size that the rule plans for the cohort that follows these, their open windows closing without a DLT."""
    cohorts = [each.in_history for each in before]
    history = History(tuple(each if each.is_backfilled else each.completed(0) for each in cohorts))
    return rule.decide(history).cohort_size or rule.frame.cohort_size


def _with_open_place(history: History, level: int) -> History:
    """The history with a place of the escalation's last cohort open, whoever was backfilled after it."""
    after = history.cohorts[(history.last_of_escalation or 0) + 1 :]
    head = History(history.cohorts[: len(history.cohorts) - len(after)])
    return History((*with_open_place(head, level).cohorts, *after))


def _may_be_open(cohort: CohortInOrder, courses: Courses) -> bool:
    """Whether a recorded cohort is not known to be over, by its closing or by a sentinel's DLT that ends it."""
    if ended_by_its_sentinel(courses.protocol, courses.in_cohort(cohort)):
        return False
    return cohort.record is not None and cohort.is_open(courses.records) is not False
