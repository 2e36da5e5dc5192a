"""Holding what a lock refuses of somebody's safety, and closing what is held: recorded, or withdrawn with a reason.

The locked data stay as they are. What was typed is a record of the conduct, written at once by whoever may enter it;
from then on nobody is dosed and nothing is decided on the dose, until the lock is opened and it is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD, HELD_KINDS, told_in, typed_of
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, Entry, FieldChange, Refused, StoredRecord
from firstdose.conduct.locking import locked_now
from firstdose.conduct.naming import field_label, field_labels, record_words, value_words
from firstdose.conduct.own_records import as_object, change, create
from firstdose.conduct.participants import this_moment
from firstdose.conduct.reasons import is_reason
from firstdose.conduct.roles import Deed
from firstdose.records import RECORDS, keys_of

HELD_BY: Deed = "enter_data"
OF_NO_SAFETY = ("preferred_term", "organ_class", "recorded")
"""Fields whose change says nothing new of what befell somebody: coding, and when it was written down."""
TYPED_ANEW = "typed anew while the data are locked"
NOW_RECORDED = "recorded"


def hold_if_locked(
    work: Work,
    draft: Draft,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    number: int | None = None,
    differs: str = "",
    seen_head: int | None = None,
) -> int | None:
    """Hold what a draft says of somebody's safety, where a lock refuses it; the number, or None where it is not held.

    ``typed`` is what stands in each field of its form, ``seen`` what stood there before. With the ``number`` of what is
    held already, what was typed takes the place of that; ``differs`` says why, where it says something else,
    ``seen_head`` is the last entry about that when the form was opened. Of what has one record for each person, such as
    a death, a new record where there is one, removed or not, is held as a change of that.
    Raises Refused for who may not enter data, and where what is held under that number waits no more, or says something
    else and nobody says why: somebody else may have typed it anew meanwhile.
    """
    if not tells_of_safety(draft) or not is_locked(work, draft):
        return None
    if number is not None:
        new = {"typed": _as_text(typed), "seen": _as_text(seen), "why": draft.reason.strip() or None}
        stored = _waiting(work, number)
        others = _otherwise(stored, typed, seen_head)
        if others and not is_reason(differs):
            raise Refused(
                f"what is held as held event {number} says something else: {', '.join(others.values())}. Perhaps "
                "somebody typed it anew meanwhile. Type what is true, and say in words why it differs"
            )
        if any(stored.fields.get(name) != text for name, text in new.items()):
            change(work, stored, new, reason=differs.strip() if others else TYPED_ANEW, by=HELD_BY)
        return number
    number, stored = work.next_number(HELD), work.record(draft.record_type, draft.record)
    is_one_each = len(keys_of(RECORDS[draft.record_type])) == 1
    changes = draft.record if draft.action != "create" or (stored.exists and is_one_each) else None
    if changes is not None and draft.action == "create":  # who begins a new form leaves empty what he does not see
        seen = {name: text for name, text in stored.fields.items() if stored.is_removed or typed.get(name, "").strip()}
    subject = typed.get("subject") or stored.fields.get("subject", "")
    held = HeldEvent(
        held=number,
        subject=subject.strip(),
        record_type=draft.record_type,
        changes=changes,
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
    if draft.record_type not in HELD_KINDS or draft.action not in ("create", "change", "restore"):
        return False
    return draft.action != "change" or any(each.field not in OF_NO_SAFETY for each in draft.changes)


def is_locked(work: Work, draft: Draft) -> bool:
    """Whether a lock refuses a draft; what is written of a removed record would restore it."""
    if work.record(draft.record_type, draft.record).is_removed:
        draft = replace(draft, action="restore")
    locked = locked_now(work)
    return locked is not None and locked.words_against(work, draft) is not None


def record_held(
    work: Work,
    number: int,
    record: str,
    draft: Draft | None,
    *,
    reason: str = "",
    version: str = "",
    differs: str = "",
    seen_head: int | None = None,
) -> Entry:
    """Write what was held, and close it in the same write; a record that was removed is restored in it.

    ``draft`` is what the form changes, None where nothing; ``reason`` is that of the form. ``differs`` says why what is
    recorded is not what was held.
    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    held = as_object(HeldEvent, _waiting(work, number))
    if work.record(held.record_type, record).is_removed:
        work.append(Draft("restore", held.record_type, record, reason=reason, protocol_version=version))
    if draft is not None:
        work.append(draft)
    return held_is_recorded(work, number, record, differs, seen_head)


def held_is_recorded(work: Work, number: int, record: str, differs: str = "", seen_head: int | None = None) -> Entry:
    """Close what is held, in the write that recorded it.

    Raises Refused if it waits no more, if a lock refuses it still, and where the record says something else and nobody
    says why.
    """
    stored = _waiting(work, number)
    held = as_object(HeldEvent, stored)
    if is_locked(work, _draft_of_held(held)):
        raise Refused(
            f"held event {number} cannot be recorded while the lock refuses it: have the lock opened first. If it is "
            "none of the locked data, enter it in a form of its own, and withdraw what is held, with a reason"
        )
    others = _otherwise(stored, work.record(held.record_type, record).fields, seen_head)
    if others and not is_reason(differs):
        raise Refused(
            f"what would be recorded is not what was held as held event {number}: it differs in "
            f"{field_labels(held.record_type, others)}. Record what was held, or say in words why it differs"
        )
    new = {"state": "recorded", "ended": this_moment(work), "recorded_as": record}
    return change(work, stored, new, reason=differs.strip() if others else NOW_RECORDED, by=HELD_BY)


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


def _otherwise(stored: StoredRecord, fields: Mapping[str, str], seen_head: int | None) -> dict[str, str]:
    """Of what is held of somebody's safety, what these fields do not say: each field with its words as it is held.

    Raises Refused where it was typed anew since the form was opened: a reason given then is not of that.
    """
    held = as_object(HeldEvent, stored)
    kind, told, was_typed_anew = held.record_type, told_in(held), seen_head not in (None, stored.head)
    if was_typed_anew:  # what was emptied since is told by nothing
        told = {name: text for name, text in typed_of(held).items() if name not in keys_of(RECORDS[kind])}
    others = {
        name: f"{field_label(kind, name)} “{value_words(kind, name, text) or 'empty'}”"
        for name, text in told.items()
        if name not in OF_NO_SAFETY and fields.get(name, "").strip() != text.strip()
    }
    if others and was_typed_anew:
        raise Refused(
            f"held event {held.held} was typed anew since this form was opened, and says something else now: "
            f"{', '.join(others.values())}. Take that over, or say why it differs, and save again"
        )
    return others


def _draft_of_held(held: HeldEvent) -> Draft:
    """What would write what is held, for the lock to judge."""
    record = held.changes or record_name(held.record_type, typed_of(held))
    changes = tuple(FieldChange(name, None, (text.strip() and text) or None) for name, text in told_in(held).items())
    if held.changes is None:
        keys = keys_of(RECORDS[held.record_type])
        changes += tuple(FieldChange(name, None, typed_of(held).get(name)) for name in keys[-1:])
    return Draft("create" if held.changes is None else "change", held.record_type, record, changes)


def _as_text(fields: Mapping[str, str]) -> str:
    """Fields as they are kept."""
    return json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"))
