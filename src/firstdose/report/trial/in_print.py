"""Which tables of the trial report are not printed: long ones of summaries by visit, which are looked up, not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firstdose.records.results import Result
from firstdose.report.documents.blocks import Block, Chapter, Table
from firstdose.report.documents.tracing import FIRST_ROW, rows_of_table

NOT_PRINTED = {"laboratory": ("results_by_visit", "change_by_visit", "vital_signs_by_visit", "vital_signs_change")}
"""By chapter, tables of results that stand in the page and as files alone; shift tables are printed."""

MOST_ROWS = 40
"""A table that is no longer is printed all the same."""


def shortened(name: str, chapter: Chapter, found: Sequence[Result]) -> Chapter:
    """The chapter with its long tables by visit marked as not printed; ``found`` are all results in order."""
    tables = NOT_PRINTED.get(name, ())
    return replace(chapter, blocks=tuple(_shortened(block, tables, found) for block in chapter.blocks))


def _shortened(block: Block, tables: Sequence[str], found: Sequence[Result]) -> Block:
    if not isinstance(block, Table) or len(block.rows) <= MOST_ROWS:
        return block
    rows = rows_of_table(block)
    return replace(block, is_printed=False) if rows and found[rows[0] - FIRST_ROW].table in tables else block
