"""The running trial behind the site: its ledger, its protocol and the data as they are now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any, TypeVar, cast

from django.conf import settings

from firstdose.conduct.amendments import in_force, protocol_in_use
from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Ledger, SeenHeads, read_key
from firstdose.conduct.live_data import LiveData
from firstdose.conduct.remembered import Remembered
from firstdose.conduct.rules import RULES
from firstdose.conduct.serious_events import SeriousEvents
from firstdose.conduct.snapshot import OF_DOSING, Snapshot, snapshot_now
from firstdose.dosing.courses import Courses
from firstdose.dosing.known import zone_named
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import RECORDS, TrialData
from firstdose.web.configuration import Configuration

Made = TypeVar("Made")
QUICK_MAKING_SECONDS, PATIENCE = 0.02, 10.0
"""What takes longer to make is made again only after so many times as long: in a large trial after a second or two."""
DESK_RULES = (*RULES, refuse_by_hand)
"""What every draft is asked, whatever page it comes from."""


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def quarter_of(moment: datetime) -> datetime:
    """The quarter of an hour in which a moment lies: in every zone the day changes with one."""
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def minute_of(moment: datetime) -> datetime:
    """The minute in which a moment lies."""
    return moment.replace(second=0, microsecond=0)


def people_in(ledger: Ledger) -> tuple[tuple[str, str | None], ...]:
    """The names and centres of all who were ever entered as participants, also of those who were removed."""
    found = (each.fields for each in ledger.records("subjects"))
    return tuple((fields["subject"].strip(), fields.get("centre")) for fields in found)


@dataclass(frozen=True)
class Kept:
    """What was made, of what, and until when it need not be made again; not at all where it was made quickly."""

    key: Hashable
    made: Any
    rests_until: float = 0.0


@dataclass
class Trial:
    """The trial that this site runs."""

    configuration: Configuration
    ledger: Ledger
    patience: float = PATIENCE
    remembered: Remembered = field(default_factory=Remembered)
    serious_events: SeriousEvents = field(default_factory=SeriousEvents)
    _live: LiveData = field(init=False)
    _locks: dict[str, threading.RLock] = field(default_factory=dict)
    _kept: dict[str, Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._live = LiveData(self.ledger)

    @property
    def protocol(self) -> Protocol:
        """The version approved last, with the others that people follow.

        Raises LedgerError if none is approved.
        """
        return self.kept("protocol", self._last_version, lambda: protocol_in_use(self.ledger))

    @property
    def zone(self) -> tzinfo | None:
        """The zone of the site, for what is recorded without one."""
        return zone_named(self.configuration.zone)

    @property
    def version(self) -> str:
        """The version of the protocol in force; empty if none is."""
        found = self.kept("version", self._last_version, lambda: in_force(self.ledger))
        return found.version if found else ""

    @property
    def _last_version(self) -> int:
        """The last entry about a version of the protocol."""
        return self.ledger.last_entry_of(("protocol_versions",))

    @property
    def people(self) -> tuple[tuple[str, str | None], ...]:
        """The names and centres of the participants, read anew when anything of one was entered."""
        key = self.ledger.last_entry_of(("subjects",))
        return self.kept("people", key, lambda: people_in(self.ledger))

    @property
    def desk(self) -> Desk:
        """Where people write."""
        return Desk(self.ledger, self.protocol, DESK_RULES)

    @property
    def heads(self) -> SeenHeads:
        """The heads that stood on documents."""
        return SeenHeads(self.configuration.heads_file)

    def fresh(self) -> Snapshot:
        """All data as they are at this moment, with all that is odd in them; read anew only if something was entered.

        It reads everything, which in a large trial takes a second or two: pages that many look at use `data`.
        """
        return self.kept("snapshot", self.last_entry, lambda: snapshot_now(self.ledger, now().date()))

    def data(self) -> TrialData:
        """All data as they are at this moment; what cannot be used is not in them."""
        return self._live.of(tuple(RECORDS), now().date())

    def dosing_data(self) -> TrialData:
        """What dosing rests on, as it is at this moment."""
        return self._live.of(OF_DOSING, now().date())

    def courses(self, moment: datetime, *, at_once: bool = False) -> Courses:
        """Everyone's course as of a moment; made anew each minute, and when something that dosing rests on was entered.

        Never as of a moment before the data were read, such as the beginning of the minute: what the program dated
        since, a verdict above all, would not be known yet. With ``at_once`` they hold what was entered a moment ago,
        for who has just entered it; else they may be of some seconds before, where making them takes long.
        """
        key = (self.ledger.last_entry_of(OF_DOSING), minute_of(moment), self.version)
        return self._kept_for("courses", key, lambda: self._courses(moment), self.patience, at_once=at_once)

    def _courses(self, moment: datetime) -> Courses:
        """Everyone's course, as of the moment at which the data have been read."""
        trial_data = self.dosing_data()
        return Courses(self.protocol, Records(trial_data, max(moment, now()), self.zone))

    @property
    def last_entry(self) -> int:
        """The last entry about a record of the trial; sign-ins and other events change no data."""
        return self.ledger.last_entry_of(tuple(RECORDS))

    def unreadable_for_the_rule(self) -> list[tuple[str, str]]:
        """Kind and name of the records in which something could not be read that the rule's advice rests on."""
        return self._live.bearing_on_the_rule(now().date())[0]

    def set_aside_by_the_rule(self) -> list[tuple[str, str]]:
        """The same of those that bear upon nobody dosed or to be dosed: they are told, and hold nothing back."""
        return self._live.bearing_on_the_rule(now().date())[1]

    def unusable(self) -> int:
        """How many records are not among the data, as a field that they cannot do without could not be read."""
        return self._live.unusable(tuple(RECORDS))

    def kept(self, name: str, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under a name, made anew where what it rests on, the key, is another than the last time."""
        return self._kept_for(name, key, make, 0.0)

    def kept_a_while(self, name: str, key: Hashable, make: Callable[[], Made], *, at_once: bool = False) -> Made:
        """The same, of what need not be of this second, unless it is to be told ``at_once``.

        What took long to make is made again only after a while, so that it takes no more than a part of the time; and
        who asks while somebody makes it again is given what there is, and does not wait.
        """
        return self._kept_for(name, key, make, self.patience, at_once=at_once)

    def _kept_for(
        self, name: str, key: Hashable, make: Callable[[], Made], patience: float, *, at_once: bool = False
    ) -> Made:
        lock, last = self._locks.setdefault(name, threading.RLock()), self._kept.get(name)
        waits = at_once or last is None or not last.rests_until
        if not lock.acquire(blocking=waits):
            assert last is not None
            return cast(Made, last.made)
        try:
            kept, begun = self._kept.get(name), time.monotonic()
            if kept is None or (kept.key != key and (at_once or begun >= kept.rests_until)):
                made, ended = make(), time.monotonic()
                rest = patience * (ended - begun) if ended - begun > QUICK_MAKING_SECONDS else 0.0
                kept = self._kept[name] = Kept(key, made, ended + rest if rest else 0.0)
            return cast(Made, kept.made)
        finally:
            lock.release()


@cache
def the_trial() -> Trial:
    """The trial of this process.

    Raises LedgerError if there is none yet.
    """
    configuration: Configuration = settings.CONFIGURATION
    key = read_key(configuration.key_file)
    return Trial(configuration, Ledger.open(configuration.database_url, key, now))
