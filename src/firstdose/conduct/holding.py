"""Holding what a lock refuses of somebody's safety, and closing what is held: recorded, or withdrawn with a reason.

The locked data stay as they are. What was typed is a record of the conduct, written at once by whoever may enter it;
from then on nobody is dosed and nothing is decided on the dose, until the lock is opened and it is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD, HELD_KINDS
from firstdose.conduct.ledger import Draft, Entry, Refused, StoredRecord
from firstdose.conduct.locking import locked_now
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import as_object, change, create
from firstdose.conduct.participants import this_moment
from firstdose.conduct.reasons import is_reason
from firstdose.conduct.roles import Deed

HELD_BY: Deed = "enter_data"
OF_NO_SAFETY = ("preferred_term", "organ_class", "recorded")
"""Fields whose change says nothing new of what befell somebody: coding, and when it was written down."""
TYPED_ANEW = "typed anew while the data are locked"
NOW_RECORDED = "recorded"


def hold_if_locked(
    work: Work, draft: Draft, typed: Mapping[str, str], seen: Mapping[str, str], number: int | None = None
) -> int | None:
    """Hold what a draft says of somebody's safety, where a lock refuses it; the number, or None where it is not held.

    ``typed`` is what stands in each field of its form, ``seen`` what stood there before. With the ``number`` of what is
    held already, what was typed takes the place of that.
    Raises Refused for who may not enter data, and where what is held under that number waits no more.
    """
    if not tells_of_safety(draft) or not is_locked(work, draft):
        return None
    if number is not None:
        new = {"typed": _as_text(typed), "seen": _as_text(seen), "why": draft.reason.strip() or None}
        stored = _waiting(work, number)
        if any(stored.fields.get(name) != text for name, text in new.items()):
            change(work, stored, new, reason=TYPED_ANEW, by=HELD_BY)
        return number
    number = work.next_number(HELD)
    subject = typed.get("subject") or work.record(draft.record_type, draft.record).fields.get("subject", "")
    held = HeldEvent(
        held=number,
        subject=subject.strip(),
        record_type=draft.record_type,
        changes=draft.record if draft.action == "change" else None,
        typed=_as_text(typed),
        seen=_as_text(seen),
        why=draft.reason.strip() or None,
        since=this_moment(work),
        state="waiting",
    )
    create(work, held, by=HELD_BY)
    return number


def tells_of_safety(draft: Draft) -> bool:
    """Whether a draft says something new of what befell somebody, and is held where it cannot be written."""
    if draft.record_type not in HELD_KINDS or draft.action not in ("create", "change"):
        return False
    return draft.action == "create" or any(each.field not in OF_NO_SAFETY for each in draft.changes)


def is_locked(work: Work, draft: Draft) -> bool:
    """Whether a lock refuses a draft."""
    locked = locked_now(work)
    return locked is not None and locked.words_against(work, draft) is not None


def held_is_recorded(work: Work, number: int, record: str) -> Entry:
    """Close what is held, in the write that recorded it.

    Raises Refused if it waits no more.
    """
    new = {"state": "recorded", "ended": this_moment(work), "recorded_as": record}
    return change(work, _waiting(work, number), new, reason=NOW_RECORDED, by=HELD_BY)


def withdraw_held(work: Work, number: int, reason: str) -> Entry:
    """Close what is held without recording it, such as one that was held twice; as for a removal, with a reason.

    Raises Refused if it waits no more, and without a reason.
    """
    work.require(HELD_BY)
    if not is_reason(reason):
        raise Refused("say in words why it is withdrawn")
    new = {"state": "withdrawn", "ended": this_moment(work), "withdrawn_because": reason.strip()}
    return change(work, _waiting(work, number), new, reason=reason, by=HELD_BY)


def _waiting(work: Work, number: int) -> StoredRecord:
    """What is held under a number.

    Raises Refused if there is none, or it waits no more.
    """
    stored = work.record(HELD, str(number))
    if not stored.exists:
        raise Refused(f"there is no held event {number}")
    held = as_object(HeldEvent, stored)
    if held.state == "recorded":
        raise Refused(
            f"held event {number} is recorded already, as {record_words(held.record_type, held.recorded_as or '')}"
        )
    if held.state == "withdrawn":
        raise Refused(f"held event {number} was withdrawn; enter the event anew if it did occur")
    return stored


def _as_text(fields: Mapping[str, str]) -> str:
    """Fields as they are kept."""
    return json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"))
