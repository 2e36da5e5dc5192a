"""The investigator's signed confirmation that somebody is eligible: every criterion answered and met, consent given."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from firstdose.conduct.confirmation import CONFIRMATION, MEANING, MOMENT, NAME, confirmation_reasons
from firstdose.conduct.confirmed_without import Lacking, keep_reason, lacking, require_reason
from firstdose.conduct.criteria import contradictions
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.in_short import reasons_in_short
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.not_recorded import By
from firstdose.conduct.own_records import Recorded, change
from firstdose.conduct.participants import participant, question_about, records_now, this_moment, zone_of
from firstdose.conduct.signatures import Proof, Purpose, sign
from firstdose.dosing import Reason
from firstdose.dosing.person_checks import ANSWERED_LATER, person_reasons
from firstdose.dosing.question import Question
from firstdose.records import PartialDateTime
from firstdose.records.values import write_value


def reasons_against(work: Work, subject: str) -> tuple[Reason, ...]:
    """What speaks against confirming that somebody is eligible now, apart from that it is not confirmed yet.

    Answers given after an earlier confirmation are no reason: the new one is given with knowledge of them.
    """
    participant(work, subject)
    return without_confirmation(eligibility_reasons(work, subject))


def without_confirmation(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What of the reasons against dosing a new confirmation would not settle."""
    return tuple(each for each in reasons if each.rule != CONFIRMATION and not _is_later(each))


def eligibility_reasons(work: Work, subject: str) -> tuple[Reason, ...]:
    """All about the person that speaks against dosing: answers against the record and a missing signature included."""
    return reasons_of(work, question_about(work, subject))


def reasons_of(source: Recorded, question: Question) -> tuple[Reason, ...]:
    """The same, of a question that is asked now, with what a ledger or somebody's open work knows."""
    subject = question.subject
    return (
        *person_reasons(question),
        *contradictions(source, subject, question.protocol),
        *confirmation_reasons(source, subject),
    )


def is_to_be_renewed(work: Work, subject: str) -> bool:
    """Whether an answer was given or changed after eligibility was confirmed, so that it is to be confirmed anew."""
    return any(map(_is_later, person_reasons(question_about(work, subject))))


def lacking_now(work: Work, subject: str) -> Lacking:
    """What the protocol asks for before a dosing and is not recorded of somebody; nothing of who was dosed."""
    records, found = records_now(work), lacking(work, subject, work.protocol, By(work.now, zone_of(work)))
    is_dosed = any(map(records.was_given, records.dosings.get(subject, ())))
    return replace(found, missing=()) if is_dosed else found


def confirm_eligibility(
    work: Work, subject: str, proof: Proof, seen_head: int, reason: str = "", seen: Collection[str] = ()
) -> Entry:
    """Note that the author confirms eligibility now, and sign it, in one write.

    ``proof`` is that of the author for the record as it was shown, ``seen_head`` its last entry then. ``reason`` says
    why it may go on without what the protocol asks for before a dosing and is not recorded, ``seen`` are the keys of
    what the author was shown of that. Raises Refused with everything that speaks against it, or that is not recorded
    and for which no reason is given; if the record was changed since the author saw it; and as `sign` does.
    Returns the entry of the signature.
    """
    work.require("sign_eligibility")
    against = reasons_against(work, subject)
    if against:
        words = "; ".join(each.words for each in reasons_in_short(against))
        raise Refused(f"{subject} cannot be confirmed as eligible: {words}")
    missing = lacking_now(work, subject).missing
    require_reason(subject, missing, reason, seen)
    stored = work.record("subjects", name_of("subjects", subject))
    if stored.head != seen_head:
        raise Refused(f"the record of {subject} was changed since it was shown to you: look at it again, then confirm")
    shown = Purpose("subjects", stored.record, seen_head, MEANING)
    if shown not in proof.purposes:
        raise Refused("the identity was proved to sign something else: enter the password again for this signature")
    new: dict[str, str | PartialDateTime] = {MOMENT: this_moment(work), NAME: proof.full_name}
    head = stored.head
    if any(stored.fields.get(name) != write_value(value) for name, value in new.items()):  # not twice in a second
        head = change(work, stored, new, reason="eligibility confirmed", by="sign_eligibility").sequence
    written = replace(shown, head=head)
    signed = sign(work, written, replace(proof, purposes=(written,)))
    keep_reason(work, subject, int(signed.record), missing, reason)
    return signed


def _is_later(reason: Reason) -> bool:
    return bool(reason.criterion) and reason.words.endswith(ANSWERED_LATER)
