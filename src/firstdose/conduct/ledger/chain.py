"""The chain: each entry is sealed with a key that is not in the database, over itself and the seal before it."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from firstdose.conduct.ledger.entry import Entry

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True)
class Head:
    """The last entry: its sequence and its seal. Whoever holds it can tell whether anything up to it was altered."""

    sequence: int
    seal: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.seal}"

    @classmethod
    def of_text(cls, text: str) -> Head:
        """A head as it is printed, "sequence:seal".

        Raises ValueError if the text is something else.
        """
        number, _, seal = text.strip().partition(":")
        is_seal = len(seal) == len(BEFORE_THE_FIRST) and set(seal) <= set("0123456789abcdef")
        if not (number.isascii() and number.isdigit() and is_seal):
            raise ValueError(f"{text.strip()!r} is not a head: a number, a colon and 64 letters from 0 to 9 and a to f")
        return cls(int(number), seal)


EMPTY = Head(0, BEFORE_THE_FIRST)


@dataclass(frozen=True)
class Fault:
    """Something that does not fit, with the sequence of the entry where it shows."""

    sequence: int
    words: str


def sealed(entry: Entry, key: bytes) -> Entry:
    """An entry with its seal."""
    return replace(entry, seal=seal_of(entry, key))


def seal_of(entry: Entry, key: bytes) -> str:
    """The keyed hash (HMAC-SHA-256) of an entry."""
    return hmac.digest(key, entry.content, "sha256").hex()


def is_sealed(entry: Entry, key: bytes) -> bool:
    """Whether an entry bears the seal of this key."""
    try:
        return hmac.compare_digest(seal_of(entry, key).encode(), entry.seal.encode())
    except UnicodeEncodeError:
        return False  # a database was made to hold bytes that are no text


def faults_of(entries: Iterable[Entry], key: bytes) -> Iterator[Fault]:
    """Every place where the chain is broken, in order; what follows a break is judged by the stored seal."""
    before = EMPTY
    for entry in entries:
        if entry.sequence > before.sequence + 1:
            yield Fault(before.sequence + 1, f"is missing: entry {entry.sequence} follows entry {before.sequence}")
        if entry.sequence <= before.sequence:
            yield Fault(entry.sequence, f"is there twice, or has no place: it follows entry {before.sequence}")
        if entry.previous != before.seal:
            yield Fault(entry.sequence, "does not continue the entry before it")
        if not is_sealed(entry, key):
            yield Fault(entry.sequence, "was altered, or was not written by this program with this key")
        before = Head(entry.sequence, entry.seal)


def faults_of_seen(entry: Entry, seen: Mapping[int, set[str]]) -> Iterator[Fault]:
    """Whether an entry bears the seal that was seen under its number."""
    if seen.get(entry.sequence, {entry.seal}) != {entry.seal}:
        words = "is another entry than the one that was seen under this number: the ledger was rewritten or forked"
        yield Fault(entry.sequence, words)
