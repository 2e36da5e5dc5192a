"""The trial report: what the analysis found, with pictures of everyone, the escalation as it went, and the listings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from firstdose.analysis.metabolism.chapter import CHAPTER as METABOLISM
from firstdose.dosing import course_of, history_of
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.date_words import day_words
from firstdose.records.results import Results
from firstdose.report.attribution.chapter import after_text
from firstdose.report.attribution.rows import CHAPTER as ATTRIBUTION
from firstdose.report.documents.blocks import Chapter, Document
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.second_process import Beside, alone
from firstdose.report.metabolism.chapter import metabolism_blocks
from firstdose.report.metabolism.rows import FluidFigures, figures_of_trial
from firstdose.report.results.chapters import (
    chapters_of,
    facts_of,
    glance_chapter,
    level_words,
    methods_chapter,
    origins_of,
    rows_of,
)
from firstdose.report.results.left_out import left_out, with_left_out
from firstdose.report.trial.define_checklist import checklist_chapter
from firstdose.report.trial.escalation_chapter import escalation_chapter, moment_of
from firstdose.report.trial.in_print import shortened
from firstdose.report.trial.listings import listings_chapter
from firstdose.report.trial.pictures import ESCALATION, drawings

FIRST_CHAPTER = "populations"
"""The escalation follows this chapter."""


def trial_document(
    protocol: Protocol,
    data: AnalysisData,
    results: Results,
    day: date,
    notices: tuple[str, ...] = (),
    beside: Beside = alone,
) -> tuple[Document, tuple[Drawing, ...]]:
    """The report as a document, and its pictures with the figures behind them.

    ``day`` is the date that it bears; the same data, results and day make the same report, whether or not another
    process draws some of the pictures.
    """
    fluids = figures_of_trial(protocol, data, results, list(rows_of(results)))
    planned = list(drawings(protocol, data, results, fluids))
    shared = beside([drawing for _, drawing in planned])
    drawn = [(key, drawing) for (key, _), drawing in zip(planned, shared, strict=True)]
    document = Document(
        title=f"{protocol.trial.id}: trial report",
        heading="Trial report",
        subtitle=f"{protocol.trial.id}: {protocol.trial.title}",
        facts=(*facts_of(results, notices), ("Date of this report", day_words(day))),
        chapters=tuple(_chapters(protocol, data, results, drawn, fluids)),
        footer=f"{protocol.trial.id}, trial report of {day_words(day)}, Firstdose {results.provenance.version}",
        origins=origins_of(protocol, results),
    )
    return document, tuple(drawing for _, drawing in drawn)


def _chapters(
    protocol: Protocol,
    data: AnalysisData,
    results: Results,
    drawn: list[tuple[str, Drawing]],
    fluids: Sequence[FluidFigures],
) -> Iterator[Chapter]:
    chapters = list(_told(protocol, data, results, drawn, fluids))
    yield from chapters
    if protocol.escalation.has_rule:
        yield checklist_chapter(chapters)
    yield listings_chapter(data.trial_data)


def _told(
    protocol: Protocol,
    data: AnalysisData,
    results: Results,
    drawn: list[tuple[str, Drawing]],
    fluids: Sequence[FluidFigures],
) -> Iterator[Chapter]:
    found = list(rows_of(results))
    yield glance_chapter(protocol, results)
    without_content = left_out(found)
    for name, chapter in chapters_of(protocol, found):
        if name in without_content:
            continue
        pictures = tuple(drawing.picture() for key, drawing in drawn if key == name)
        if name == METABOLISM and fluids:
            yield replace(chapter, blocks=metabolism_blocks(fluids, pictures, level_words(protocol)))
        else:
            is_told_first = name == ATTRIBUTION
            blocks = after_text(chapter.blocks, pictures) if is_told_first else (*pictures, *chapter.blocks)
            yield shortened(name, replace(chapter, blocks=blocks), found)
        if name == FIRST_CHAPTER and protocol.escalation.has_rule:
            yield _escalation(protocol, data, drawn)
    yield with_left_out(methods_chapter(protocol, found), without_content)


def _escalation(protocol: Protocol, data: AnalysisData, drawn: list[tuple[str, Drawing]]) -> Chapter:
    moment = moment_of(data.trial_data)
    history, courses = history_of(protocol, data.trial_data, moment), course_of(protocol, data.trial_data, moment)
    pictures = tuple(drawing.picture() for key, drawing in drawn if key == ESCALATION)
    return escalation_chapter(protocol, data.trial_data, history, courses, pictures)
