"""Where a ledger, its key and its heads are, from the options of a command; and its faults in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firstdose.cli.inputs import InputError
from firstdose.conduct.ledger import Head, SeenHeads, Verification
from firstdose.conduct.ledger.database import UNKNOWN_ADDRESS, is_address, path_of
from firstdose.conduct.ledger.verifying import MOST_FAULTS
from firstdose.protocol.problems import printable

SHOWN = 20
DATABASE, KEY = "firstdose.sqlite3", "firstdose.key"


@dataclass(frozen=True)
class LedgerPlace:
    """The address of the database, and two files outside of it."""

    url: str
    key: Path
    heads: Path

    @property
    def seen_heads(self) -> SeenHeads:
        """The file of the heads."""
        return SeenHeads(self.heads)

    def seen(self, given: list[str] | None) -> list[Head]:
        """The heads in the file and those given; InputError if one of them is none."""
        try:
            return [*self.seen_heads.read(), *map(Head.of_text, given or ())]
        except ValueError as problem:
            where = f"{self.heads} or --head" if given else str(self.heads)
            raise InputError(f"{printable(where)}: {printable(str(problem))}") from None


def ledger_place(database: str | None, key: Path | None, heads: Path | None) -> LedgerPlace:
    """What the options say, and for the others what is usual; InputError if no database has such an address."""
    url = database or f"sqlite:///{Path.cwd() / DATABASE}"
    if not is_address(url):
        raise InputError(f"--database or DATABASE_URL: {UNKNOWN_ADDRESS}")
    path = path_of(url)
    key = key or (path.parent if path else Path.cwd()) / KEY
    return LedgerPlace(url, key, heads or key.with_suffix(".heads"))


def faults_text(name: str, found: Verification) -> str:
    """What is wrong, the first entries first."""
    count = len(found.faults)
    many = f"{count} or more" if count >= MOST_FAULTS else str(count)
    lines = [f"{name}: {found.entries:,} entries; {many} fault{'s' if count > 1 else ''}, the first of them first"]
    for fault in found.faults[:SHOWN]:
        where = f"entry {fault.sequence}: " if fault.sequence else ""
        lines.append(f"  {where}{printable(fault.words)}")
    if count > SHOWN:
        lines.append("  ...")
    if count >= min(found.entries, MOST_FAULTS) > 1 and found.faults[0].sequence == 1:
        lines.append("Every entry fails: first make sure that the key is the one that the ledger was made with.")
    lines.append("Change nothing; keep the database as it is, and compare it with the last copy.")
    return "\n".join(lines)
