"""Signing what was entered about a participant: several forms at once, after proving again who signs."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.conduct.signatures import REVIEWED, Purpose, Signed, sign_all, signatures_of
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.proving import needs_code, prove
from firstdose.web.record_words import RecordWords
from firstdose.web.sent_once import written_once
from firstdose.web.sight import address_of
from firstdose.web.subject_records import FORMS, records_of, title_of
from firstdose.web.trial import now

FORM = "form"


@dataclass(frozen=True)
class SignedRecord:
    """One record with what stands in it, by question, where it is looked at, and its signatures."""

    stored: StoredRecord
    texts: list[tuple[str, str]]
    address: str | None
    given: tuple[Signed, ...]

    @property
    def is_signed(self) -> bool:
        """Whether a signature holds."""
        return any(each.is_valid for each in self.given)


@dataclass(frozen=True)
class SignedForm:
    """One form of a participant: its records, and what became of each one's signatures.

    ``seen`` stands for exactly these records with what is in them; it changes with any of them.
    """

    record_type: str
    title: str
    records: tuple[SignedRecord, ...]

    @property
    def unsigned(self) -> tuple[StoredRecord, ...]:
        """The records without a signature that holds."""
        return tuple(each.stored for each in self.records if not each.is_signed)

    @property
    def fallen(self) -> int:
        """How many records were signed and are so no longer."""
        return sum(bool(each.given) and not each.is_signed for each in self.records)

    @property
    def seen(self) -> str:
        """What the signer has before him, as a short text."""
        return seen_as(self.unsigned)


def signing(request: TrialRequest, subject: str) -> HttpResponseBase:
    """The forms of a participant with their signatures; those that are chosen are signed here."""
    forms = signed_forms(request, subject)
    if request.method == "POST":
        return _signed(request, subject, forms)
    context = {
        "subject": subject,
        "forms": forms,
        "meaning": REVIEWED,
        "needs_code": needs_code(request),
        "left": sum(len(each.unsigned) for each in forms),
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/signing.html", context)


def signed_forms(request: TrialRequest, subject: str) -> list[SignedForm]:
    """The forms in which something was entered, with the signatures of each record that mean that it was reviewed."""
    ledger = request.trial.ledger
    given: dict[tuple[str, str], list[Signed]] = {}
    for each in signatures_of(ledger):
        if each.signature.meaning == REVIEWED:
            given.setdefault((each.signature.about_type, each.signature.about_record), []).append(each)
    found = []
    for kind, records in records_of(ledger, subject).items():
        words = RecordWords.of(request, kind)
        rows = tuple(
            SignedRecord(
                each,
                [(column.question.words, text) for column, text in words.texts(each)],
                address_of(kind, each.record, subject),
                tuple(given.get((kind, each.record), ())),
            )
            for each in records
            if not each.is_removed
        )
        if rows:
            found.append(SignedForm(kind, title_of(kind), rows))
    return found


def seen_as(records: Iterable[StoredRecord]) -> str:
    """A short text that stands for records as they are now."""
    text = "\n".join(f"{each.record_type} {each.record} {each.head}" for each in records)
    return hashlib.sha256(text.encode()).hexdigest()


def _signed(request: TrialRequest, subject: str, forms: list[SignedForm]) -> HttpResponseBase:
    """Sign every record without a signature of the forms that were chosen, as it was seen."""
    chosen = dict(each.partition(":")[::2] for each in request.POST.getlist(FORM))
    unknown = chosen.keys() - FORMS.keys()
    if not chosen or unknown:
        raise Refused("choose the forms that are to be signed")
    by_kind = {each.record_type: each for each in forms}
    purposes = []
    for kind, seen in chosen.items():
        form = by_kind.get(kind)
        if form is None or form.seen != seen:
            raise Refused(f"{title_of(kind)}: changed since it was shown to you; look at it again, then sign")
        purposes += [Purpose(kind, each.record, each.head, REVIEWED) for each in form.unsigned]
    if not purposes:
        raise Refused("everything in these forms is signed already")
    proof = prove(request, *purposes)
    with written_once(request) as work:
        if not work.is_repeated:
            sign_all(work, purposes, proof)
        head = work.head
    request.trial.heads.add(head, now(), f"signatures of {subject}")
    told(request, f"{subject}: {len(purposes)} record{'s' if len(purposes) != 1 else ''} signed")
    return redirect("signing", subject=subject)
