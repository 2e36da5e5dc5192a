"""The running trial behind the site: its ledger, its protocol and the data as they are now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.conf import settings

from firstdose.conduct.amendments import in_force, protocol_in_use
from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Ledger, SeenHeads, read_key
from firstdose.conduct.rules import RULES
from firstdose.conduct.snapshot import OF_DOSING, Snapshot, snapshot_now, trial_data_of
from firstdose.protocol import Protocol
from firstdose.records import RECORDS, TrialData
from firstdose.web.configuration import Configuration

Made = TypeVar("Made")
QUICK_SECONDS = 0.2
"""What takes longer to read is read beside the pages."""
DESK_RULES = (*RULES, refuse_by_hand)
"""What every draft is asked, whatever page it comes from."""


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Held:
    """All data as they were read last, the last entry about a record by then, and how long that took."""

    snapshot: Snapshot
    last_entry: int
    seconds: float


@dataclass
class Trial:
    """The trial that this site runs."""

    configuration: Configuration
    ledger: Ledger
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: Held | None = None
    _is_reading: bool = False
    _locks: dict[str, threading.RLock] = field(default_factory=dict)
    _kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)

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
        """All data, for pages that many look at; those of a large trial are read beside the pages, and seconds old.

        Nothing is decided on it: see `dosing_data` and `fresh`.
        """
        with self._lock:
            held = self._held
            if held is None:
                return self._read().snapshot
            is_behind = held.last_entry != self._last_entry()
            if is_behind and held.seconds < QUICK_SECONDS:
                return self._read().snapshot
            if is_behind and not self._is_reading:
                self._is_reading = True
                threading.Thread(target=self._read_beside, name="data", daemon=True).start()
            return held.snapshot

    def fresh(self) -> Snapshot:
        """All data as they are at this moment; read anew only if something was entered."""
        with self._lock:
            if self._held is None or self._held.last_entry != self._last_entry():
                return self._read().snapshot
            return self._held.snapshot

    def dosing_data(self) -> TrialData:
        """What dosing rests on, as it is at this moment."""

        def read() -> TrialData:
            stored = [each for kind in OF_DOSING for each in self.ledger.records(kind)]
            return trial_data_of(stored, now().date())

        return self.kept("dosing", (self.ledger.last_entry_of(OF_DOSING), now().date()), read)

    def _last_entry(self) -> int:
        """The last entry about a record of the trial; sign-ins and other events change no data."""
        return self.ledger.last_entry_of(tuple(RECORDS))

    def _read(self) -> Held:
        """Read all data and hold them."""
        begun, last_entry = time.monotonic(), self._last_entry()
        found = snapshot_now(self.ledger, now().date())
        self._held = Held(found, last_entry, time.monotonic() - begun)
        return self._held

    def _read_beside(self) -> None:
        """Read all data while pages show those that are held; then rest, so that pages are not slowed all the time."""
        try:
            held = self._read()
            time.sleep(held.seconds)
        finally:
            self._is_reading = False
            self.ledger.close()

    def kept(self, name: str, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under a name, made anew where what it rests on, the key, is another than the last time."""
        with self._locks.setdefault(name, threading.RLock()):
            if name not in self._kept or self._kept[name][0] != key:
                self._kept[name] = (key, make())
            made: Made = self._kept[name][1]
            return made


@cache
def the_trial() -> Trial:
    """The trial of this process.

    Raises LedgerError if there is none yet.
    """
    configuration: Configuration = settings.CONFIGURATION
    key = read_key(configuration.key_file)
    return Trial(configuration, Ledger.open(configuration.database_url, key, now))
