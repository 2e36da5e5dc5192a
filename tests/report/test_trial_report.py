"""The trial report: every part is made of the results and records, the same bytes each time, whatever was entered."""

import io
import re
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import docx
import polars as pl
import pytest

from firstdose.analysis import analyse, derive
from firstdose.cdisc import read_sdtm
from firstdose.designs.building import build_design
from firstdose.dosing import history_of, recommendation
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import AdverseEvent, TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Provenance, Results
from firstdose.report.committee.pack import Decision, committee_document
from firstdose.report.documents.blocks import Table
from firstdose.report.documents.docx_file import render_docx
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.report.trial.escalation_chapter import moment_of
from firstdose.report.trial.files import write_report
from firstdose.report.trial.report import trial_document
from firstdose.simulation.virtual_trial import read_scenario, virtual_trial

EXAMPLES = Path(__file__).parents[2] / "examples"
REFERENCE = EXAMPLES / "nsc-spms"
DAY = date(2026, 3, 14)
HOSTILE = '<script>alert(1)</script> ‏שלום‏ 😀 & "quoted" #let x = 1'


@cache
def protocol() -> Protocol:
    return read_protocol(REFERENCE / "protocol.yaml")


@cache
def records() -> TrialData:
    """A virtual trial, with the laboratory tests that the report draws and a few measures, to be quick."""
    made = virtual_trial(protocol(), read_scenario(REFERENCE / "scenario.yaml"), seed=7).trial_data
    tests = pl.col("test").is_in(["ALT", "AST", "BILI", "ALP", "TACRO"])
    measures = pl.col("measure").is_in(["edss", "timed_walk", "brain_volume", "lesion_counts"])
    frames = made.frames
    return made.replace(
        {
            "lab_results": frames["lab_results"].filter(tests),
            "assessments": frames["assessments"].filter(measures),
            "vital_signs": frames["vital_signs"].clear(),
        }
    )


def analysed(read: Protocol, trial_data: TrialData) -> tuple[AnalysisData, Results]:
    data = derive(read, trial_data)
    origin = Provenance(read.trial.id, "0" * 64, trial_data.content_hash, trial_data.as_of, 1, "0")
    return data, analyse(read, data, seed=1, provenance=origin)


@cache
def reference() -> tuple[AnalysisData, Results]:
    return analysed(protocol(), records())


def text_of(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page))


def test_the_page_shows_people_in_pictures_and_every_chapter() -> None:
    document, drawings = trial_document(protocol(), *reference(), DAY)
    page = render_html(document)
    assert {"dose-ladder", "swimmer", "events-by-term", "edish", "troughs-dose", "lines-edss"} <= {
        drawing.name for drawing in drawings
    }
    assert all(drawing.data.height for drawing in drawings)
    assert page.count("<img ") == len(drawings)
    identifiers = [chapter.identifier for chapter in document.chapters]
    assert identifiers[0] == "at-a-glance"
    assert identifiers.index("escalation") == identifiers.index("populations") + 1
    assert identifiers[-3:] == ["methods", "reporting-checklist", "listings"]
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_counts_of_events_on_the_page_are_those_of_the_raw_rows() -> None:
    """Any event: people counted here from the records alone, with another reading of their dates."""
    data, results = reference()
    start = {row["subject"]: str(row["treatment_start"])[:10] for row in data.frames["subjects"].to_dicts()}
    counted = set()
    for event in records().records(AdverseEvent):
        began, treated = str(event.start or ""), start.get(event.subject, "None")
        if treated == "None" or event.subject not in start:
            continue
        day = (date.fromisoformat(began) - date.fromisoformat(treated)).days if len(began) == 10 else None
        if day is not None and 0 < day <= 379:
            counted.add(event.subject)
    shown = results.one(table="overview", what="any adverse event", group="all", statistic="people")
    assert shown.value is not None
    assert len(counted) <= shown.value <= len([value for value in start.values() if value != "None"])
    assert counted <= {record.removeprefix("adverse_events:").split("/")[0] for record in shown.records}


def test_a_second_report_is_the_same_to_the_byte(tmp_path: Path) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    written = write_report(protocol(), *reference(), once, DAY)
    data, results = analysed(protocol(), records())
    assert [path.relative_to(once) for path in written] == [
        path.relative_to(again) for path in write_report(protocol(), data, results, again, DAY)
    ]
    for path in written:
        assert path.read_bytes() == (again / path.relative_to(once)).read_bytes(), path.name


def test_tables_are_native_tables_of_a_word_processor() -> None:
    document, _ = trial_document(protocol(), *reference(), DAY)
    tables = [block for chapter in document.numbered().chapters for block in chapter.blocks if isinstance(block, Table)]
    opened = docx.Document(io.BytesIO(render_docx(document, DAY)))
    assert len(opened.tables) == len(tables)
    for made, table in zip(opened.tables, tables, strict=True):
        heads = 2 if table.spanner else 1
        assert len(made.rows) == len(table.rows) + heads
        assert [cell.text for cell in made.rows[heads - 1].cells] == list(table.columns)
    captions = [
        paragraph.text for paragraph in opened.paragraphs if paragraph.style and paragraph.style.name == "Caption"
    ]
    assert captions == [f"{table.label}. {table.caption}." for table in tables]


def test_hostile_text_is_shown_as_text_everywhere() -> None:
    frame = records()[AdverseEvent].with_columns(
        preferred_term=pl.lit(HOSTILE), term=pl.lit(HOSTILE), organ_class=pl.lit(HOSTILE)
    )
    data, results = analysed(protocol(), records().replace({"adverse_events": frame}))
    document, _ = trial_document(protocol(), data, results, DAY)
    page = render_html(document)
    assert page.count("<script") == 2  # where figures come from, and what shows it
    assert "alert(1)" in text_of(page)
    assert render_pdf(document, DAY).startswith(b"%PDF")
    assert HOSTILE in "".join(p.text for p in docx.Document(io.BytesIO(render_docx(document, DAY))).paragraphs) or any(
        HOSTILE in cell.text
        for table in docx.Document(io.BytesIO(render_docx(document, DAY))).tables[:25]
        for cell in table._cells
    )


def first_people(count: int) -> TrialData:
    treated = reference()[0].frames["subjects"].filter("is_treated")["subject"].head(count)
    frames = {
        name: frame.filter(pl.col("subject").is_in(treated.implode())) if "subject" in frame.columns else frame
        for name, frame in records().frames.items()
    }
    return TrialData(frames, records().as_of)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_small_trials_are_reported(count: int) -> None:
    trial_data = TrialData() if count == 0 else first_people(count)
    document, _ = trial_document(protocol(), *analysed(protocol(), trial_data), DAY)
    assert "At a glance" in render_html(document)
    assert render_pdf(document, DAY).startswith(b"%PDF")


def test_a_trial_without_any_event_is_reported() -> None:
    empty = {name: records().frames[name].clear() for name in ("adverse_events", "grade_changes", "dlt_adjudications")}
    document, drawings = trial_document(protocol(), *analysed(protocol(), records().replace(empty)), DAY)
    assert "events-by-term" not in {drawing.name for drawing in drawings}
    people = int(reference()[0].frames["subjects"]["is_treated"].sum())
    page = " ".join(text_of(render_html(document)).split())
    assert f"0/{people} (0 %) [up to {100 * (1 - 0.05 ** (1 / people)):.1f} %]" in page


def test_a_trial_without_escalation_is_reported_and_has_no_pack(tmp_path: Path) -> None:
    read = read_protocol(EXAMPLES / "cdisc-pilot" / "protocol.yaml")
    data, results = analysed(read, read_sdtm(EXAMPLES / "cdisc-pilot" / "sdtm").trial_data)
    written = write_report(read, data, results, tmp_path, DAY, {"html", "pack"})
    assert [path.name for path in written] == ["trial-report.html"]


def test_the_pack_says_what_the_rule_says() -> None:
    data, results = reference()
    document = committee_document(Decision.of(protocol(), data, results), DAY)
    page = text_of(render_html(document))
    moment = moment_of(records())
    advice = recommendation(protocol(), records(), moment)
    assert advice.reason in re.sub(r"\s+", " ", page)
    for cohort in history_of(protocol(), records(), moment).cohorts:
        assert ", ".join(cohort.subjects) in re.sub(r"\s+", " ", page)


def test_the_pack_tells_what_each_outcome_of_the_next_cohort_leads_to() -> None:
    """Two cohorts dosed: the table has one line for each number of DLTs of the third, in the rule's words."""
    data, results = analysed(protocol(), first_people(6))
    document = committee_document(Decision.of(protocol(), data, results), DAY)
    page = re.sub(r"\s+", " ", text_of(render_html(document)))
    history = history_of(protocol(), data.trial_data, moment_of(data.trial_data)).history
    advice = build_design(protocol()).decide(history)
    if advice.action == "dose" and advice.cohort_size and advice.next_level:
        for dlts in range(advice.cohort_size + 1):
            outcome = "T" * dlts + "N" * (advice.cohort_size - dlts)
            after = build_design(protocol()).decide(history.then(advice.next_level, outcome))
            assert after.reason[:40] in page or after.reason[1:40] in page


def test_a_decision_that_departs_is_marked() -> None:
    decisions = records().frames["dose_decisions"]
    departing = decisions.with_columns(action=pl.lit("stop"), next_level=pl.lit(None, pl.Int64))
    data, results = analysed(protocol(), records().replace({"dose_decisions": departing}))
    page = text_of(render_html(trial_document(protocol(), data, replace(results), DAY)[0]))
    assert "departs from the recommendation" in page
