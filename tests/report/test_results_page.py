"""The summary of results as HTML: whole, self-contained, harmless, and showing every figure of the results."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.laboratory.results import laboratory
from firstdose.analysis.laboratory.troughs import troughs
from firstdose.analysis.named_methods import METHODS
from firstdose.protocol import examine_text
from firstdose.records.results import Provenance, Result, Results
from firstdose.report.documents.blocks import Facts, Paragraph, Table
from firstdose.report.documents.html_page import render_html
from firstdose.report.results.cells import letters
from firstdose.report.results.chapters import level_words
from firstdose.report.results.glance import at_a_glance
from firstdose.report.results.names import title, words
from firstdose.report.results.page import results_document, write_results_page
from firstdose.report.results.tables import tables
from firstdose.report.results.wording import figure, plain, probability, value_of
from tests.analysis.laboratory_frames import make_frame, person, reference_protocol, result
from tests.cli.running import protocol_text
from tests.patience import PATIENCE_SECONDS
from tests.report.test_design_page import Page, read_page

ORIGIN = Provenance("NCT-1", "ab" * 32, "cd" * 32, date(2026, 3, 31), 7, "9.9")
HOSTILE = "<script>alert(1)</script>\"'&<b>"


def count(what: str, value: float, of: float, **fields: Any) -> Result:
    given = {"chapter": "adverse_events", "table": "overview", "statistic": "people", "population": "treated", **fields}
    return Result(what=what, value=value, of=of, format="count", unit="people", **given)


def small() -> list[Result]:
    share = {"lower": 0.0167, "upper": 0.3193, "confidence": 0.95, "method": "clopper_pearson"}
    zero = {"lower": 0.0, "upper": 0.181, "confidence": 0.95, "side": "upper", "method": "clopper_pearson"}
    return [
        count("serious", 0, 15, **zero),
        count("serious", 0, 3, group="1", lower=0.0, upper=0.6316, side="upper"),
        count("any adverse event", 15, 15, lower=0.819, upper=1.0, side="lower"),
        count("death", 0, 15, table="deaths", **zero),
        count("headache", 2, 15, table="by_term", within="Nervous system disorders", **share),
        count("headache", 2, 15, table="by_term", within="Nervous system disorders", statistic="events"),
        count(HOSTILE, 1, 15, table="by_term", within=HOSTILE, warning=HOSTILE, group="2"),
        Result(
            chapter="event_rates",
            table="all_events",
            what="any",
            statistic="rate",
            value=1.23456,
            unit="per year",
            format="rate",
            lower=0.5,
            upper=12345.6,
        ),
        Result(chapter="mri", table="tests", what="volume", statistic="p_doubled", value=0.00012, format="p_value"),
        Result(chapter="mri", table="tests", what="volume", statistic="slope", warning="not estimable: two people"),
        Result(chapter="mri", table="tests", what="rule", statistic="rule", text="a rule in words"),
    ]


def laboratory_results() -> list[Result]:
    people = [person(f"P{number}", 1 + number % 2) for number in range(6)]
    rows = [
        result(
            f"P{who}", 10 * visit + test, ("ALT", "GLUC")[test], 20.0 + who * 3 + visit, 30 * visit - 1,
            visit=f"M{visit}", name=("Alanine aminotransferase", "Glucose")[test], unit="U/L", range_high=25.0,
            baseline=20.0 + who * 3, is_baseline=visit == 0,
        )
        for who in range(6)
        for visit in range(4)
        for test in range(2)
    ]  # fmt: skip
    draws = [
        result(f"P{who}", 90, "TACRO", 5.0 + who, 30, category="trough", analyte="tacrolimus", unit="ng/mL")
        for who in range(6)
    ]
    frame = make_frame(people, rows + draws)
    return [*laboratory(frame), *troughs(frame)]


@pytest.fixture(scope="module", params=["small", "laboratory", "empty"])
def rows(request: pytest.FixtureRequest) -> list[Result]:
    return {"small": small, "laboratory": laboratory_results, "empty": list}[request.param]()


@pytest.fixture(scope="module")
def html(rows: list[Result]) -> str:
    return render_html(results_document(reference_protocol(), Results.of(rows, ORIGIN)))


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read_page(html)


def test_every_tag_closes_in_order(page: Page) -> None:
    assert not page.misnested
    assert not page.open_tags


def test_nothing_is_fetched_and_only_the_one_script_runs(html: str, page: Page) -> None:
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert page.all("script") == [{"type": "text/plain", "id": "figure-origins"}, {}]
    assert len(re.findall(r"script-src 'sha256-[^']*';", html)) == 1
    assert not page.all("link")
    assert not page.all("img")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_hostile_text_is_shown_as_text() -> None:
    protocol = examine_text(protocol_text()).protocol
    assert protocol is not None
    html = render_html(results_document(protocol, Results.of(small(), ORIGIN), (HOSTILE,)))
    assert html.count("<script>") == 1
    assert html.count("</script>") == 2
    assert "alert(1)" not in html.partition("<script>")[2]
    assert HOSTILE in read_page(html).text


def test_every_value_is_in_its_table(rows: list[Result]) -> None:
    document = results_document(reference_protocol(), Results.of(rows, ORIGIN))
    chapters = {chapter.identifier: chapter.blocks for chapter in document.chapters}
    for row in rows:
        found = [
            block
            for block in chapters[row.chapter.replace("_", "-")]
            if isinstance(block, Table) and re.match(re.escape(title(row.table)) + "[:;.,]", block.caption)
        ]
        cells = [cell.text for table in found for line in table.rows for cell in line.cells]
        value = row._replace(of=None) if row.statistic == "n" else row
        shown = value_of(value) if row.value is not None else row.text or "–"
        reasons = [block.text for block in chapters[row.chapter.replace("_", "-")] if isinstance(block, Paragraph)]
        told = [text for text in reasons if text.startswith(title(row.table))]
        assert any(shown in cell for cell in cells) or (row.value is None and not row.text and told), row
        notes = " ".join([*(note for table in found for note in table.notes), *told])
        assert row.warning in notes


def test_the_page_shows_every_cell_of_the_tables(rows: list[Result], page: Page) -> None:
    document = results_document(reference_protocol(), Results.of(rows, ORIGIN))
    blocks = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Table)]
    assert len(blocks) == len(page.tables)
    for block, shown in zip(blocks, page.tables, strict=True):
        assert shown[0] == list(block.columns)
        cells = [[line.group] if line.group else [cell.text for cell in line.cells] for line in block.rows]
        assert spaced(shown[1:]) == spaced(cells)


def spaced(lines: list[list[str]]) -> list[list[str]]:
    """The texts without regard to where a line may break."""
    return [[text.replace("\u00a0", " ") for text in line] for line in lines]


def test_a_figure_stands_in_the_column_of_its_group() -> None:
    (overview, *_) = tables("overview", small()[:3], level_words(reference_protocol()))
    assert overview.columns == ("", "A, 5 million cells", "all")
    serious, any_event = overview.rows
    assert [cell.text for cell in serious.cells] == [
        "serious",
        "0/3 (0\u00a0%)\n[up to\u00a063.2\u00a0%]",
        "0/15 (0\u00a0%)\n[up to\u00a018.1\u00a0%]",
    ]
    assert [cell.text for cell in any_event.cells] == [
        "any adverse event",
        "",
        "15/15 (100\u00a0%)\n[from\u00a081.9\u00a0%]",
    ]


def test_identity_and_methods_stand_on_the_page(html: str, page: Page, rows: list[Result]) -> None:
    for part in (ORIGIN.protocol_hash, ORIGIN.data_hash, "31 March 2026", "Firstdose 9.9", "NCT-1"):
        assert part in page.text
    for method in {row.method for row in rows} & METHODS.keys():
        assert METHODS[method].source in page.text


def test_key_figures_have_their_intervals() -> None:
    glances = {glance.name: glance.words for glance in at_a_glance(Results.of(small(), ORIGIN))}
    assert glances["Death"] == "0/15 (0\u00a0%) [up to\u00a018.1\u00a0%]"
    assert glances["Serious adverse event"] == glances["Death"]
    document = results_document(reference_protocol(), Results.of(small(), ORIGIN))
    facts = [block for block in document.chapters[0].blocks if isinstance(block, Facts)]
    assert dict(facts[0].items) == glances


def test_long_tables_are_folded_and_reachable(rows: list[Result], page: Page) -> None:
    document = results_document(reference_protocol(), Results.of(rows, ORIGIN))
    folded = [
        block
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Table) and len([line for line in block.rows if not line.group]) > 14
    ]
    assert len(page.all("details")) == len(page.all("summary")) == len(folded)


def test_the_page_beside_its_results_is_the_same_without_their_origins(rows: list[Result], tmp_path: Path) -> None:
    results = Results.of(rows, ORIGIN)
    written = [write_results_page(reference_protocol(), results, tmp_path / name) for name in ("one", "two")]
    assert written[0].read_bytes() == written[1].read_bytes()
    document = results_document(reference_protocol(), results)
    found = read_page(written[0].read_text("utf-8"))
    assert not found.all("script")
    assert found.text.split() == read_page(render_html(replace(document, origins=None))).text.split()


def test_words_and_numbers() -> None:
    assert (words("by_maximum_grade"), words("p_doubled")) == ("by maximum grade", "two-sided p (doubled)")
    assert words("Alanine_x") == "Alanine_x"
    assert title("dlt") == "DLT"
    assert [plain(value) for value in (0.0, 12.3456, 1234567.8, -0.5, 1e-7)] == [
        "0", "12.35", "1,234,568", "\u22120.5", "1.00e\u221207",
    ]  # fmt: skip
    assert [probability(value) for value in (0.0001, 0.0496, 1.0)] == ["<0.001", "0.050", "1.000"]
    assert figure(Result(chapter="", table="", what="", statistic="")) == "–"
    assert [letters(number) for number in (0, 25, 26, 701, 702)] == ["a", "z", "aa", "zz", "aaa"]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
figures = st.builds(
    lambda **drawn: Result(**drawn),  # what is not named keeps its default
    chapter=st.just("scores"),
    table=st.sampled_from(["one", "two"]),
    what=texts,
    within=texts,
    when=texts,
    group=st.sampled_from(["1", "2", "all", ""]),
    statistic=st.sampled_from(["n", "mean", "sd", "median", "minimum", "maximum", "people"]),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    text=texts,
    warning=texts,
)


@settings(max_examples=60)
@given(st.lists(figures, max_size=8))
def test_any_results_make_a_page_that_shows_them(drawn: list[Result]) -> None:
    page = read_page(render_html(results_document(reference_protocol(), Results.of(drawn, ORIGIN))))
    assert not page.misnested
    assert not page.open_tags
    cells = "\n".join(cell for table in page.tables for line in table for cell in line)
    for row in drawn:
        assert row.value is None or value_of(row) in cells


def test_a_telephone_shows_the_page_without_sideways_scrolling(chromium: list[str], tmp_path: Path) -> None:
    rows = [*small(), *laboratory_results()]
    html = render_html(results_document(reference_protocol(), Results.of(rows, ORIGIN), ("x" * 200,)))
    measure = "document.documentElement.dataset.widths = document.documentElement.scrollWidth + '/' + innerWidth"
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html).replace("<details>", "<details open>")
    file = tmp_path / "page.html"
    file.write_text(page.replace("</body>", f"<script>{measure}</script></body>"), "utf-8")
    shown = subprocess.run(
        [*chromium, "--window-size=390,844", "--dump-dom", file.as_uri()],
        check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    ).stdout  # fmt: skip
    match = re.search(r'data-widths="(\d+)/(\d+)"', shown)
    assert match is not None
    assert int(match[1]) <= int(match[2])
