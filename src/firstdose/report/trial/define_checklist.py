"""The checklist chapter: where each item for the report of a dose-finding trial is answered, and which cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.report.documents.blocks import Block, Chapter, Heading, Paragraph, Row, Table, row
from firstdose.report.documents.wording import listed, sentence
from firstdose.report.trial.define_checklist_items import CONSORT_ITEMS, DEFINE_ITEMS, IN_CONSORT, NEW_OR_CHANGED, Item

IDENTIFIER, TITLE = "reporting-checklist", "Reporting checklist"
DEFINE = "CONSORT-DEFINE (Yap C et al., BMJ 2023;383:e076387)"
CONSORT = "CONSORT 2010 (Schulz KF et al., BMJ 2010;340:c332)"


def checklist_chapter(before: Sequence[Chapter]) -> Chapter:
    """The chapter, given the chapters of the report in their order; it stands after them."""
    numbers = {
        chapter.identifier: (number, chapter.title) for number, chapter in enumerate(before, start=1) if _tells(chapter)
    }
    return Chapter(IDENTIFIER, TITLE, tuple(_blocks(numbers)))


def _tells(chapter: Chapter) -> bool:
    """Whether a chapter holds more than sentences on why it has no figures."""
    return not all(isinstance(block, Paragraph | Heading) for block in chapter.blocks)


def _blocks(numbers: dict[str, tuple[int, str]]) -> Iterator[Block]:
    changed = sum(item.is_new_or_changed for item in DEFINE_ITEMS)
    as_before = [item.number for item in DEFINE_ITEMS if not item.is_new_or_changed]
    define, consort = _rows(DEFINE_ITEMS, numbers), _rows(CONSORT_ITEMS, numbers)
    yield Paragraph(
        f"Where this report answers the items of {DEFINE}, in our own words. That guideline adds or changes "
        f"{NEW_OR_CHANGED} items of {CONSORT}. The text of {changed} of these could be verified: the first table has "
        f"them, and {listed(as_before)}, which is as it was. The other {NEW_OR_CHANGED - changed} are not listed, and "
        "nothing is claimed of them: look them up before a report is submitted. The second table lists the other "
        f"{len(consort)} of the {IN_CONSORT} items of CONSORT 2010. Of the {len(define) + len(consort)} items in the "
        f"two tables, {_extents((*define, *consort))}."
    )
    heads = ("item", "what it asks", "answered", "where, and what is left")
    yield Table(f"Items of {DEFINE.split(' (')[0]} that were verified", heads, define, words=(0, 1, 2, 3))
    caption = "Items of CONSORT 2010 whose wording for dose-finding trials was not verified"
    yield Table(caption, heads, consort, words=(0, 1, 2, 3))


def _extents(rows: Sequence[Row]) -> str:
    """How many items are answered how far."""
    answers = [each.cells[2].text for each in rows]
    counts = {extent: answers.count(extent) for extent in ("answered", "in part", "not here")}
    return f"{counts['answered']} are answered, {counts['in part']} in part and {counts['not here']} not here"


def _rows(items: Sequence[Item], numbers: dict[str, tuple[int, str]]) -> tuple[Row, ...]:
    return tuple(_row(item, numbers) for item in items)


def _row(item: Item, numbers: dict[str, tuple[int, str]]) -> Row:
    """One item: answered only where a chapter that answers it is in this report."""
    found = [f"chapter {numbers[name][0]} ({numbers[name][1]})" for name in item.chapters if name in numbers]
    extent = item.extent if found or item.extent == "not here" else "not here"
    where = listed(found) if found else "this report has no chapter on it" if item.chapters else ""
    return row(item.number, item.asks, extent, sentence("; ".join(filter(None, (where, item.remark)))))
