"""Who was dosed keeps the DLT window under which that was done, until it is over."""

from __future__ import annotations

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.participants import question_about
from firstdose.dosing import AmendedProtocol, protocol_followed
from firstdose.protocol import Protocol
from firstdose.records import Subject
from firstdose.safety.evaluability import Status

VERSION = "protocol_version"


def refuse_shorter_window(work: Work, draft: Draft) -> None:
    """The rule of the desk: nobody's window becomes shorter, while it is open, by following another version.

    Days that were still to be watched would otherwise be over at once, and the rule would count them as without a DLT.
    Raises Refused.
    """
    moved = next((each for each in draft.changes if each.field == VERSION), None)
    if draft.record_type != "subjects" or draft.action != "change" or moved is None:
        return
    if not isinstance(work.protocol, AmendedProtocol):
        return
    subject = work.record("subjects", draft.record).fields.get("subject", "").strip()
    before, after = (_window(work.protocol, subject, version) for version in (moved.old, moved.new))
    if before is None or (after is not None and after >= before):
        return
    course = question_about(work, subject).courses.of(subject)
    if course is not None and course.is_dosed and course.status is Status.PENDING:
        other = f"version {moved.new}" if moved.new else "the version in force"
        days = "has none" if after is None else f"has one of {after} days"
        raise Refused(
            f"{subject} was dosed with a DLT window of {before} days, which is not over; {other} {days}. "
            f"Move {subject} once it is over and the events in it are judged"
        )


def _window(protocol: Protocol, subject: str, version: str | None) -> int | None:
    """The DLT window by a version, in days."""
    followed = protocol_followed(protocol, Subject(subject=subject, protocol_version=version))
    definition = followed.escalation.dlt
    return definition.window_days if definition else None
