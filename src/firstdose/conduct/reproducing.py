"""What the committee saw, read from the ledger again, and whether it still gives the same, bit for bit."""

from __future__ import annotations

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.gating import instant
from firstdose.conduct.ledger import Head, Ledger
from firstdose.conduct.recommending import recommend
from firstdose.conduct.snapshot import Snapshot, snapshot_at
from firstdose.protocol import Protocol


def seen_again(ledger: Ledger, prepared: PreparedDecision) -> Snapshot:
    """The data that the committee saw, read from the ledger again."""
    day = instant(prepared.data_as_of).date()
    return snapshot_at(ledger, Head.of_text(prepared.ledger_head).sequence, day)


def is_reproduced(ledger: Ledger, prepared: PreparedDecision, protocol: Protocol) -> bool:
    """Whether the ledger still gives the same data, head and recommendation, bit for bit.

    ``protocol`` is the version under which it was prepared. A recommendation that failed then is not asked for again.
    """
    again = seen_again(ledger, prepared)
    if (again.content_hash, str(again.head)) != (prepared.data_hash, prepared.ledger_head):
        return False
    if prepared.recommendation is None:
        return True
    return recommend(protocol, again, instant(prepared.data_as_of)).document == prepared.recommendation
