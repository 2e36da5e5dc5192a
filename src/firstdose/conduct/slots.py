"""Slots of a cohort: reserved, assigned, released, replaced. Of two who want the last one, one gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from firstdose.conduct.desk import Work
from firstdose.conduct.eligibility import eligibility_reasons
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.own_records import all_of, change, create
from firstdose.conduct.participants import called, participant, question_about, records_now, this_moment
from firstdose.conduct.roles import Deed
from firstdose.conduct.waiting import end_waiting, waiting_before
from firstdose.dosing import Reason
from firstdose.dosing.person_checks import person_reasons
from firstdose.records import PartialDateTime, Slot
from firstdose.records.dosing import SlotState
from firstdose.safety.evaluability import Status

STILL_TO_COME = "subjects.eligibility_confirmed"
CRITERIA = "population.criteria"
TAKEN: tuple[SlotState, ...] = ("reserved", "assigned", "dosed")


def slots_of(work: Work, cohort: str) -> list[Slot]:
    """The slots of a cohort in the order of their numbers."""
    return sorted((each for each in all_of(work, Slot) if each.cohort == cohort), key=lambda each: each.slot)


def held_by(work: Work, slots: Iterable[Slot]) -> str:
    """Who holds slots, in words for the author."""
    taken = [each for each in slots if each.state in TAKEN]
    held = [f"slot {each.slot} {each.state} for {called(work, each.subject)}" for each in taken]
    return ", ".join(held) or "nobody holds a slot"


def reserve_slot(work: Work, cohort: str, subject: str, reason: str = "") -> Entry:
    """Reserve the first free slot of an open cohort for somebody who gave consent and is being screened.

    A sentinel's comes before the others, who wait for it; one that was given back has the highest number.
    ``reason`` says why somebody comes before those who wait longer, if any do.
    Raises Refused if the cohort is not open or is full (the words name who holds its slots), and for somebody without
    consent, who is known not to be eligible, holds a slot, or was dosed.
    """
    work.require("hold_slots")
    slots = slots_of(work, cohort)
    free = [each for each in slots if each.state == "open"]
    if slots and not free:
        raise Refused(
            f"cohort {cohort} is full: {held_by(work, slots)}. "
            f"Put {subject} on the waiting list, or have a slot released"
        )
    participant(work, subject)
    _check_open(work, cohort)
    _check_no_slot(work, subject)
    against = [each.words for each in person_reasons(question_about(work, subject)) if not _is_still_to_come(each)]
    if against:
        raise Refused(f"no slot for {subject}: {'; '.join(against)}")
    before = waiting_before(work, subject)
    if before and not reason.strip():
        names = ", ".join(called(work, each) for each in before)
        raise Refused(f"waiting longer than {subject}: {names}; say why {subject} comes first")
    first = min(free, key=lambda each: (not each.sentinel, each.slot))
    end_waiting(work, subject, f"slot {first.slot} of cohort {cohort} reserved")
    return _step(work, first, {"subject": subject, "state": "reserved"}, reason or "slot reserved", "hold_slots")


def assign_slot(work: Work, subject: str) -> Entry:
    """Assign the slot that somebody has reserved, once the investigator has confirmed eligibility.

    Raises Refused with everything about the person that speaks against it.
    """
    work.require("hold_slots")
    participant(work, subject)
    slot = held_slot(work, subject)
    if slot is None or slot.state != "reserved":
        raise Refused(f"{subject} has no reserved slot to be assigned")
    against = [each.words for each in eligibility_reasons(work, subject)]
    if against:
        raise Refused(f"the slot of {subject} cannot be assigned: {'; '.join(against)}")
    return _step(work, slot, {"state": "assigned", "assigned": this_moment(work)}, "eligible", "hold_slots")


def release_slot(work: Work, subject: str, reason: str) -> Entry:
    """Give back the slot of somebody who was not dosed; another one takes its place in the cohort.

    A slot that is marked as dosed, where no dosing is recorded any more, can be given back too.
    Raises Refused for somebody who holds none or was dosed.
    """
    work.require("hold_slots")
    participant(work, subject)
    slot = held_slot(work, subject)
    records = records_now(work)
    if slot is None:
        raise Refused(f"{subject} holds no slot")
    if any(map(records.was_given, records.dosings.get(subject, ()))):
        raise Refused(f"{subject} was dosed; who is not evaluable is replaced, and the slot stays")
    if records.planned(subject):
        raise Refused(f"a dosing of {subject} is prepared; cancel it first")
    return give_back(work, slot, reason, "hold_slots")


def replace_participant(work: Work, subject: str, reason: str) -> Entry:
    """Open a slot for somebody who takes the place of one who was dosed and is not evaluable.

    Raises Refused where the protocol replaces nobody, the cohort is closed, or the person is not known to be not
    evaluable.
    """
    work.require("hold_slots")
    participant(work, subject)
    course = question_about(work, subject).courses.of(subject)
    if course is None or not course.is_dosed or course.cohort is None:
        raise Refused(f"{subject} was not dosed in a cohort; release the slot instead")
    if course.status is not Status.NOT_EVALUABLE:
        raise Refused(f"{subject} is {course.status.value}: {'; '.join(course.evaluability.reasons)}")
    if not course.evaluability.is_replaced:
        raise Refused("the protocol replaces nobody who is not evaluable")
    _check_open(work, course.cohort)
    slot = held_slot(work, subject)
    if slot is None or slot.state != "dosed":
        raise Refused(f"{subject} holds no slot of cohort {course.cohort}, or was replaced already")
    entry = _step(work, slot, {"state": "replaced"}, reason, "hold_slots", also_in_record=True)
    add_slot(work, slot.cohort, is_sentinel=slot.sentinel, replaces=subject, by="hold_slots")
    return entry


def held_slot(work: Work, subject: str) -> Slot | None:
    """The slot that somebody holds, reserved, assigned or dosed."""
    return next((each for each in all_of(work, Slot) if each.subject == subject and each.state in TAKEN), None)


def add_slot(
    work: Work,
    cohort: str,
    *,
    is_sentinel: bool | None,
    replaces: str | None = None,
    by: Deed = "prepare_decisions",
) -> Slot:
    """One more slot of a cohort, open."""
    names = [each.record for each in work.records("slots") if each.fields.get("cohort") == cohort]
    number = 1 + max((int(name.rpartition("/")[2]) for name in names), default=0)
    slot = Slot(cohort=cohort, slot=number, state="open", sentinel=is_sentinel, replaces=replaces)
    create(work, slot, by=by)
    return slot


def give_back(work: Work, slot: Slot, reason: str, by: Deed) -> Entry:
    """Mark a slot as released and open another in its stead."""
    entry = _step(work, slot, {"state": "released"}, reason, by, also_in_record=True)
    add_slot(work, slot.cohort, is_sentinel=slot.sentinel, replaces=slot.replaces, by=by)
    return entry


def mark_dosed(work: Work, subject: str, cohort: str, when: PartialDateTime | None, reason: str) -> Entry | None:
    """Mark the slot in which somebody was dosed; whoever holds none there takes a free one, or one more.

    A slot held in another cohort is given back.
    """
    held = held_slot(work, subject)
    if held is not None and held.cohort != cohort:
        give_back(work, held, f"dosed in cohort {cohort}: {reason}", "record_dosing")
        held = None
    if held is not None and held.state == "dosed":
        return None
    slots = slots_of(work, cohort)
    free = held or next((each for each in slots if each.state == "open"), None)
    taken = free or add_slot(
        work, cohort, is_sentinel=False if slots and slots[0].sentinel is not None else None, by="record_dosing"
    )
    new = {"state": "dosed", "subject": subject, "assigned": taken.assigned or when}
    return _step(work, taken, new, reason, "record_dosing")


def _step(
    work: Work, slot: Slot, new: Mapping[str, object], reason: str, by: Deed, *, also_in_record: bool = False
) -> Entry:
    """Change a slot; with a reason that stands in the record too where it was given up."""
    stored = work.record("slots", name_of("slots", slot.cohort, slot.slot))
    return change(work, stored, {**new, **({"reason": reason} if also_in_record else {})}, reason=reason, by=by)


def _check_open(work: Work, cohort: str) -> None:
    found = records_now(work).cohorts.get(cohort)
    if found is None:
        raise Refused(f"there is no cohort {cohort}; open it first")
    if found.closed is not None:
        raise Refused(f"cohort {cohort} was closed, {found.closed}")


def _check_no_slot(work: Work, subject: str) -> None:
    held = held_slot(work, subject)
    if held is not None:
        raise Refused(f"{subject} holds slot {held.slot} of cohort {held.cohort} already")


def _is_still_to_come(reason: Reason) -> bool:
    """Whether screening, which goes on, will settle it: an answer or a confirmation that is not there yet."""
    is_open_answer = reason.rule.startswith(CRITERIA) and not reason.records
    return is_open_answer or reason.rule == STILL_TO_COME
