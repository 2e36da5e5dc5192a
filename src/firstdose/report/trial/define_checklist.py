"""The checklist chapter: where each item for the report of a dose-finding trial is answered, and which cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.report.documents.blocks import Block, Chapter, Paragraph, Row, Table, row
from firstdose.report.documents.wording import listed, sentence
from firstdose.report.trial.define_checklist_items import CONSORT_ITEMS, DEFINE_ITEMS, NEW_OR_CHANGED, Item

IDENTIFIER, TITLE = "reporting-checklist", "Reporting checklist"
DEFINE = "CONSORT-DEFINE (Yap C et al., BMJ 2023;383:e076387)"
CONSORT = "CONSORT 2010 (Schulz KF et al., BMJ 2010;340:c332)"


def checklist_chapter(before: Sequence[Chapter]) -> Chapter:
    """The chapter, given the chapters of the report in their order; it stands after them."""
    numbers = {chapter.identifier: (number, chapter.title) for number, chapter in enumerate(before, start=1)}
    return Chapter(IDENTIFIER, TITLE, tuple(_blocks(numbers)))


def _blocks(numbers: dict[str, tuple[int, str]]) -> Iterator[Block]:
    listed_here = sum(item.is_new_or_changed for item in DEFINE_ITEMS)
    yield Paragraph(
        f"Where this report answers the items of {DEFINE}, in our own words. That guideline adds or changes "
        f"{NEW_OR_CHANGED} items of {CONSORT}. The text of {listed_here} of these could be verified and is listed; "
        f"the other {NEW_OR_CHANGED - listed_here} are not, and nothing is claimed of them: look them up before "
        "a report is submitted. The second table lists the items of CONSORT 2010 on which they build."
    )
    heads = ("item", "what it asks", "answered", "where, and what is left")
    yield Table(
        f"Items of {DEFINE.split(' (')[0]} that were verified", heads, _rows(DEFINE_ITEMS, numbers), words=(0, 1, 2, 3)
    )
    caption = "Items of CONSORT 2010 whose wording for dose-finding trials was not verified"
    yield Table(caption, heads, _rows(CONSORT_ITEMS, numbers), words=(0, 1, 2, 3))


def _rows(items: Sequence[Item], numbers: dict[str, tuple[int, str]]) -> tuple[Row, ...]:
    return tuple(_row(item, numbers) for item in items)


def _row(item: Item, numbers: dict[str, tuple[int, str]]) -> Row:
    """One item: answered only where a chapter that answers it is in this report."""
    found = [f"chapter {numbers[name][0]} ({numbers[name][1]})" for name in item.chapters if name in numbers]
    extent = item.extent if found or item.extent == "not here" else "not here"
    where = listed(found) if found else "this report has no chapter on it" if item.chapters else ""
    return row(item.number, item.asks, extent, sentence("; ".join(filter(None, (where, item.remark)))))
