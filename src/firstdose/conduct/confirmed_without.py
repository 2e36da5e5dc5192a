"""What was not recorded when eligibility was confirmed, with the reason to go on; and what lacks without a reason.

A reason is bound to the signature of the confirmation that it was given for, and counts while that one is in force.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from firstdose.conduct.catalogue import ConfirmedWithout
from firstdose.conduct.confirmation import CONFIRMATION, Confirmation, confirmation_of
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.in_short import in_short
from firstdose.conduct.ledger import Refused
from firstdose.conduct.not_recorded import By, NotRecorded, not_recorded
from firstdose.conduct.own_records import Recorded, all_of, as_object, create
from firstdose.conduct.reasons import is_reason
from firstdose.dosing import Reason
from firstdose.protocol import Protocol

RECORD = "confirmed_without"
LONGEST_REASON = 2_000
LONGEST_TOLD, MOST_TOLD = 100, 4
"""How much of each person, and of how many, the committee's pack has place for."""
ASKED_FOR = "asked for before the dosing, and not recorded: "
WENT_ON = "not recorded before the dosing: "
"""How the notes at the gate begin that tell what lacks, without a reason and with one."""
NO_REASON = (
    "{subject} cannot be confirmed as eligible without a reason: the protocol asks for what is not recorded. "
    "{missing}. Record it, or say in words where it stands, or why it may go on without it"
)


@dataclass(frozen=True)
class Lacking:
    """What is not recorded now, by whether the confirmation in force gives a reason for it."""

    confirmation: Confirmation
    given: ConfirmedWithout | None = None
    missing: tuple[NotRecorded, ...] = ()

    @property
    def explained(self) -> tuple[NotRecorded, ...]:
        """That for which a reason was given."""
        keys = {each.key for each in _told(self.given)} if self.given else ()
        return tuple(each for each in self.missing if each.key in keys)

    @property
    def unexplained(self) -> tuple[NotRecorded, ...]:
        """That for which none was."""
        explained = self.explained
        return tuple(each for each in self.missing if each not in explained)

    @property
    def reasons(self) -> Iterator[Reason]:
        """Why dosing must wait; nothing where nothing is confirmed, which is a reason by itself."""
        if self.confirmation.holds and self.unexplained:
            words = (
                f"not recorded, and no reason was given for it when eligibility was confirmed: "
                f"{listed(self.unexplained)}. Record it, or have eligibility confirmed again, with a reason"
            )
            yield Reason(CONFIRMATION, words, None, (f"subjects {self.confirmation.record}",))

    @property
    def notes(self) -> Iterator[str]:
        """What people should know at the bedside."""
        if self.unexplained and not self.confirmation.holds:
            yield f"{ASKED_FOR}{listed(self.unexplained)}"
        if self.explained and self.given is not None:
            why = f"reason given when eligibility was confirmed: {self.given.reason}"
            yield f"{WENT_ON}{listed(self.explained)}; {why}"


def listed(missing: Iterable[NotRecorded]) -> str:
    """What is lacking, in one sentence."""
    return "; ".join(each.words for each in missing)


def lacking(source: Recorded, subject: str, protocol: Protocol, by: By, as_of: datetime | None = None) -> Lacking:
    """What is not recorded of somebody now, beside the reason of the confirmation in force, or in force as of then."""
    confirmation = confirmation_of(source, subject, as_of)
    given = reason_given(source, subject, confirmation)
    return Lacking(confirmation, given, not_recorded(source, subject, protocol, by))


def reason_given(source: Recorded, subject: str, confirmation: Confirmation) -> ConfirmedWithout | None:
    """What was said beside the signature of a confirmation that holds of what was not recorded then."""
    if not confirmation.holds or confirmation.signature is None:
        return None
    stored = source.record(RECORD, name_of(RECORD, subject, confirmation.signature))
    return as_object(ConfirmedWithout, stored) if stored.exists and not stored.is_removed else None


def confirmed_without_all(source: Recorded) -> frozenset[str]:
    """Whose confirmation in force was signed without all that is asked for before a dosing."""
    people = {each.subject for each in all_of(source, ConfirmedWithout)}
    return frozenset(each for each in people if reason_given(source, each, confirmation_of(source, each)) is not None)


def told_of_everybody(source: Recorded) -> str:
    """Who was last confirmed without all that is asked for before a dosing, and why; empty where nobody was."""
    last = {each.subject: each for each in sorted(all_of(source, ConfirmedWithout), key=lambda each: each.signature)}
    told = [
        f"{subject} ({in_short(words_given(given), LONGEST_TOLD)}; reason: {in_short(given.reason, LONGEST_TOLD)})"
        for subject, given in sorted(last.items())
        if confirmation_of(source, subject).signature in (None, given.signature)
    ]
    more = f"; and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    begin = "Eligibility was confirmed without all that the protocol asks for before a dosing, with a reason: "
    return f"{begin}{'; '.join(told[:MOST_TOLD])}{more}." if told else ""


def words_given(given: ConfirmedWithout) -> str:
    """What was not recorded then."""
    return listed(_told(given))


def require_reason(subject: str, missing: Collection[NotRecorded], reason: str, seen: Collection[str]) -> None:
    """Refuse a confirmation that says nothing of what is not recorded, or that was shown less than is lacking now.

    ``seen`` are the keys of what the author was shown. Raises Refused, with the list.
    """
    if not missing:
        return
    if not is_reason(reason):
        raise Refused(NO_REASON.format(subject=subject, missing=listed(missing)))
    if len(reason) > LONGEST_REASON:
        raise Refused(f"a reason has {LONGEST_REASON:,} characters at most; say it in short")
    later = [each for each in missing if each.key not in seen]
    if later:
        raise Refused(f"also not recorded, and not shown to you yet: {listed(later)}. Look again, then confirm")


def keep_reason(work: Work, subject: str, signature: int, missing: Collection[NotRecorded], reason: str) -> None:
    """Note beside a signature what was not recorded, and why it went on."""
    if missing:
        told = json.dumps([asdict(each) for each in missing], ensure_ascii=False)
        given = ConfirmedWithout(subject=subject, signature=signature, not_recorded=told, reason=reason.strip())
        create(work, given, by="sign_eligibility")


def _told(given: ConfirmedWithout) -> list[NotRecorded]:
    """What a reason was given for."""
    return [NotRecorded(**each) for each in json.loads(given.not_recorded)]
