"""A chapter without a question is left out with its reason, and stands as soon as there is one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl

from firstdose.cdisc import read_sdtm
from firstdose.protocol import Protocol, read_protocol
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.report.documents.blocks import Chapter, Paragraph
from firstdose.report.documents.html_page import render_html
from firstdose.report.results.page import results_document
from firstdose.report.trial.report import trial_document
from tests.report.reference_trial import DAY, EXAMPLES, analysed, document

PILOT = EXAMPLES / "cdisc-pilot"
UNUSED = ("lab_results", "vital_signs")


@cache
def pilot() -> tuple[Protocol, AnalysisData, Results]:
    """Three arms under one product: no other drug is in question, and no endpoint has a measure."""
    read = read_protocol(PILOT / "protocol.yaml")
    made = read_sdtm(PILOT / "sdtm").trial_data
    return read, *analysed(read, made.replace({name: made.frames[name].clear() for name in UNUSED}))


def chapters(read: Protocol, data: AnalysisData, results: Results) -> dict[str, Chapter]:
    return {each.identifier: each for each in trial_document(read, data, results, DAY)[0].chapters}


def test_the_pilot_has_no_chapter_on_attribution_and_says_why() -> None:
    read, data, results = pilot()
    found = chapters(read, data, results)
    assert "attribution" not in found
    told = found["methods"].blocks[-1]
    assert isinstance(told, Paragraph)
    assert "no background treatment, so there is no drug to tell the cells from" in told.text
    assert "the protocol names no outcome" in told.text
    rows = results.frame.with_row_index("row", offset=1).filter(chapter="attribution")["row"].to_list()
    assert rows
    assert list(told.rows) == rows
    assert 'href="#attribution"' not in render_html(trial_document(*pilot(), DAY)[0])


def test_the_summary_leaves_it_out_too() -> None:
    read, _, results = pilot()
    made = results_document(read, results)
    assert "attribution" not in {each.identifier for each in made.chapters}
    assert any(isinstance(each, Paragraph) and "There is no chapter" in each.text for each in made.chapters[-1].blocks)


def test_with_a_drug_in_question_the_chapter_stands() -> None:
    """Nobody took it, and nothing is known: that is an answer."""
    read, data, _ = pilot()
    other = replace(
        read, background_treatments=(BackgroundTreatment(id="drug", drug="tacrolimus", start_day=0, stop_day=90),)
    )
    assert "attribution" in chapters(other, *analysed(other, data.trial_data))


def test_with_an_outcome_the_chapter_stands() -> None:
    """The date of dosing, or the batch, may explain a slope where no other drug does."""
    read, _, results = pilot()
    row = results.frame.filter(chapter="attribution", table="comparisons").with_columns(what=pl.lit("dose slope"))
    more = pl.concat([results.frame, row])
    made = results_document(read, replace(results, frame=more))
    assert "attribution" in {each.identifier for each in made.chapters}


def test_the_reference_trial_leaves_nothing_out() -> None:
    found = {each.identifier: each for each in document().chapters}
    assert "attribution" in found
    assert not any(
        isinstance(each, Paragraph) and "There is no chapter" in each.text for each in found["methods"].blocks
    )
