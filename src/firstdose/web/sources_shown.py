"""Source verification and signatures as they stand beside a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.signatures import Signed, signatures_of
from firstdose.conduct.source_checks import Verified, last_check
from firstdose.records import RECORDS
from firstdose.web.acting import TrialRequest

VERIFIED: dict[Verified, str] = {
    "not_checked": "not compared with its source",
    "agrees": "agrees with its source",
    "differs": "differs from its source",
    "changed_since": "changed since it was compared with its source",
}


@dataclass(frozen=True)
class ShownCheck:
    """What the last comparison of a record with its source says, who made it and when."""

    state: Verified
    words: str
    note: str
    account: str
    moment: datetime | None


def check_beside(request: TrialRequest, stored: StoredRecord | None) -> ShownCheck | None:
    """The last comparison of a record with its source; None for what has no source."""
    if stored is None or stored.is_removed or stored.record_type not in RECORDS:
        return None
    state, check = last_check(request.trial.ledger, stored)
    if check is None:
        return ShownCheck(state, VERIFIED[state], "", "", None)
    entry = request.trial.ledger.history("source_checks", str(check.check))[0]
    return ShownCheck(state, VERIFIED[state], check.note or "", entry.account, entry.instant)


def signatures_beside(request: TrialRequest, stored: StoredRecord | None) -> tuple[Signed, ...]:
    """The signatures of a record, fallen ones too."""
    return signatures_of(request.trial.ledger, stored.record_type, stored.record) if stored else ()
