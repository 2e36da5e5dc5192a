"""The rules that every draft must keep, whatever path it comes by: what the desk of a running trial is made with."""

from __future__ import annotations

from firstdose.conduct.amendments import refuse_wrong_version
from firstdose.conduct.catalogue import CONDUCT_RECORDS
from firstdose.conduct.desk import Rule, Work
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.locking import refuse_locked, refuse_wrong_step
from firstdose.conduct.naming import record_words
from firstdose.conduct.reasons import refuse_poor_reason
from firstdose.conduct.signatures import content_hash

MAY_BE_REMOVED = ("role_grants", "safety_reports")
"""Records of the conduct that can be taken back; the others stay for ever, and say how they ended."""


def keep_records_of_conduct(_: Work, draft: Draft) -> None:
    """What people asked, checked, signed, judged and decided is never removed.

    Raises Refused.
    """
    is_kept = draft.record_type in CONDUCT_RECORDS and draft.record_type not in MAY_BE_REMOVED
    if is_kept and draft.action in ("remove", "restore"):
        raise Refused(
            f"{record_words(draft.record_type, draft.record)} is part of the trial's history and cannot be removed"
        )


def refuse_false_signature(work: Work, draft: Draft) -> None:
    """A signature is its author's own, over the record as it stands now, and never altered.

    Raises Refused.
    """
    if draft.record_type != "signatures" or draft.action == "event":
        return
    if draft.action != "create":
        raise Refused("a signature is never altered; it falls when what was signed changes")
    new = {change.field: change.new or "" for change in draft.changes}
    stored = work.record(new.get("about_type", ""), new.get("about_record", ""))
    if new.get("signer") != work.author.account:
        raise Refused("nobody signs for somebody else")
    if new.get("head") != str(stored.head) or new.get("content_hash") != content_hash(stored):
        raise Refused("a signature is over the record as it stands now")


RULES: tuple[Rule, ...] = (
    refuse_locked,
    refuse_wrong_step,
    refuse_wrong_version,
    refuse_poor_reason,
    keep_records_of_conduct,
    refuse_false_signature,
)
