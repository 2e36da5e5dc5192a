"""The waiting list: who waits for a slot while all are taken, the longest waiting first."""

from __future__ import annotations

from firstdose.conduct.catalogue import WaitingPlace
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.own_records import Recorded, all_of, change, create
from firstdose.conduct.participants import participant, this_moment


def join_waiting_list(work: Work, subject: str) -> Entry:
    """Put somebody on the waiting list.

    Raises Refused for somebody who is on it already or holds a slot.
    """
    work.require("hold_slots")
    participant(work, subject)
    if subject in waiting_list(work):
        raise Refused(f"{subject} is on the waiting list already")
    held = [each.fields for each in work.records("slots") if each.fields.get("subject") == subject]
    if any(each.get("state") in ("reserved", "assigned", "dosed") for each in held):
        raise Refused(f"{subject} holds a slot")
    number = work.next_number("waiting_places")
    return create(work, WaitingPlace(place=number, subject=subject, since=this_moment(work)), by="hold_slots")


def leave_waiting_list(work: Work, subject: str, reason: str) -> Entry:
    """Take somebody off the waiting list.

    Raises Refused for somebody who is not on it.
    """
    work.require("hold_slots")
    participant(work, subject)
    entry = end_waiting(work, subject, reason)
    if entry is None:
        raise Refused(f"{subject} is not on the waiting list")
    return entry


def waiting_list(source: Recorded) -> tuple[str, ...]:
    """Who waits, in the order in which they joined."""
    return tuple(each.subject for each in all_of(source, WaitingPlace) if each.ended is None)


def waiting_before(source: Recorded, subject: str) -> tuple[str, ...]:
    """Who waits longer than somebody; everyone, if that person does not wait."""
    waiting = waiting_list(source)
    return waiting[: waiting.index(subject)] if subject in waiting else waiting


def end_waiting(work: Work, subject: str, reason: str) -> Entry | None:
    """End somebody's wait, if there is one."""
    places = [each for each in all_of(work, WaitingPlace) if each.subject == subject and each.ended is None]
    if not places:
        return None
    stored = work.record("waiting_places", str(places[0].place))
    return change(work, stored, {"ended": this_moment(work), "ending": reason}, reason=reason, by="hold_slots")
