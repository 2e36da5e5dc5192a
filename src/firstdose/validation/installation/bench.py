"""What the checks of a database share: where their ledgers stand, the key, and a few entries to spoil."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firstdose.conduct.ledger import Author, Draft, FieldChange, Head, Ledger
from firstdose.validation.installation.places import Place
from firstdose.validation.installation.small_trial import SmallTrial

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
AUTHOR = Author("nurse", "coordinator", "A", "Europe/Rome")
RECORDS = 4
ENTRIES = 2 * RECORDS


@dataclass
class SteppingClock:
    """A clock that goes on by a second each time that it is looked at, so that the checks repeat."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Bench:
    """One kind of database, the key's file, and a folder for copies."""

    place: Place
    key: bytes
    key_file: Path
    folder: Path

    @property
    def part(self) -> str:
        """What the checks of the ledger are called on the certificate."""
        return f"The ledger, on {self.place.title}"

    def named(self, name: str) -> str:
        """The name of a check of this database."""
        return f"{self.place.kind}_{name}"

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """A new ledger with some entries: four records, each entered and changed with a reason."""
        with self.created(self.place.new_url()) as ledger:
            yield ledger

    @contextmanager
    def created(self, url: str) -> Iterator[Ledger]:
        """The same at an address."""
        ledger = Ledger.create(url, self.key, SteppingClock())
        try:
            fill(ledger)
            yield ledger
        finally:
            ledger.close()

    @contextmanager
    def opened(self, url: str) -> Iterator[Ledger]:
        """A ledger that is there, however damaged."""
        ledger = Ledger.open(url, self.key, SteppingClock(), to_verify=True)
        try:
            yield ledger
        finally:
            ledger.close()

    @contextmanager
    def trial(self) -> Iterator[SmallTrial]:
        """A small trial that has a batch, and nobody yet."""
        trial = SmallTrial(self.place.new_url(), self.key)
        try:
            trial.batch()
            yield trial
        finally:
            trial.ledger.close()

    def new_file(self, name: str) -> Path:
        """A file that is not there yet."""
        number = len(list(self.folder.glob(f"*-{name}")))
        return self.folder / f"{self.place.kind}-{number + 1}-{name}"


def fill(ledger: Ledger) -> None:
    """Four records entered, then changed: entries 1 to 4 and 5 to 8."""
    for number in range(1, RECORDS + 1):
        ledger.write(AUTHOR, [entered(f"P{number}", pulse=str(60 + number))])
    for number in range(1, RECORDS + 1):
        change = FieldChange("pulse", str(60 + number), str(80 + number))
        ledger.write(AUTHOR, [Draft("change", "vital_signs", f"P{number}", (change,), reason_of(number))])


def reason_of(number: int) -> str:
    """Why a record was changed; no other entry has these words."""
    return f"misread the chart of P{number}"


def entered(record: str, **fields: str) -> Draft:
    """A new record with these fields."""
    return Draft("create", "vital_signs", record, tuple(FieldChange(name, None, new) for name, new in fields.items()))


def short(head: Head) -> str:
    """A head as far as people compare it by eye."""
    return f"{head.sequence}:{head.seal[:12]}..."
