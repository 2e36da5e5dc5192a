"""Reasons that lie with the cohort: no slot, a cohort that is not open or is full, a sentinel who comes first."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.dosing.advice import places_in
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.known import day_number, record_name
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.person_checks import not_past
from firstdose.dosing.question import Question, Reason
from firstdose.dosing.recorded_later import slot_later_words, slots_later
from firstdose.protocol.escalation import Sentinel, dose_in_words
from firstdose.records import Cohort, Slot
from firstdose.safety.evaluability import Status, is_within_tolerance

SLOT = "slots"
COHORT = "cohorts"
SIZE = "escalation.cohort_size"
SENTINELS = "escalation.sentinel.participants"


def cohort_reasons(question: Question) -> Iterator[Reason]:
    """Everything about slot and cohort that speaks against dosing now."""
    slot, cohort = question.slot, question.cohort
    yield from _no_slot(question) if slot is None else _slot(question, slot)
    if cohort is not None and cohort.record is not None:
        yield from _opening(question, cohort)
        yield from _room(question, cohort)
        yield from _sentinels(question, cohort)
    elif slot is not None:
        yield Reason(
            COHORT, f"cohort {slot.cohort} is not recorded, or was not opened by now", None, (record_name(slot),)
        )


def counting_sentinels(question: Question, cohort: CohortInOrder) -> tuple[ParticipantCourse, ...]:
    """The dosed sentinels of a cohort by whom the others may go.

    Somebody who was not given the full dose, or left before the interval was over, was not a sentinel, except with a
    DLT.
    """
    sentinel = question.protocol.escalation.sentinel
    if sentinel is None:
        return ()
    dosed = [course for course in question.courses.in_cohort(cohort) if course.is_sentinel]
    return tuple(course for course in dosed if course.has_dlt or _was_watched(question, sentinel, course))


def _was_watched(question: Question, sentinel: Sentinel, course: ParticipantCourse) -> bool:
    """Whether a sentinel was given the dose within its tolerance and is not known to have left too early."""
    given, product = course.given, question.protocol.product
    if given is None or given.dose_given is None or given.dose_assigned is None or course.day is None:
        return False
    if not is_within_tolerance(given.dose_assigned, given.dose_given, product.dose_tolerance if product else None):
        return False
    left = [ending.when.first for ending in course.endings]
    return all(
        when is not None and day_number(when, given.zone) - course.day >= sentinel.interval_days for when in left
    )


def _no_slot(question: Question) -> Iterator[Reason]:
    """The person holds none: what was held was given back, or was assigned later."""
    gone, later = question.records.slots.get(question.subject, []), slots_later(question)
    said = [f"slot {slot.slot} of cohort {slot.cohort} was {slot.state}" for slot in gone]
    words = "; ".join([*said, *(slot_later_words(question, slot) for slot in later)])
    records = tuple(map(record_name, (*gone, *later)))
    yield Reason(SLOT, f"holds no slot: {words}" if words else "holds no slot", None, records)


def _slot(question: Question, slot: Slot) -> Iterator[Reason]:
    """The slot is assigned, to this person alone, who holds no other; whom they replace is to be replaced."""
    records = (record_name(slot),)
    if slot.state in ("open", "reserved"):
        yield Reason(SLOT, f"the slot is {slot.state}, not assigned", None, records)
    if slot.state == "dosed" and not question.records.dosings.get(question.subject):
        yield Reason(SLOT, "the slot is marked as dosed, but no dosing is recorded", None, records)
    held = [each for each in question.records.slots[question.subject] if question.records.is_held(each)]
    if len(held) > 1:
        places = " and ".join(f"slot {each.slot} of cohort {each.cohort}" for each in held)
        yield Reason(SLOT, f"holds {len(held)} slots: {places}", None, tuple(map(record_name, held)))
    for others in question.records.slots.values():
        for other in others:
            is_same = (other.cohort, other.slot) == (slot.cohort, slot.slot) and question.records.is_held(other)
            if is_same and other.subject != question.subject:
                yield Reason(SLOT, f"the slot is also held by {other.subject}", None, (*records, record_name(other)))
    replaced = question.courses.of(slot.replaces) if slot.replaces else None
    if replaced is not None and replaced.is_dosed and replaced.status is not Status.NOT_EVALUABLE:
        words = f"replaces {slot.replaces}, who is {replaced.status.value}: {'; '.join(replaced.evaluability.reasons)}"
        yield Reason("escalation.evaluable", words, replaced.follow_up.window_end, records)


def _opening(question: Question, cohort: CohortInOrder) -> Iterator[Reason]:
    """The cohort was opened and not closed, at a level that the protocol has."""
    record = cohort.record
    assert record is not None
    records = (record_name(record),)
    if question.records.is_repeated(Cohort, "cohort", record.cohort):
        yield Reason(COHORT, f"there are several records of {cohort.name}", None, records)
    yield from not_past(question, record.opened, COHORT, f"the opening of {cohort.name}", record)
    closed = question.span(record.closed).by(question.as_of)
    if record.closed is not None and closed is not False:
        yield Reason(
            COHORT, f"{cohort.name} {'was' if closed else 'may have been'} closed, {record.closed}", None, records
        )
    doses = question.courses.protocol_of(question.subject).dose_levels
    if not 1 <= record.dose_level <= len(doses.values):
        yield Reason(COHORT, f"level {record.dose_level} has no dose to be given", None, records)
    elif record.dose is not None and not is_within_tolerance(doses.values[record.dose_level - 1], record.dose, None):
        dose = doses.dose_with_unit(record.dose_level)
        yield Reason(
            "dose_levels",
            f"{cohort.name} has the dose {dose_in_words(record.dose)}, its level has {dose}",
            None,
            records,
        )
    if record.dose_unit is not None and record.dose_unit.split() != doses.unit.split():
        yield Reason("dose_levels.unit", f"{cohort.name} is in {record.dose_unit}, not {doses.unit}", None, records)


def _room(question: Question, cohort: CohortInOrder) -> Iterator[Reason]:
    """The cohort has a place left."""
    dosed = question.courses.in_cohort(cohort)
    if question.rule is None or not dosed or places_in(cohort, question.history, question.rule):
        return
    words = f"{cohort.name} is full: {len(dosed)} were dosed"
    yield Reason(SIZE, words, None, tuple(record_name(course.given.dosings[0]) for course in dosed if course.given))


def _sentinels(question: Question, cohort: CohortInOrder) -> Iterator[Reason]:
    """The cohort's sentinels are dosed before the others."""
    sentinel, is_sentinel = question.protocol.escalation.sentinel, _is_sentinel(question, cohort)
    if sentinel is None or is_sentinel or cohort.is_backfilled(question.protocol):
        return  # a level that is backfilled has had its sentinels in the escalation
    lacking = sentinel.participants - len(counting_sentinels(question, cohort))
    if lacking < 1:
        return
    held = [one for slots in question.records.slots.values() for one in slots if question.records.is_held(one)]
    waiting = [
        one for one in held if one.cohort == cohort.identifier and one.sentinel and one.subject != question.subject
    ]
    spent = [course.subject for course in question.courses.in_cohort(cohort) if course.is_sentinel]
    named = [one.subject or "" for one in waiting if one.subject not in spent]
    if is_sentinel is None and not named and not spent:
        return  # nobody is named: the first to be dosed is the sentinel
    words = f"{lacking} of {cohort.name}'s sentinels is still to be dosed"
    words += f": {', '.join(named)}" if named else ""
    if spent and not named:
        words += f"; {', '.join(spent)} was not given the full dose or not watched for {sentinel.interval_days} days"
    yield Reason(SENTINELS, words, None, tuple(map(record_name, waiting)))


def _is_sentinel(question: Question, cohort: CohortInOrder) -> bool | None:
    """Whether the person is a sentinel of the cohort, by the slot in it, held or assigned later.

    Whoever had none is dosed in the first that is open; without one, no, where the cohort names its sentinels.
    """
    held = [question.slot] if question.slot is not None else []
    mine = [slot for slot in (*held, *slots_later(question)) if slot.cohort == cohort.identifier]
    slots = [slot for slot in question.records.trial_data.records(Slot) if slot.cohort == cohort.identifier]
    free = sorted((slot for slot in slots if slot.state == "open"), key=lambda slot: slot.slot)
    if mine or free:
        return (*mine, *free)[0].sentinel
    return False if any(slot.sentinel is not None for slot in slots) else None
