"""The running trial behind the site: its ledger, its protocol and the data as they are now."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from firstdose.conduct.amendments import in_force, protocol_in_use
from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Ledger, SeenHeads, read_key
from firstdose.conduct.rules import RULES
from firstdose.conduct.snapshot import Snapshot, snapshot
from firstdose.protocol import Protocol
from firstdose.web.configuration import Configuration

FRESH_SECONDS = 2.0
DESK_RULES = (*RULES, refuse_by_hand)
"""What every draft is asked, whatever page it comes from."""


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


@dataclass
class Trial:
    """The trial that this site runs."""

    configuration: Configuration
    ledger: Ledger
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _latest: tuple[float, Snapshot] | None = None

    @property
    def protocol(self) -> Protocol:
        """The version approved last, with the others that people follow.

        Raises LedgerError if none is approved.
        """
        return protocol_in_use(self.ledger)

    @property
    def version(self) -> str:
        """The version of the protocol in force; empty if none is."""
        found = in_force(self.ledger)
        return found.version if found else ""

    @property
    def desk(self) -> Desk:
        """Where people write."""
        return Desk(self.ledger, self.protocol, DESK_RULES)

    @property
    def heads(self) -> SeenHeads:
        """The heads that stood on documents."""
        return SeenHeads(self.configuration.heads_file)

    def latest(self) -> Snapshot:
        """The data as they are now; for pages that many look at, up to two seconds old. Nothing is decided on it."""
        with self._lock:
            if self._latest is not None and time.monotonic() - self._latest[0] < FRESH_SECONDS:
                return self._latest[1]
        return self.fresh()

    def fresh(self) -> Snapshot:
        """The data as they are at this moment; read anew only if something was entered."""
        with self._lock:
            if self._latest is None or self.ledger.head() != self._latest[1].head:
                self._latest = (time.monotonic(), snapshot(self.ledger, now()))
            else:
                self._latest = (time.monotonic(), self._latest[1])
            return self._latest[1]


@cache
def the_trial() -> Trial:
    """The trial of this process.

    Raises LedgerError if there is none yet.
    """
    configuration: Configuration = settings.CONFIGURATION
    key = read_key(configuration.key_file)
    return Trial(configuration, Ledger.open(configuration.database_url, key, now))
