"""Chapters that have nothing to tell in this trial: left out, and one sentence says which and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from firstdose.records.results import Result
from firstdose.report.attribution.rows import CHAPTER as ATTRIBUTION
from firstdose.report.documents.blocks import Chapter, Heading, Paragraph
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.documents.wording import listed
from firstdose.report.results.chapters import chapter_title

NOBODY = "none"
"""What a figure is about where there is no drug in question, and where there is no outcome to compare."""


def left_out(found: Iterable[Result]) -> dict[str, Paragraph]:
    """The chapters without content by their keys, each with the sentence that tells of it and holds all its rows.

    Attribution asks whether the product or another drug explains an outcome: without any other drug in the protocol and
    without an outcome there is no question. With either of them the chapter stands, if only to say what is not known.
    """
    rows = [each for each in found if each.chapter == ATTRIBUTION]
    return {ATTRIBUTION: _told(ATTRIBUTION, rows)} if rows and _has_no_question(rows) else {}


def _has_no_question(rows: Sequence[Result]) -> bool:
    compared = [each for each in rows if each.table == "comparisons"]
    has_drug = not any(each.table == "drug" and each.what == NOBODY for each in rows)
    return not has_drug and all(each.what == NOBODY for each in compared)


def _told(chapter: str, rows: Sequence[Result]) -> Paragraph:
    reasons = dict.fromkeys(each.warning for each in rows if each.what == NOBODY and each.warning)
    text = f"There is no chapter “{chapter_title(chapter)}”: {listed(reasons)}."
    return Paragraph(f"{text} The results have the figures that were made for it all the same.", rows_behind(rows))


def with_left_out(methods: Chapter, chapters: dict[str, Paragraph]) -> Chapter:
    """The chapter on methods, with what was left out at its end."""
    if not chapters:
        return methods
    return replace(methods, blocks=(*methods.blocks, Heading("What was left out"), *chapters.values()))
