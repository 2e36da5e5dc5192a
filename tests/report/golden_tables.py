"""What every table of the report of the virtual reference trial says, kept as text under `tests/golden/tables`.

After a change that is meant, write the texts again and read the difference before it is committed:

    python -m tests.report.golden_tables
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firstdose.report.documents.blocks import Chapter, Facts, Paragraph, Table
from tests.report.reference_trial import analysis, document

GOLDEN = Path(__file__).parents[1] / "golden" / "tables"
BESIDES = ("at-a-glance", "escalation", "listings")
"""Chapters with tables besides those of the analysis."""

LONGEST_LISTING = 10
"""Of the listings, which repeat the records, only the beginning is kept."""


def texts() -> dict[str, str]:
    """The tables of each chapter as text, by the name of its file."""
    chapters = {name.replace("_", "-") for name in analysis()[1].frame["chapter"].unique()} | {*BESIDES}
    return {f"{each.identifier}.txt": in_text(each) for each in document().chapters if each.identifier in chapters}


def in_text(chapter: Chapter) -> str:
    """The facts, tables and sentences on results of a chapter: a line for each row, its cells parted by bars."""
    lines: list[str] = []
    for block in chapter.blocks:
        if isinstance(block, Facts):
            lines += [f"{term}: {text}" for term, text in block.items]
        elif isinstance(block, Paragraph) and block.rows:
            lines += ["", block.text]
        elif isinstance(block, Table):
            most = LONGEST_LISTING if chapter.identifier == "listings" else None
            lines += ["", *_table(block, most)]
    return "\n".join(lines).strip() + "\n"


def _table(table: Table, most: int | None) -> Iterator[str]:
    yield f"{table.caption}."
    yield " | ".join(table.columns)
    for line in table.rows[:most]:
        yield f"[{line.group}]" if line.group else " | ".join(cell.text.replace("\n", " / ") for cell in line.cells)
    if most is not None and len(table.rows) > most:
        yield f"... {len(table.rows)} rows"
    yield from table.notes


def write() -> None:
    """Write all texts again, and remove those of chapters that are no more."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.glob("*.txt"):
        old.unlink()
    for name, text in texts().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
