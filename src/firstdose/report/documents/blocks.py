"""The parts of a report: plain text, tables and pictures, before they become HTML or PDF.

Text is text: neither renderer reads markup in it, so nothing that a protocol says can act on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from firstdose.report.documents.tracing import Origins

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
    """A paragraph of plain text; ``rows`` are the numbers of the results that it tells."""

    kind: ClassVar[str] = "paragraph"
    text: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bullets:
    """A list of short texts; ``identifiers`` are their addresses inside the page, one each where there are any."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    ordered: bool = False
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Terms, each with what is said of it; ``rows`` are the numbers of the results behind each, where there are any."""

    kind: ClassVar[str] = "facts"
    items: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Formula:
    """One of the formulas that the templates know by name; ``text`` says it without mathematics."""

    kind: ClassVar[str] = "formula"
    name: Literal["ending_probability", "upper_limit", "at_least_one"]
    text: str


@dataclass(frozen=True)
class Cell:
    """One cell: its text and what marks it out; ``rows`` are the numbers of the results that it shows.

    ``records`` are those behind a cell that shows no result, by their identities, such as `dosings:P01/1`.
    """

    text: str
    mark: Mark = ""
    rows: tuple[int, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row, its first cell the heading; or, with ``group``, a heading over the rows that follow.

    ``identifier`` is the row's address inside the page; that of a record is `anchor` of its identity.
    """

    cells: tuple[Cell, ...] = ()
    group: str = ""
    identifier: str = ""


@dataclass(frozen=True)
class Finder:
    """What makes a table searchable in a page: the words beside the field, and the script that is given the content.

    ``script`` is the name of a template without its ending; ``content`` is JSON. Without scripts the table stands as it
    is. Such a table is in the page and in its CSV alone: what is printed tells of it in a sentence.
    """

    label: str
    script: str
    content: str


@dataclass(frozen=True)
class Table:
    """A table. ``spanner`` stands over all columns but the first; ``words`` tells columns that hold prose.

    ``sources`` say what the figures were made from, where they are not the document's own. With ``folded`` a page shows
    these words in place of the table until somebody opens it. What is not printed is in the page, in its CSV and in the
    document of tables; a sentence in the PDF says so.
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
    finder: Finder | None = None
    is_printed: bool = True

    @property
    def is_in_print(self) -> bool:
        """Whether the table itself stands in the PDF: one to be searched does not either."""
        return self.is_printed and self.finder is None


@dataclass(frozen=True)
class Picture:
    """A drawing, and what it shows in words for those who do not see it.

    ``data`` is the CSV behind it, whose file is called by ``name``; ``rows`` and ``records`` are all that it names, and
    ``sources`` say so.
    """

    kind: ClassVar[str] = "picture"
    caption: str
    alternative: str
    svg: str
    name: str = ""
    rows: tuple[int, ...] = ()
    records: tuple[str, ...] = ()
    data: str = ""
    sources: tuple[str, ...] = ()
    label: str = ""


Block: TypeAlias = Heading | Paragraph | Bullets | Facts | Formula | Table | Picture


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``identifier`` is its address inside the page."""

    identifier: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def finders(self) -> tuple[Finder, ...]:
        """What makes tables of the chapter searchable."""
        return tuple(block.finder for block in self.blocks if isinstance(block, Table) and block.finder)


@dataclass(frozen=True)
class Document:
    """A whole report: what stands on top, then its chapters; ``origins`` tell where its figures come from."""

    title: str
    heading: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    footer: str
    origins: Origins | None = None

    def numbered(self) -> Document:
        """The same document with tables and pictures numbered in order; lists to be searched have their own numbers."""
        counts = dict.fromkeys(("Table", "Figure", "List"), 0)
        chapters = []
        for chapter in self.chapters:
            blocks: list[Block] = []
            for block in chapter.blocks:
                if isinstance(block, Table | Picture):
                    word = "Figure" if isinstance(block, Picture) else "List" if block.finder else "Table"
                    counts[word] += 1
                    block = replace(block, label=f"{word} {counts[word]}")
                blocks.append(block)
            chapters.append(replace(chapter, blocks=tuple(blocks)))
        return replace(self, chapters=tuple(chapters))

    def for_print(self) -> Document:
        """The same, numbered, with a sentence in the place of each table that can only be searched."""
        return self._with_blocks(lambda block: _told(block) if isinstance(block, Table) and block.finder else block)

    def for_pages(self) -> Document:
        """The same as `for_print`, without the tables that a printed report only points to."""
        return self._with_blocks(
            lambda block: _told(block) if isinstance(block, Table) and not block.is_in_print else _bare(block)
        )

    def _with_blocks(self, made: Callable[[Block], Block]) -> Document:
        chapters = (
            replace(chapter, blocks=tuple(made(block) for block in chapter.blocks)) for chapter in self.chapters
        )
        return replace(self, chapters=tuple(chapters))

    def as_data(self) -> dict[str, Any]:
        """Plain data for a renderer outside Python, each block with its kind."""
        data = asdict(replace(self, origins=None))
        for chapter, drawn in zip(self.chapters, data["chapters"], strict=True):
            for block, plain in zip(chapter.blocks, drawn["blocks"], strict=True):
                plain["kind"] = block.kind
        return data


def _bare(block: Block) -> Block:
    """A picture without the data behind it, which no page shows."""
    return replace(block, data="", records=()) if isinstance(block, Picture) else block


def _told(table: Table) -> Paragraph:
    """Where a table stands, in its place."""
    count = sum(not line.group for line in table.rows)
    if table.finder:
        return Paragraph(f"{table.label}, {table.caption}, stands in the page and in its CSV ({count} rows).")
    file = f"tables/{table.label.lower().replace(' ', '-')}.csv"
    caption = table.caption.partition(". ")[0]
    return Paragraph(f"{table.label}, {caption}, stands in the page and in {file} ({count:,} rows).")


def row(*cells: str | Cell) -> Row:
    """A row of texts and cells."""
    return Row(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells))


def rows(lines: Sequence[Sequence[str | Cell]]) -> tuple[Row, ...]:
    """Rows of texts and cells."""
    return tuple(row(*line) for line in lines)
