"""From every mark of a picture, and every cell of the escalation, to rows of the results and to records."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lxml import html as markup  # type: ignore[import-untyped]

from firstdose.protocol import read_protocol
from firstdose.records import RECORDS, TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of, identity
from firstdose.report.documents.blocks import Paragraph, Picture, Table
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.made_from import MADE_FROM
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.report.documents.table_files import numbers_behind
from firstdose.report.documents.trace_island import island
from firstdose.report.documents.tracing import records_of_table, traced
from firstdose.report.trial.report import trial_document
from firstdose.report.trial.swimmer_picture import swimmer
from tests.conftest import find_tool
from tests.report.page_in_browser import log_of
from tests.report.reference_trial import DAY, analysis, document, page, protocol, records

OF_RESULTS_ALONE = ("metabolite-", "tipping-")
"""Pictures of fitted figures, behind which no single record stands."""


@cache
def drawings() -> dict[str, Drawing]:
    return {drawing.name: drawing for drawing in trial_document(protocol(), *analysis(), DAY)[1]}


@cache
def known() -> frozenset[str]:
    """Every record of the trial by its identity."""
    return frozenset(
        f"{name}:{one}"
        for name, kind in RECORDS.items()
        for one in records().frames[name].select(identity(kind)).to_series()
    )


def named(drawing: Drawing, column: str) -> list[list[str]]:
    return [[each for each in text.split("; ") if each] for text in drawing.data[column]]


def test_every_mark_of_a_picture_of_people_names_records_that_exist() -> None:
    of_people = [each for name, each in drawings().items() if not name.startswith(OF_RESULTS_ALONE)]
    assert len(of_people) >= 8
    for drawing in of_people:
        for mark, behind in zip(drawing.data.iter_rows(named=True), named(drawing, "records"), strict=True):
            assert set(behind) <= known()
            is_nothing = mark.get("people") == 0 or mark.get("state") == "missing"
            assert behind or is_nothing, (drawing.name, mark)
            if "subject" in mark and behind:
                assert {record.partition(":")[2].partition("/")[0] for record in behind} == {mark["subject"]}


def test_marks_of_figures_name_the_rows_that_hold_them() -> None:
    frame = analysis()[1].frame
    for mark, rows in zip(
        drawings()["events-by-term"].data.iter_rows(named=True),
        named(drawings()["events-by-term"], "rows"),
        strict=True,
    ):
        found = {frame["statistic"][int(row) - 1]: frame["value"][int(row) - 1] for row in rows}
        assert found == {"people": mark["people"], "events": mark["events"]}
    for mark, rows in zip(
        drawings()["edish"].data.iter_rows(named=True), named(drawings()["edish"], "rows"), strict=True
    ):
        values = {frame["value"][int(row) - 1] for row in rows}
        assert {mark["aminotransferase"], mark["bilirubin"]} <= values


def test_events_of_a_mark_are_those_of_the_raw_rows() -> None:
    """The records behind a person's event hold its term."""
    terms = {
        f"adverse_events:{row['subject']}/{row['number']}": row["preferred_term"]
        for row in records().frames["adverse_events"].iter_rows(named=True)
    }
    swimmer = drawings()["swimmer"]
    events = 0
    for mark, behind in zip(swimmer.data.iter_rows(named=True), named(swimmer, "records"), strict=True):
        found = {terms[record] for record in behind if record in terms}
        events += bool(found)
        assert not found or found == {mark["what"]}
    assert events > 20


def test_the_page_links_to_the_data_behind_each_figure() -> None:
    tree = markup.document_fromstring(page())
    links = {each.get("download"): each.get("href") for each in tree.xpath("//a[@download]")}
    assert set(links) == {f"{name}.csv" for name in drawings()}
    for name, drawing in drawings().items():
        held = base64.b64decode(links[f"{name}.csv"].partition("base64,")[2]).decode("utf-8")
        assert held == drawing.data.write_csv()
        assert pl.read_csv(io.StringIO(held), infer_schema=False).height == drawing.data.height


def test_figures_say_what_they_were_made_from() -> None:
    pictures = [b for chapter in traced(document()).chapters for b in chapter.blocks if isinstance(b, Picture)]
    by_name = {picture.name: picture.sources[0] for picture in pictures}
    assert by_name["swimmer"] == "Source: adverse events and subjects."
    assert by_name["participant-flow"].startswith("Source: subjects. Results: rows 1–")
    assert "Results: " in by_name["edish"]


def escalation() -> list[Table]:
    (chapter,) = [each for each in traced(document()).chapters if each.identifier == "escalation"]
    return [block for block in chapter.blocks if isinstance(block, Table)]


def test_every_cell_of_the_escalation_names_records_that_exist() -> None:
    cohorts, decisions, people = escalation()
    for table in (cohorts, decisions, people):
        for line in table.rows:
            for cell in line.cells:
                assert cell.records or not cell.text
                assert set(cell.records) <= known()
    for line in people.rows:
        assert line.cells[3].records == (f"dosings:{line.cells[0].text}/1",)
    for line in decisions.rows:
        assert {cell.records for cell in line.cells if cell.text} == {(f"dose_decisions:{line.cells[0].text}",)}
    for line in cohorts.rows:
        assert line.cells[2].text.split(", ") == [
            record.split(":")[1].split("/")[0] for record in line.cells[2].records
        ]


def test_a_dlt_of_the_escalation_leads_to_its_adjudication() -> None:
    """From the raw rows: whom the adjudicators found to have had one."""
    verdicts = records().frames["dlt_adjudications"].filter(verdict="dlt").iter_rows(named=True)
    had = {
        row["subject"]: f"dlt_adjudications:{row['subject']}/{row['event']}/{row['adjudication']}" for row in verdicts
    }
    assert had
    _, _, people = escalation()
    for line in people.rows:
        status, subject = line.cells[6], line.cells[0].text
        assert ("DLT" in status.text) == (subject in had)
        assert subject not in had or had[subject] in status.records


def test_the_files_of_the_escalation_name_its_records() -> None:
    for table in escalation():
        made = numbers_behind(table, document().origins)
        assert made.columns[-1] == "records"
        assert {record for text in made["records"] for record in text.split("; ")} == set(records_of_table(table))


def test_the_pdf_names_data_behind_figures_and_records_of_the_escalation(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(render_pdf(document(), DAY))
    done = subprocess.run([find_tool("pdftotext"), str(file), "-"], check=True, capture_output=True, text=True)
    text = re.sub(r"\s+", " ", done.stdout)
    for name in drawings():
        assert f"Data behind this figure: figures/{name}.csv." in text.replace("- ", "-")
    appendix = text.rpartition("Where each figure comes from")[2]
    assert "Cohorts in order." in appendix
    assert "dosings NSC-01 1" in appendix


CLICKS = """
(async () => {
const log = {}, dialog = document.getElementById("origin");
const tables = [...document.querySelectorAll("table")];
const table = tables.find((one) => one.caption.textContent.includes("Cohorts in order"));
const cell = table.querySelector("tbody tr td[data-records]");
log.records = cell.dataset.records;
cell.querySelector("button").click();
while (!dialog.open) await new Promise((then) => setTimeout(then, 20));
log.said = dialog.textContent;
dialog.querySelector("dd a").click();
log.record = document.activeElement.id;
log.seen = document.activeElement.closest("details").open;
document.querySelector("figure + .behind span[data-rows] button").click();
while (!dialog.open) await new Promise((then) => setTimeout(then, 20));
log.figure = dialog.querySelectorAll("section").length;
dialog.querySelector("button.close").click();
const model = tables.find((one) => one.caption.textContent.includes("Means of the mixed model"));
model.querySelector("td button").click();
while (!dialog.open) await new Promise((then) => setTimeout(then, 20));
log.model = dialog.textContent;
document.documentElement.dataset.log = JSON.stringify(log);
})();
"""


def test_a_cell_of_the_escalation_tells_in_a_browser_what_it_was_made_from(chromium: list[str], tmp_path: Path) -> None:
    """From a cell to its records, on to the first of them in the listings; and from a picture to its rows."""
    log = log_of(CLICKS, page(), chromium, tmp_path)
    first = log["records"].split("; ")[0]
    assert log["record"] == first
    assert log["seen"]
    assert "dosings" in log["said"]
    assert log["figure"] > 5
    assert re.search(r"Made of the figures of Clinical measures › Scores by visit, \d+ rows from \d+ to", log["model"])


def test_a_page_without_origins_holds_no_records_of_cells() -> None:
    """Such as the committee's pack: it has no script that would show them."""
    assert 'data-records="' in page()
    assert 'data-records="' not in render_html(replace(document(), origins=None))


@pytest.mark.parametrize("table", ["results_by_visit", "change_by_visit"])
def test_long_tables_by_visit_are_pointed_to_in_the_pdf(table: str) -> None:
    frame = analysis()[1].frame
    numbered = traced(document())
    (chapter,) = [each for each in numbered.chapters if each.identifier == "laboratory"]
    (printed,) = [each for each in numbered.for_pages().chapters if each.identifier == "laboratory"]
    of_table = {
        block.label: block
        for block in chapter.blocks
        if isinstance(block, Table)
        and any(frame["table"][row - 1] == table for line in block.rows for cell in line.cells for row in cell.rows)
    }
    assert of_table
    told = [block.text for block in printed.blocks if isinstance(block, Paragraph)]
    kept = {block.label for block in printed.blocks if isinstance(block, Table)}
    for label, block in of_table.items():
        count = len([line for line in block.rows if not line.group])
        file = f"tables/{label.lower().replace(' ', '-')}.csv"
        assert (label in kept) == (len(block.rows) <= 40)
        assert label in kept or any(text.startswith(f"{label}, ") and f"{file} ({count} rows)" in text for text in told)
    assert kept  # shift tables among them


def test_figures_of_models_name_the_rows_that_they_were_made_from() -> None:
    """Of the measure itself, and only rows that name records; what names records needs no others."""
    origins = document().origins
    assert origins is not None
    frame = analysis()[1].frame.with_row_index("row", offset=1)
    modelled = frame.filter(chapter="scores", table="model_means")
    assert modelled.height
    for row, measure in modelled.select("row", "what").iter_rows():
        behind = frame.filter(pl.col("row").is_in(origins.made_from([row])))
        scores = frame.filter(pl.col("records").list.len() > 0, chapter="scores", table="scores_by_visit", what=measure)
        assert scores.height
        assert behind["row"].to_list() == scores["row"].to_list()
    for row in frame.filter(pl.col("records").list.len() > 0)["row"].gather_every(100):
        assert origins.made_from([row]) == []


def test_every_table_that_others_are_made_of_is_in_the_results() -> None:
    made = {*analysis()[1].frame.select("chapter", "table").unique().rows()}
    of_people = {(chapter, table) for chapter, table in (*MADE_FROM, *MADE_FROM.values()) if chapter != "metabolism"}
    assert of_people <= made


def test_the_island_tells_what_figures_are_made_from() -> None:
    origins = document().origins
    assert origins is not None
    held = json.loads(island(origins))
    told = {tuple(held["texts"][number] for number in each[:4]): each[4] for each in held["made_from"]}
    assert told["scores", "model_means", "scores", "scores_by_visit"] is False
    assert told["limits", "chance_to_see", "populations", "analysis_sets"] is True


def test_the_swimmer_draws_no_event_before_dosing_that_counts_as_emergent() -> None:
    """A start in 2025 counts as emergent: its span runs from dosing. One that surely began before keeps its day."""
    subject = SubjectAnalysis(
        subject="P1", level=1, is_enrolled=True, is_treated=True, is_per_protocol=True, background_taken=False,
        followed_to_day=80,
    )  # fmt: skip
    same: dict[str, Any] = {"subject": "P1", "organ_class": "General", "counts": True, "emergence_rule": "x"}
    partial = EventAnalysis(number=1, term="Fatigue", first_day=-54, last_day=70, is_emergent=None, **same)
    sure = EventAnalysis(number=2, term="Old", first_day=-9, last_day=-9, is_emergent=True, **same)
    data = AnalysisData(
        {"subjects": frame_of(SubjectAnalysis, [subject]), "events": frame_of(EventAnalysis, [partial, sure])},
        TrialData(),
    )
    drawing = swimmer(read_protocol(Path("examples/nsc-spms/protocol.yaml")), data)
    assert drawing is not None
    marks = dict(drawing.data.select("what", "day").iter_rows())
    assert (marks["Fatigue"], marks["Old"]) == (0, -9)
    assert "a line from dosing where a partial date leaves open when" in drawing.caption
    drawing.draw()
