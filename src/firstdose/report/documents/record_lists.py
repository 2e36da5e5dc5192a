"""Lists of records made short: of each person, the numbers of the records drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firstdose.report.documents.wording import run_together
from firstdose.report.results.names import words


@dataclass(frozen=True)
class RecordsOfOne:
    """Records of one kind and, where they are numbered, of one person: `adverse_events`, `P01`, (1, 2, 3).

    A record without a number, such as `subjects:P01`, has its whole identity as ``stem``.
    """

    kind: str
    stem: str
    numbers: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many records these are."""
        return max(len(self.numbers), 1)

    @property
    def text(self) -> str:
        """The records without their kind: "P01 1–3"."""
        return f"{self.stem} {run_together(self.numbers)}" if self.numbers else self.stem


def fold(records: Iterable[str]) -> list[RecordsOfOne]:
    """Identities such as `adverse_events:P01/3` folded, in the order of their first appearance."""
    found: dict[tuple[str, str], set[int] | None] = {}
    for record in records:
        kind, _, name = record.partition(":")
        stem, _, last = name.rpartition("/")
        if stem and last.isascii() and last.removeprefix("-").isdecimal() and str(int(last)) == last:
            numbers = found.setdefault((kind, f"{stem}/"), set())
            assert numbers is not None
            numbers.add(int(last))
        else:
            found[kind, name] = None
    return [
        RecordsOfOne(kind, stem if numbers is None else stem.removesuffix("/"), tuple(sorted(numbers or ())))
        for (kind, stem), numbers in found.items()
    ]


def shortened(records: Sequence[RecordsOfOne], most: int) -> tuple[list[RecordsOfOne], int]:
    """At most so many entries, and how many records the others are; one entry more is kept rather than told of."""
    if len(records) <= most + 1:
        return list(records), 0
    return list(records[:most]), sum(each.count for each in records[most:])


def in_words(records: Sequence[RecordsOfOne]) -> str:
    """Folded records as text, each kind named once: "adverse events P01 1–3; P02 1"."""
    parts = []
    kind = None
    for each in records:
        parts.append(each.text if each.kind == kind else f"{words(each.kind)} {each.text}")
        kind = each.kind
    return "; ".join(parts)
