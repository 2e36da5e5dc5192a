"""The rules that every draft must keep, whatever path it comes by: what the desk of a running trial is made with."""

from __future__ import annotations

from firstdose.conduct.amendments import in_force, refuse_wrong_version
from firstdose.conduct.catalogue import CONDUCT_RECORDS
from firstdose.conduct.desk import Rule, Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.keeping_doses import refuse_raised_levels
from firstdose.conduct.keeping_windows import refuse_shorter_window
from firstdose.conduct.kept_open import keep_possible_dlts_open
from firstdose.conduct.ledger import Draft, Refused, StoredRecord
from firstdose.conduct.locking import refuse_locked, refuse_wrong_step
from firstdose.conduct.naming import record_words
from firstdose.conduct.reasons import refuse_poor_reason
from firstdose.conduct.signatures import content_hash
from firstdose.dosing import AmendedProtocol

MAY_BE_REMOVED = ("role_grants", "safety_reports")
"""Records of the conduct that can be taken back; the others stay for ever, and say how they ended."""
UNDER_THE_PROTOCOL = ("cohorts", "slots", "dosings", "dlt_adjudications", "prepared_decisions", "dose_decisions")
"""Records that are written by what the protocol says of levels, doses, windows and the rule."""

OF_DOSED = ("slots", "dosings", "waiting_places")
"""What somebody has who is dosed, or is to be."""


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


def refuse_removing_participants(work: Work, draft: Draft) -> None:
    """Who holds a slot, has a dosing or waits for one stays recorded: else nobody could release, date or judge them.

    Raises Refused.
    """
    if draft.record_type != "subjects" or draft.action != "remove":
        return
    held = [each for kind in OF_DOSED for each in work.records(kind) if _holds(each, draft.record)]
    if held:
        names = ", ".join(record_words(each.record_type, each.record) for each in held)
        raise Refused(
            f"{record_words('subjects', draft.record)} cannot be removed: {names}. A slot is released, a prepared "
            "dosing cancelled and the waiting list left first; who was dosed stays in the trial"
        )


def _holds(stored: StoredRecord, person: str) -> bool:
    """Whether a slot, a dosing or a place on the waiting list is a person's; one that is over or removed is not."""
    subject = stored.fields.get("subject", "").strip()
    is_gone = stored.is_removed or stored.fields.get("state") == "released" or "ended" in stored.fields
    return bool(subject) and not is_gone and name_of("subjects", subject) == person


def refuse_under_another_protocol(work: Work, draft: Draft) -> None:
    """What dosing rests on is written under the version in force, and not under one that was amended a moment ago.

    Raises Refused.
    """
    if not isinstance(work.protocol, AmendedProtocol) or draft.record_type not in UNDER_THE_PROTOCOL:
        return
    newest = in_force(work)
    known = work.protocol.versions.get(newest.version) if newest else None
    if newest is not None and (known is None or known.trial.version != work.protocol.trial.version):
        raise Refused(f"version {newest.version} of the protocol came into force meanwhile; look again, then do it")


RULES: tuple[Rule, ...] = (
    refuse_locked,
    refuse_wrong_step,
    refuse_wrong_version,
    refuse_poor_reason,
    keep_records_of_conduct,
    refuse_removing_participants,
    refuse_under_another_protocol,
    refuse_shorter_window,
    refuse_raised_levels,
    keep_possible_dlts_open,
    refuse_false_signature,
)
