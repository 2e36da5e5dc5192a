"""The parts of a report: plain text, tables and pictures, before they become HTML or PDF.

Text is text: neither renderer reads markup in it, so nothing that a protocol says can act on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, TypeAlias

Mark: TypeAlias = Literal[
    "", "correct", "escalate", "stay", "deescalate", "eliminate", "stop", "stop_eliminate", "own", "missing"
]


@dataclass(frozen=True)
class Heading:
    """A heading inside a chapter."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms, each with what is said of it."""

    kind: ClassVar[str] = "facts"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Formula:
    """One of the formulas that the templates know by name; ``text`` says it without mathematics."""

    kind: ClassVar[str] = "formula"
    name: Literal["ending_probability", "upper_limit", "at_least_one"]
    text: str


@dataclass(frozen=True)
class Cell:
    """One cell: its text and what marks it out."""

    text: str
    mark: Mark = ""


@dataclass(frozen=True)
class Row:
    """One row, its first cell the heading; or, with ``group``, a heading over the rows that follow."""

    cells: tuple[Cell, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table. ``spanner`` stands over all columns but the first; ``words`` tells columns that hold prose.

    ``sources`` say what the figures were made from, where they are not the document's own. With ``folded`` a page shows
    these words in place of the table until somebody opens it.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    spanner: str = ""
    words: tuple[int, ...] = (0,)
    is_grid: bool = False
    sources: tuple[str, ...] = ()
    folded: str = ""
    label: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing, and what it shows in words for those who do not see it."""

    kind: ClassVar[str] = "picture"
    caption: str
    alternative: str
    svg: str
    label: str = ""


Block: TypeAlias = Heading | Paragraph | Bullets | Facts | Formula | Table | Picture


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``identifier`` is its address inside the page."""

    identifier: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report: what stands on top, then its chapters."""

    title: str
    heading: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    footer: str

    def numbered(self) -> Document:
        """The same document with tables and pictures numbered in order."""
        counts = {"table": 0, "picture": 0}
        chapters = []
        for chapter in self.chapters:
            blocks: list[Block] = []
            for block in chapter.blocks:
                if isinstance(block, Table | Picture):
                    counts[block.kind] += 1
                    word = "Table" if isinstance(block, Table) else "Figure"
                    block = replace(block, label=f"{word} {counts[block.kind]}")
                blocks.append(block)
            chapters.append(replace(chapter, blocks=tuple(blocks)))
        return replace(self, chapters=tuple(chapters))

    def as_data(self) -> dict[str, Any]:
        """Plain data for a renderer outside Python, each block with its kind."""
        data = asdict(self)
        for chapter, drawn in zip(self.chapters, data["chapters"], strict=True):
            for block, plain in zip(chapter.blocks, drawn["blocks"], strict=True):
                plain["kind"] = block.kind
        return data


def row(*cells: str | Cell) -> Row:
    """A row of texts and cells."""
    return Row(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells))


def rows(lines: Sequence[Sequence[str | Cell]]) -> tuple[Row, ...]:
    """Rows of texts and cells."""
    return tuple(row(*line) for line in lines)
