"""Annotated blank forms of the reference protocol, read as HTML, beside the datasets and their definition."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from firstdose.cdisc.writing.exporting import Export
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.records import LabResult, columns_of
from firstdose.web.subject_records import FORMS
from tests.cdisc.define_reading import DEF, HREF, Read

EXAMPLE = Path(__file__).parents[2] / "examples" / "nsc-spms"
CREATED = datetime(2026, 3, 31, 12, 5, 6)
FOLLOWS = {"IESTRESC", "STUDYID", "DOMAIN"}
"""Variables of which the origin is that of what they repeat."""
NO_QUESTIONS = ("SE", "RELREC")


class Rows(HTMLParser):
    """Each row of the tables of a page, by the heading before it."""

    def __init__(self) -> None:
        super().__init__()
        self.heading, self.inside = "", ""
        self.rows: dict[str, list[list[str]]] = {}
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("h2", "th", "td") else self.inside
        if tag == "h2":
            self.heading = ""
        elif tag == "tr":
            self.rows.setdefault(self.heading, []).append([])
        elif tag in ("th", "td"):
            self.rows[self.heading][-1].append("")
        elif tag == "br" and self.inside in ("th", "td"):
            self.rows[self.heading][-1][-1] += "\n"
        elif tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "h2":
            self.heading += data
        elif self.inside:
            self.rows[self.heading][-1][-1] += data


@pytest.fixture(scope="module")
def exported(sdtm_export: Export) -> Export:
    return sdtm_export


@pytest.fixture(scope="module")
def folder(sdtm_export: Export) -> Path:
    return sdtm_export.files[0].parent


@pytest.fixture(scope="module")
def page(exported: Export, folder: Path) -> Rows:
    rows = Rows()
    rows.feed((folder / "acrf.html").read_text("utf-8"))
    return rows


def annotated(page: Rows) -> set[str]:
    """Each dataset and variable that the page names, those that are not collected left out."""
    cells = (row[2] for rows in page.rows.values() for row in rows if row[0] != "Question")
    lines = (line for cell in cells for line in cell.splitlines())
    return {line.split(" ")[0] for line in lines if not re.search(r"\((derived|assigned|protocol)\)$", line)}


def test_every_collected_variable_is_asked_for_on_a_form(page: Rows, exported: Export) -> None:
    named = annotated(page)
    for each in exported.datasets:
        if each.name in NO_QUESTIONS or each.name.startswith("SUPP"):
            continue
        collected = {variable.name for variable in each.variables if variable.origin == "Collected"} - FOLLOWS
        is_empty = {name for name in collected if each.frame[name].null_count() == each.frame.height}
        missing = {name for name in collected - is_empty if f"{each.name}.{name}" not in named}
        assert not missing, (each.name, missing)


def test_every_value_beside_the_datasets_is_asked_for_on_a_form(page: Rows, exported: Export) -> None:
    named = annotated(page)
    marks = {"SUPPMH.MHDISSTU"}
    for each in exported.datasets:
        if each.name.startswith("SUPP"):
            names = {f"{each.name}.{name}" for name in each.frame["QNAM"].unique().to_list()}
            assert names - marks <= named


def test_questions_are_those_of_the_records_and_of_the_measures(page: Rows, protocol: Protocol) -> None:
    asked = [row[0] for row in page.rows["Laboratory results"][1:]]
    assert asked == [column.question.words for column in columns_of(LabResult).values()]
    used = {each.measure for each in protocol.schedule.activities if each.measure} if protocol.schedule else set()
    for name in used & MEASURES.keys():
        rows = {row[0]: row[2] for row in page.rows[MEASURES[name].title]}
        assert {item.question for item in MEASURES[name].items} <= rows.keys()
    edss = page.rows[MEASURES["edss"].title]
    assert any(re.search(r"(QS|FT|RS)ORRES where (QS|FT|RS)TESTCD is EDS_01", row[2]) for row in edss)


def test_forms_are_called_as_on_the_site(page: Rows) -> None:
    measures = {each.title for each in MEASURES.values()}
    assert {heading for heading in page.rows if heading not in measures} - {
        "Adjudications of dose-limiting toxicity"
    } <= set(FORMS.values())
    assert {
        "Adjudications of dose-limiting toxicity",
        "Consent and person",
        "Milestones and end of participation",
    } <= page.rows.keys()


def test_forms_that_sdtm_does_not_hold_are_there_and_say_so(page: Rows) -> None:
    assert {*FORMS.values(), "Adjudications of dose-limiting toxicity"} - {FORMS["assessments"]} <= page.rows.keys()
    for title in (FORMS["grade_changes"], FORMS["samples"]):
        assert len(page.rows[title]) > 3
        assert {row[2] for row in page.rows[title][1:]} == {"not submitted"}


def test_choices_have_boxes_and_other_answers_a_line(folder: Path) -> None:
    text = (folder / "acrf.html").read_text("utf-8")
    assert '<span class="choice">female</span>' in text
    assert re.search(r'Age</th><td><span class="blank">a number', text)
    assert "<td></td>" not in text, "each question has a place for its answer"


def test_the_definition_names_the_forms_as_the_document_of_what_was_collected(
    page: Rows, exported: Export, folder: Path
) -> None:
    read = Read.file(folder / "define.xml")
    reference = read.root.find(f".//{DEF}AnnotatedCRF/{DEF}DocumentRef")
    assert reference is not None
    leaves = {leaf.attrib["ID"]: leaf.attrib[HREF] for leaf in read.root.iter(f"{DEF}leaf")}
    assert leaves[reference.attrib["leafID"]] == "acrf.html"
    named = annotated(page)
    with_document = 0
    for group in read.groups():
        for item in read.items(group):
            origin = item.find(f"{DEF}Origin")
            assert origin is not None
            document = origin.find(f"{DEF}DocumentRef")
            is_asked = f"{group.attrib['Name']}.{item.attrib['Name']}" in named and origin.attrib["Type"] == "Collected"
            assert (document is not None) == is_asked, (group.attrib["Name"], item.attrib["Name"])
            if document is not None:
                assert pages_of(document), item.attrib["Name"]
            with_document += document is not None
    assert with_document > 100
    assert 'href="acrf.html"' in (folder / "define.html").read_text("utf-8")


def pages_of(document: Element) -> list[str]:
    """The places in the forms that a reference names."""
    pages = document.find(f"{DEF}PDFPageRef")
    assert pages is not None
    assert pages.attrib["Type"] == "NamedDestination"
    return pages.attrib["PageRefs"].split()


def test_references_name_the_form_and_the_page_has_that_place(exported: Export, folder: Path) -> None:
    read = Read.file(folder / "define.xml")
    forms, definition = ((folder / name).read_text("utf-8") for name in ("acrf.html", "define.html"))
    named = [page for document in read.root.iter(f"{DEF}DocumentRef") for page in _pages(document)]
    assert len(named) > 200
    for page in set(named):
        assert forms.count(f'<h2 id="{page}">') == 1
        assert f'href="acrf.html#{page}"' in definition

    def pages(dataset: str, variable: str) -> list[str]:
        return _pages(read.item(dataset, variable).find(f"{DEF}Origin/{DEF}DocumentRef"))

    assert pages("AE", "AETERM") == ["adverse_events"]
    assert pages("DM", "DTHDTC") == ["deaths"]
    assert {"assessments.brain_volume", "assessments.lesion_counts"} == set(pages("NV", "NVORRES"))
    values = read.by_test(read.item("RS", "RSORRES"))
    assert _pages(values["RSTESTCD", "EDS_01"].find(f"{DEF}Origin/{DEF}DocumentRef")) == ["assessments.edss"]


def _pages(document: Element | None) -> list[str]:
    """The same, of a reference to the whole document none."""
    return pages_of(document) if document is not None and len(document) else []


def test_every_link_on_the_page_leads_somewhere(page: Rows, folder: Path) -> None:
    text = (folder / "acrf.html").read_text("utf-8")
    assert page.links
    for link in page.links:
        target = link.removeprefix("#")
        assert f'id="{target}"' in text if link.startswith("#") else (folder / link).is_file()
