"""Writing what a form of a participant says, and saying what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.entering import draft_of
from firstdose.conduct.ledger import Draft, Refused, StoredRecord
from firstdose.web.acting import TrialRequest
from firstdose.web.form_saving import carry_out, save_draft
from firstdose.web.subject_records import title_of

DOSINGS = "dosings"


def save(
    request: TrialRequest,
    subject: str,
    record_type: str,
    stored: StoredRecord | None,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
) -> None:
    """Write what was sent, and say what is odd in it.

    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    save_draft(request, _draft(request, subject, record_type, stored, texts, seen), title_of(record_type))


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
    wanted: dict[str, str | None] = {**texts} if stored else {**texts, "subject": subject}
    return draft_of(record_type, wanted, seen, stored=stored, reason=reason, protocol_version=version)
