"""Forms under a lock: what is locked, and what the lock refuses of safety, held as typed and brought back as typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD, HELD_KINDS, seen_of, told_in, typed_of
from firstdose.conduct.holding import hold_if_locked
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, Ledger, StoredRecord
from firstdose.conduct.locking import locked_now
from firstdose.conduct.own_records import as_object
from firstdose.records import RECORDS, keys_of
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.sent_once import written_once
from firstdose.web.subject_records import next_number, records_of

IN_ADDRESS = "held"
"""How the address of a form names what is held, and is to be recorded with it."""
KEPT = (
    "Held outside the locked data as held event {number}, exactly as it was typed. Nobody is dosed from now on, and "
    "nothing is decided on the dose, until it is recorded or withdrawn. The site, data management and the committee "
    "see it first on their pages: call whoever is about to dose. Next, two people open the lock; then record it here."
)


def locked_to(request: TrialRequest, stored: StoredRecord | None) -> str:
    """The day up to which the data are locked, where the record is one of them; else empty."""
    locked = locked_now(request.trial.ledger) if stored is not None else None
    is_locked = locked is not None and stored is not None and locked.holds(stored.record_type, stored.record)
    return locked.cut_off.isoformat() if locked is not None and is_locked else ""


def held_in(request: TrialRequest, subject: str, record_type: str, record: str | None) -> HeldEvent | None:
    """What is held that the address of a form names; None where it names none.

    Raises Http404 where that is of somebody else, or of another form.
    """
    if IN_ADDRESS not in request.GET:
        return None
    number = whole_number(request.GET[IN_ADDRESS])
    stored = request.trial.ledger.record(HELD, str(number))
    if number is None or not stored.exists:
        raise Http404
    held = as_object(HeldEvent, stored)
    if (held.subject, held.record_type, held.changes) != (subject, record_type, record):
        raise Http404
    return held


def head_of_held(request: TrialRequest) -> int | None:
    """The last entry about what is held that the address of a form names, which the form sends back."""
    number = whole_number(request.GET.get(IN_ADDRESS))
    return None if number is None else request.trial.ledger.record(HELD, str(number)).head


def seen_head_of(request: TrialRequest) -> int | None:
    """The same as it was when a form was opened that was sent."""
    return whole_number(request.POST.get("held_head"))


def typed_under_lock(ledger: Ledger, held: HeldEvent, stored: StoredRecord | None) -> dict[str, str]:
    """What was typed, for its form: all of a new record, of a change only what differs from what stood there then.

    Another record may have been given the number of a new one meanwhile: then it is given the next.
    """
    typed = typed_of(held)
    if stored is not None:
        return told_in(held)
    kind = held.record_type
    others = records_of(ledger, held.subject, [kind])[kind]
    taken = ledger.record(kind, record_name(kind, {**typed, "subject": held.subject})).exists
    number = next_number(kind, others) if taken else ""
    return {**typed, keys_of(RECORDS[kind])[-1]: number} if number else typed


def seen_under_lock(held: HeldEvent, now: Mapping[str, str]) -> dict[str, str]:
    """What stands in the fields of its form, for whoever saves it: of a change what stood there when it was typed.

    What somebody else wrote there since then, such as what was held of the same event, is a conflict with it.
    """
    if held.changes is None:
        return dict(now)
    before = seen_of(held)
    then = {name: before.get(name, "") for name, text in told_in(held).items() if text != now.get(name, "")}
    return {name: text for name, text in {**now, **then}.items() if text}


def held_instead(
    request: TrialRequest,
    draft: Draft,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    held: HeldEvent | None,
) -> bool:
    """Hold what a form says where a lock refuses it, and say so on the next page; whether it was.

    Raises Refused for who may not enter data, and where what was typed would take the place of something else unsaid.
    """
    if draft.record_type not in HELD_KINDS:
        return False
    with written_once(request) as work:
        if work.is_repeated:
            number = _held_before(work)
        else:
            differs, seen_head = request.POST.get("differs", ""), seen_head_of(request)
            number = hold_if_locked(work, draft, typed, seen, held.held if held else None, differs, seen_head)
    if number is not None:
        told(request, KEPT.format(number=number))
    return number is not None


def _held_before(work: Work) -> int | None:
    """The number under which a request that is repeated held something; None where it wrote to the data."""
    kinds = {each.record_type for each in work.entries}
    return int(work.entries[0].record) if kinds == {HELD} else None
