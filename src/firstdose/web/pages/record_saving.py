"""Writing what a form of a participant says, and saying what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.entering import draft_of
from firstdose.conduct.ledger import Draft, Refused, StoredRecord
from firstdose.web.acting import TrialRequest
from firstdose.web.form_saving import findings_words, odd_in, opened_in, told_of
from firstdose.web.guarding import told
from firstdose.web.subject_records import title_of

DOSINGS = "dosings"
DONE = {"create": "saved", "change": "saved", "remove": "removed", "restore": "restored"}


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
    draft = _draft(request, subject, record_type, stored, texts, seen)
    if draft is None:
        told(request, "nothing was changed")
        return
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        if not work.is_repeated:
            work.append(draft)
            check_record(work, record_type, draft.record)
        odd, opened = odd_in(work, record_type, draft.record), opened_in(work)
    words = f"{title_of(record_type)}, {draft.record}: {DONE[draft.action]}"
    told_of(request, words, findings_words(record_type, odd), opened)


def correct(
    request: TrialRequest, subject: str, stored: StoredRecord | None, texts: Mapping[str, str], seen: Mapping[str, str]
) -> None:
    """Correct what is recorded of a dosing: what the rule rests on leaves a deviation.

    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    if stored is None or "remove" in request.POST or "restore" in request.POST:
        raise Refused("a dosing is neither entered nor removed here; correct it, or go to the page of the dose")
    number = int(stored.fields["number"])
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        if not work.is_repeated:
            correct_dosing(work, subject, number, texts, seen, request.POST.get("reason", ""))
            check_record(work, DOSINGS, stored.record)
        odd, opened = odd_in(work, DOSINGS, stored.record), opened_in(work)
    told_of(request, f"dosing {number} of {subject} is corrected", findings_words(DOSINGS, odd), opened)


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
