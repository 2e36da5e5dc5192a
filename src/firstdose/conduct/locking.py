"""The lock of the data up to a day: two people lock it, two unlock it, and meanwhile nothing of it can be changed.

What had occurred by the cut-off day, or may have, is locked; follow-up after it goes on. What becomes known of a locked
record surely later than that day, such as the end of an event, may be added where nothing stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from firstdose.conduct.catalogue import DataLock, LockState
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, Entry, Refused
from firstdose.conduct.lock_obstacles import obstacles
from firstdose.conduct.locked_data import Locked, locked_part
from firstdose.conduct.naming import value_words
from firstdose.conduct.own_records import Recorded, all_of, as_object, change, create
from firstdose.conduct.reasons import is_reason
from firstdose.conduct.signatures import Proof, Purpose, check_proof
from firstdose.records import TrialData
from firstdose.records.date_words import day_words

CONFIRMED = "lock confirmed"
LOCKING = "I lock these data, as another person asked"
OPENING = "I open these data, as another person asked"
"""What is done by who confirms, and proves again who he is to do it."""
IN_FORCE: tuple[LockState, ...] = ("locked", "unlock_asked")

STEPS: Mapping[str, Mapping[str, bool]] = {
    "": {"asked": False},
    "asked": {"locked": True, "unlocked": False},
    "locked": {"unlock_asked": False},
    "unlock_asked": {"unlocked": True, "locked": False},
    "unlocked": {},
}
"""From each state to which others, and whether another person must take the step than the one who asked for it."""


def ask_for_lock(work: Work, cut_off: date, reason: str = "") -> int:
    """Ask for a lock of the data up to a day; its number.

    Raises Refused for a day that is not over, and where something stands in its way and no reason is given.
    """
    if cut_off >= work.now.date():
        raise Refused(f"the data up to {day_words(cut_off)} can be locked only once that day is over")
    against = in_the_way(work, cut_off)
    if against and not is_reason(reason):
        raise Refused(f"before the lock: {against}. Or say why it is locked all the same")
    number = work.next_number("data_locks")
    lock = DataLock(lock=number, cut_off=cut_off.isoformat(), state="asked", asked_by=work.author.account)
    create(work, lock, reason=reason)
    return number


def confirm_lock(work: Work, number: int, proof: Proof, reason: str = "") -> Entry:
    """Lock the data, as another person asked; the ``proof`` is for `LOCKING` this lock as it was seen.

    Raises Refused, also where something stands in its way and nobody has given a reason: when the lock was asked for,
    nothing may have.
    """
    lock = _lock(work, number)
    day = date.fromisoformat(lock.cut_off)
    asked_with = work.history("data_locks", str(number))[0].reason
    if lock.state == "asked" and not is_reason(reason) and not is_reason(asked_with):
        against = in_the_way(work, day)
        if against:
            words = f"since this lock was asked for, something stands in its way: {against}"
            raise Refused(f"{words}. Mend it, or say why the data are locked all the same")
    said = f"{CONFIRMED}: {reason.strip()}" if reason.strip() else CONFIRMED
    content_hash = hash_of_locked(work.snapshot.trial_data, day)
    return _confirmed(work, number, "locked", "asked", proof, LOCKING, said, content_hash)


def in_the_way(work: Work, cut_off: date) -> str:
    """What stands in the way of a lock now, in words; empty where nothing does."""
    found = obstacles(work, work.snapshot, work.protocol, work.now, cut_off)
    return "; ".join(each.words for each in found if each.stands_in_the_way)


def ask_for_unlock(work: Work, number: int, reason: str) -> Entry:
    """Ask for the data to be unlocked; they stay locked until another person confirms.

    Raises Refused.
    """
    if not reason.strip():
        raise Refused("say why the data are to be unlocked")
    return _step(work, number, "unlock_asked", "locked", reason)


def confirm_unlock(work: Work, number: int, proof: Proof) -> Entry:
    """Unlock the data, as another person asked; the ``proof`` is for `OPENING` this lock as it was seen.

    Raises Refused.
    """
    return _confirmed(work, number, "unlocked", "unlock_asked", proof, OPENING, "unlock confirmed")


def withdraw(work: Work, number: int, reason: str) -> Entry:
    """Take back what was asked: a lock that is asked for is not made, and one that is to be opened stays.

    Raises Refused.
    """
    if not reason.strip():
        raise Refused("say why it is taken back")
    state = _lock(work, number).state
    if state == "asked":
        return _step(work, number, "unlocked", "asked", reason)
    return _step(work, number, "locked", "unlock_asked", reason)


def cut_off_in_force(source: Recorded) -> date | None:
    """The last day of the data that are locked now; None where none are."""
    days = [date.fromisoformat(lock.cut_off) for lock in all_of(source, DataLock) if lock.state in IN_FORCE]
    return max(days, default=None)


def locked_now(source: Recorded) -> Locked | None:
    """What is locked now."""
    day = cut_off_in_force(source)
    return None if day is None else Locked(day, source)


def hash_of_locked(trial_data: TrialData, cut_off: date) -> str:
    """SHA-256 of the data up to a day: the same from the lock to its end."""
    return locked_part(trial_data, cut_off).content_hash


def refuse_locked(work: Work, draft: Draft) -> None:
    """The rule of the desk: nothing that is locked is changed, added to, asked about or verified.

    Raises Refused.
    """
    if draft.action == "event":
        return
    locked = locked_now(work)
    words = locked.words_against(work, draft) if locked else None
    if words is not None and locked is not None:
        raise Refused(f"the data up to {day_words(locked.cut_off)} are locked: {words}. Two people can unlock them")


def refuse_wrong_step(work: Work, draft: Draft) -> None:
    """The rule of the desk: a lock goes from state to state as two different people say, whatever writes it.

    Raises Refused.
    """
    if draft.record_type != "data_locks":
        return
    before = work.record("data_locks", draft.record).fields
    after = {**before, **{each.field: each.new for each in draft.changes}}
    if draft.action not in ("create", "change") or (before and before.get("cut_off") != after.get("cut_off")):
        raise Refused("a lock is never removed or moved: ask for it to be opened, or for another")
    state = after.get("state") or ""
    by_another = STEPS.get(before.get("state", ""), {}).get(state)
    if by_another is None:
        raise Refused(f"a lock does not go from {_said(before.get('state', ''))} to {_said(state)}")
    if by_another and before.get("asked_by") == work.author.account:
        raise Refused("who asked for this cannot confirm it: another person must")
    if after.get("confirmed_by" if by_another else "asked_by") != work.author.account:
        raise Refused("a step of a lock names who takes it")


def _said(state: str) -> str:
    """A state of a lock in words."""
    return value_words("data_locks", "state", state) or "nothing"


def _lock(work: Work, number: int) -> DataLock:
    stored = work.record("data_locks", str(number))
    if not stored.exists:
        raise Refused(f"there is no lock {number}")
    return as_object(DataLock, stored)


def _confirmed(
    work: Work,
    number: int,
    state: LockState,
    before: LockState,
    proof: Proof,
    meaning: str,
    said: str,
    content_hash: str | None = None,
) -> Entry:
    """The second person's step of a lock, who has proved again who he is."""
    head = work.record("data_locks", str(number)).head
    entry = _step(work, number, state, before, f"{said} ({proof.words})", content_hash)
    check_proof(work, Purpose("data_locks", str(number), head, meaning), proof)
    return entry


def _step(
    work: Work, number: int, state: LockState, before: LockState, reason: str, content_hash: str | None = None
) -> Entry:
    """One step of a lock."""
    lock = _lock(work, number)
    if lock.state != before:
        raise Refused(f"lock {number} is {_said(lock.state)}; this asks for one that is {_said(before)}")
    new: dict[str, str | None] = {"state": state}
    if STEPS[before][state]:
        new["confirmed_by"] = work.author.account
    else:
        new |= {"asked_by": work.author.account, "confirmed_by": None}
    if content_hash is not None:
        new["content_hash"] = content_hash
    return change(work, work.record("data_locks", str(number)), new, reason=reason)
