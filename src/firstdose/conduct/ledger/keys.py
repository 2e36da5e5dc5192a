"""The key that seals the entries, and the heads that were seen: two files outside the database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from firstdose.conduct.ledger.chain import Head
from firstdose.conduct.ledger.entry import instant_as_text
from firstdose.conduct.ledger.errors import LedgerError, WrongKey

KEY_BYTES = 32


def make_key(path: Path) -> bytes:
    """Make a key file that only its owner can read.

    Raises LedgerError if there is a file already: a key that was overwritten could never be had back.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise LedgerError(f"{path}: there is a key already; it is not overwritten") from None
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """The key in a file.

    Raises WrongKey if the file is missing or holds something else.
    """
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except OSError as problem:
        raise WrongKey(
            f"{path}: the key of the ledger cannot be read ({problem.strerror}); it was made with the ledger: name its "
            "file, or work in the folder where it is"
        ) from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongKey(
            f"{path}: must hold a key, {2 * KEY_BYTES} letters from 0 to 9 and a to f; restore it from a copy"
        )
    return key


@dataclass(frozen=True)
class SeenHeads:
    """The heads that stood on signed documents, exports and backups, one a line, in a file that is only added to.

    A database that does not hold one of them was cut short, forked, or restored from an older copy.
    """

    path: Path

    def add(self, head: Head, moment: datetime, occasion: str) -> None:
        """Note a head, with the moment and the occasion; on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = f"{head} {instant_as_text(moment)} {' '.join(occasion.split())}\n"
        with self.path.open("ab+") as file:
            _cut_off_what_a_crash_left(file)
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> tuple[Head, ...]:
        """All heads noted; a last line that was cut short by a crash is left out.

        Raises ValueError if another line is not a head.
        """
        if not self.path.is_file():
            return ()
        lines = self.path.read_text("utf-8").split("\n")
        return tuple(Head.of_text(line.split(" ", 1)[0]) for line in lines[:-1] if line.strip())


def _cut_off_what_a_crash_left(file: BinaryIO) -> None:
    """Take away a last line that has no end: it never counted, and would spoil the next one."""
    file.seek(0)
    whole = file.read().rfind(b"\n") + 1
    file.truncate(whole)
