"""Where a ledger, its key and its heads are, from the options of a command; and its faults in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from firstdose.cli.inputs import InputError
from firstdose.cli.serve_command import DEMO_FOLDER
from firstdose.conduct.ledger import Head, SeenHeads, Verification
from firstdose.conduct.ledger.database import UNKNOWN_ADDRESS, is_address, is_on_server, path_of
from firstdose.conduct.ledger.verifying import MOST_FAULTS
from firstdose.protocol.problems import printable
from firstdose.web.configuration import DEFAULT_ZONE, SITE_FOLDER, Configuration

SHOWN = 20
MOST_SHOWN = 40
BEGINNING_OF_HEAD = re.compile(r"(\d+(:[0-9a-f]{0,64}( .*)?)?)?")
"""What a crash may leave of a line."""
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
        """The heads in the file and those given; InputError if one of them is none, or if the file holds other things.

        To be called before a head is noted too: noting ends a line that was cut short, and would spoil another file.
        """
        try:
            _check_file_of_heads(self.heads)
            return [*self.seen_heads.read(), *map(Head.of_text, given or ())]
        except ValueError as problem:
            where = f"{self.heads} or --head" if given else str(self.heads)
            how = f"{printable(str(problem))}; name the file that holds the heads of the ledger, or leave --heads out"
            raise InputError(f"{printable(where)}: {how}") from None

    def noted(self) -> list[str]:
        """The heads in the file, each with its moment and what it stood on; InputError if one of them is none."""
        if not self.seen(None):
            return []
        return [line for line in self.heads.read_text("utf-8").split("\n")[:-1] if line.strip()]


def _check_file_of_heads(path: Path) -> None:
    """ValueError for a folder, for what is no text, and for a last line without an end that is no part of a head."""
    if path.is_dir():
        raise ValueError("this is a folder")
    if path.is_file():
        try:
            *_, last = path.read_text("utf-8").split("\n")
        except UnicodeDecodeError:
            raise ValueError("this is not a text") from None
        if not BEGINNING_OF_HEAD.fullmatch(last):
            raise ValueError(f"{last[:MOST_SHOWN]!r} is not the beginning of a head")


def ledger_place(database: str | None, key: Path | None, heads: Path | None) -> LedgerPlace:
    """What the options say, and for the others what is usual; InputError if no database has such an address."""
    url = database or f"sqlite:///{Path.cwd() / DATABASE}"
    if not is_address(url):
        raise InputError(f"--database or DATABASE_URL: {UNKNOWN_ADDRESS}")
    path = path_of(url)
    key = key or (path.parent if path else Path.cwd()) / KEY
    return LedgerPlace(url, key, heads or key.with_suffix(".heads"))


def place_of_site_or_given(
    folder: Path | None, database: str | None, key: Path | None, heads: Path | None
) -> LedgerPlace:
    """Of a ledger that is there: of the site in a folder, but for what other options name; else `ledger_place`.

    InputError if there is no such folder, or if nothing is named where a site is at hand and no other ledger.
    """
    if folder is None:
        if key is None and (database is None or is_on_server(database)):
            _look_for_site(DATABASE if database is None else KEY)
        return ledger_place(database, key, heads)
    if not folder.is_dir() and (database is None or key is None):
        raise InputError(f"--folder {printable(str(folder))}: there is no such folder; name that of the site")
    given = {"DATABASE_URL": database, "FIRSTDOSE_KEY_FILE": key, "FIRSTDOSE_HEADS_FILE": heads}
    named = {name: str(value) for name, value in given.items() if value is not None}
    any_zone = {"FIRSTDOSE_ZONE": DEFAULT_ZONE}  # a ledger is checked and copied also where the site's file is broken
    site = Configuration.of({"FIRSTDOSE_FOLDER": str(folder), **named, **any_zone})
    return ledger_place(site.database_url, site.key_file, site.heads_file)


def _look_for_site(missing: str) -> None:
    """Tell what to type where the usual files are not here, but a site is."""
    if Path(missing).exists() or Path(KEY).exists():
        return
    sites = [str(folder) for folder in (SITE_FOLDER, DEMO_FOLDER) if folder.is_dir()]
    if sites:
        raise InputError(f"there is no {missing} here; for the ledger of the site add --folder {' or '.join(sites)}")


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
