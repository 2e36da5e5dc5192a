"""Writing what a form of a participant says, and saying what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import draft_of
from firstdose.conduct.holding import record_held
from firstdose.conduct.ledger import Draft, Refused, StoredRecord
from firstdose.web.acting import TrialRequest
from firstdose.web.form_saving import carry_out, save_draft
from firstdose.web.subject_records import title_of
from firstdose.web.under_lock import held_in, held_instead, seen_head_of

DOSINGS = "dosings"


def save(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
) -> bool:
    """Write what was sent, and say what is odd in it; whether it was held outside locked data instead.

    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    draft, title = _draft(request, subject, record_type, stored, texts, seen), title_of(record_type)
    held = held_in(request, subject, record_type, stored.record if stored else None)
    if draft is not None and held_instead(request, draft, {**texts, "subject": subject}, seen, held):
        return True
    is_restored = draft is not None and draft.action == "restore"
    typed = _typed_draft(request, subject, record_type, stored, texts, seen) if is_restored else draft
    if held is not None and (draft is None or draft.action != "remove"):
        _record_held(request, held, typed, title)
    elif is_restored and draft is not None and typed is not None:
        _restore_as_typed(request, draft, typed, title)
    else:
        save_draft(request, draft, title)
    return False


def _restore_as_typed(request: TrialRequest, restored: Draft, typed: Draft, title: str) -> None:
    """Restore a record, and write in the same write what was typed over it."""

    def write(work: Work) -> None:
        work.append(restored)
        work.append(typed)

    words = f"{title}, {typed.record}: restored, and saved as it was typed"
    carry_out(request, typed.record_type, typed.record, words, write)


def _record_held(request: TrialRequest, held: HeldEvent, draft: Draft | None, title: str) -> None:
    """Write what was held under a lock, and close it in the same write; a removed record is restored in it."""
    record = draft.record if draft is not None else held.changes or ""
    reason, differs = request.POST.get("reason", ""), request.POST.get("differs", "")
    version, seen_head = request.trial.version, seen_head_of(request)

    def write(work: Work) -> None:
        number = held.held
        record_held(work, number, record, draft, reason=reason, version=version, differs=differs, seen_head=seen_head)

    words = f"{title}, {record}: saved; held event {held.held} is recorded with it, and halts dosing no more"
    carry_out(request, held.record_type, record, words, write)


def correct(
    request: TrialRequest, subject: str, stored: StoredRecord | None, texts: Mapping[str, str], seen: Mapping[str, str]
) -> None:
    """Correct what is recorded of a dosing: what the rule rests on leaves a deviation.

    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    if stored is None or "remove" in request.POST or "restore" in request.POST:
        raise Refused("a dosing is neither entered nor removed here; correct it, or go to the page of the dose")
    number = int(stored.fields["number"])
    reason = request.POST.get("reason", "")
    carry_out(
        request,
        DOSINGS,
        stored.record,
        f"dosing {number} of {subject} is corrected",
        lambda work: correct_dosing(work, subject, number, texts, seen, reason),
    )


def _draft(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
) -> Draft | None:
    """What the form wants to write; None if nothing was changed."""
    version, reason = request.trial.version, request.POST.get("reason", "")
    if stored is not None and "remove" in request.POST:
        return Draft("remove", record_type, stored.record, reason=reason, protocol_version=version)
    if stored is not None and "restore" in request.POST:
        return Draft("restore", record_type, stored.record, reason=reason, protocol_version=version)
    return _typed_draft(request, subject, record_type, stored, texts, seen)


def _typed_draft(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
) -> Draft | None:
    """What was typed in the form, whichever button sent it; None if nothing was changed."""
    version, reason = request.trial.version, request.POST.get("reason", "")
    wanted: dict[str, str | None] = {**texts} if stored else {**texts, "subject": subject}
    return draft_of(record_type, wanted, seen, stored=stored, reason=reason, protocol_version=version)
