"""Where the clock of the server went wrong in a ledger, in words: what was known then goes by the order of entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class EntriesFound:
    """How many entries something is true of, with the first and the last of them; None where there is none."""

    count: int
    first: int | None
    last: int | None

    @property
    def words(self) -> str:
        """Their numbers, such as "entry 17 bears" or "3 entries from 17 to 24 bear"."""
        if self.count == 1:
            return f"entry {self.first} bears"
        return f"{self.count} entries from {self.first} to {self.last} bear"


@dataclass(frozen=True)
class ClockFaults:
    """What the clock did up to an entry: those at which it was behind the entry before, and those ahead of a moment."""

    moment: datetime
    set_back: EntriesFound
    ahead: EntriesFound

    @property
    def words(self) -> str:
        """What must be told of them; empty where the clock went on as it should."""
        told = []
        if self.set_back.count:
            told.append(f"the server's clock went back: {self.set_back.words} an earlier time than the one before")
        if self.ahead.count:
            time = f"{self.moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            told.append(f"the server's clock ran ahead: {self.ahead.words} a later time than {time}")
        if not told:
            return ""
        words = "; ".join([*told, "what was known goes by the order of the entries"])
        return f"{words[0].upper()}{words[1:]}."
