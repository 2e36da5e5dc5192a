"""The investigator's confirmation that somebody is eligible: every criterion answered and met, consent given."""

from __future__ import annotations

from firstdose.conduct.desk import Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.own_records import change
from firstdose.conduct.participants import participant, question_about, this_moment
from firstdose.dosing import Reason
from firstdose.dosing.person_checks import person_reasons

MEANING = "I confirm that this person meets the criteria of the protocol and has given consent"
"""What the investigator's signature of a participant means."""
CONFIRMATION = "subjects.eligibility_confirmed"


def reasons_against(work: Work, subject: str) -> tuple[Reason, ...]:
    """What speaks against confirming that somebody is eligible now, apart from that it is not confirmed yet."""
    participant(work, subject)
    return tuple(each for each in person_reasons(question_about(work, subject)) if each.rule != CONFIRMATION)


def confirm_eligibility(work: Work, subject: str, full_name: str, seen_head: int) -> Entry:
    """Note that the author confirms eligibility now; to be signed in the same write.

    Raises Refused with everything that speaks against it, and if the record was changed since the author saw it.
    """
    work.require("sign_eligibility")
    against = reasons_against(work, subject)
    if against:
        raise Refused(f"{subject} cannot be confirmed as eligible: {'; '.join(each.words for each in against)}")
    stored = work.record("subjects", name_of("subjects", subject))
    if stored.head != seen_head:
        raise Refused(f"the record of {subject} was changed since it was shown to you: look at it again, then confirm")
    new = {"eligibility_confirmed": this_moment(work), "eligibility_confirmed_by": full_name}
    return change(work, stored, new, reason="eligibility confirmed", by="sign_eligibility")
