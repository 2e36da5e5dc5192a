"""What an mwTab file holds, whichever of its two forms it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DATA_TABLES = ("MS_METABOLITE_DATA", "NMR_METABOLITE_DATA", "NMR_BINNED_DATA")
METABOLITES = "METABOLITES"
FIRST_COLUMN = ("Samples", "metabolite_name", "Bin range(ppm)", "Metabolite")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SubjectSample:
    """What the file says of one sample; a key may occur several times."""

    subject: str | None
    sample: str
    factors: Pairs
    additional: Pairs
    row: int | None


@dataclass(frozen=True)
class Block:
    """A table of the file: its header, its rows, and where each row stands in the text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int | None, ...]


@dataclass
class MwTabContent:
    """The parts of a file: `sections` holds each section's keys with their text, `blocks` its tables by name."""

    file: str
    header: dict[str, str] = field(default_factory=dict)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)
    samples: list[SubjectSample] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    units: str | None = None

    def add(self, section: str, key: str, text: str) -> None:
        """One line of a section; the text of a key that comes again continues."""
        keys = self.sections.setdefault(section, {})
        keys[key] = f"{keys[key]} {text}".strip() if key in keys else text

    def data(self) -> Iterator[tuple[str, Block]]:
        """The tables of measured values."""
        return ((name, self.blocks[name]) for name in DATA_TABLES if name in self.blocks)


def pairs_of(text: str, separator: str, joint: str) -> Pairs:
    """`Treatment:Drug | Minutes:10` as pairs; a part without a joint belongs to the value before it."""
    found: list[tuple[str, str]] = []
    for part in text.split(separator):
        key, sign, value = part.partition(joint)
        if sign and key.strip():
            found.append((key.strip(), value.strip()))
        elif part.strip() and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}{separator}{part}".strip())
        elif part.strip():
            found.append((part.strip(), ""))
    return tuple(found)
