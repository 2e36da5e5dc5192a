"""The trial report: what the analysis found, with pictures of everyone, the escalation as it went, and the listings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from firstdose.dosing import course_of, history_of
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.report.blocks import Chapter, Document
from firstdose.report.drawing import Drawing
from firstdose.report.escalation_chapter import escalation_chapter, moment_of
from firstdose.report.listings import listings_chapter
from firstdose.report.results_chapters import chapters_of, facts_of, glance_chapter, methods_chapter, rows_of
from firstdose.report.trial_pictures import ESCALATION, drawings

FIRST_CHAPTER = "populations"
"""The escalation follows this chapter."""


def trial_document(
    protocol: Protocol, data: AnalysisData, results: Results, day: date, notices: tuple[str, ...] = ()
) -> tuple[Document, tuple[Drawing, ...]]:
    """The report as a document, and its pictures with the figures behind them.

    ``day`` is the date that it bears; the same data, results and day make the same report.
    """
    drawn = list(drawings(protocol, data, results))
    document = Document(
        title=f"{protocol.trial.id}: trial report",
        heading="Trial report",
        subtitle=f"{protocol.trial.id}: {protocol.trial.title}",
        facts=(*facts_of(results, notices), ("Date of this report", day.isoformat())),
        chapters=tuple(_chapters(protocol, data, results, drawn)),
        footer=f"{protocol.trial.id}, trial report of {day.isoformat()}, Firstdose {results.provenance.version}",
    )
    return document, tuple(drawing for _, drawing in drawn)


def _chapters(
    protocol: Protocol, data: AnalysisData, results: Results, drawn: list[tuple[str, Drawing]]
) -> Iterator[Chapter]:
    found = list(rows_of(results))
    yield glance_chapter(protocol, results)
    for name, chapter in chapters_of(protocol, found):
        pictures = tuple(drawing.picture() for key, drawing in drawn if key == name)
        yield replace(chapter, blocks=(*pictures, *chapter.blocks))
        if name == FIRST_CHAPTER and protocol.escalation.has_rule:
            yield _escalation(protocol, data, drawn)
    yield methods_chapter(protocol, found)
    yield listings_chapter(data.trial_data)


def _escalation(protocol: Protocol, data: AnalysisData, drawn: list[tuple[str, Drawing]]) -> Chapter:
    moment = moment_of(data.trial_data)
    history, courses = history_of(protocol, data.trial_data, moment), course_of(protocol, data.trial_data, moment)
    pictures = tuple(drawing.picture() for key, drawing in drawn if key == ESCALATION)
    return escalation_chapter(protocol, data.trial_data, history, courses, pictures)
