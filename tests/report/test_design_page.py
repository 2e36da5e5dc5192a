"""The design report as HTML: whole, self-contained, in order, and showing its content's own numbers."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from firstdose.report.design.content import DesignReport
from firstdose.report.design.report import design_document, render_design_report
from firstdose.report.documents.wording import number, percent, percent_figure
from tests.patience import PATIENCE_SECONDS

EXAMPLES = ("nsc-spms", "car-t-boin", "blrm", "sentinel-3plus3")
VOID = {"meta", "img", "br", "wbr", "link", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """What the tests ask of a page: its tags in order, tables as rows of texts, and whether tags close."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    misnested: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open_tags.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            self.misnested.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" in self.open_tags or "script" in self.open_tags:
            return
        self.text += data
        if "th" in self.open_tags or "td" in self.open_tags:
            self.tables[-1][-1][-1] += data.strip("\n")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read_page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


@pytest.fixture(scope="module", params=EXAMPLES)
def content(request: pytest.FixtureRequest, example_content: Callable[[str], DesignReport]) -> DesignReport:
    return example_content(request.param)


@pytest.fixture(scope="module")
def html(content: DesignReport) -> str:
    return render_design_report(content)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read_page(html)


def test_every_tag_closes_in_order(page: Page) -> None:
    assert not page.misnested
    assert not page.open_tags


def test_nothing_is_fetched(html: str, page: Page) -> None:
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert not page.all("script")
    assert not page.all("link")
    assert all((image["src"] or "").startswith("data:image/svg+xml,") for image in page.all("img"))


def test_landmarks_and_headings_are_in_order(page: Page) -> None:
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1, 1, 1, 1, 1]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_identifiers_are_unique_and_links_lead_somewhere(page: Page) -> None:
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert {(link["href"] or "").removeprefix("#") for link in page.all("a")} <= set(identifiers)


def test_every_picture_has_words_and_every_table_a_caption(page: Page) -> None:
    images = page.all("img")
    assert len(images) >= 6
    assert all(len(image["alt"] or "") > 20 for image in images)
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(heading.get("scope") in ("col", "row", "colgroup", "rowgroup") for heading in page.all("th"))


def test_what_scrolls_can_be_reached_by_keyboard(page: Page) -> None:
    scrolled = [attributes for _, attributes in page.tags if attributes.get("class") == "scroll"]
    assert len(scrolled) == len(page.all("table")) + len(page.all("img"))
    assert all(each["tabindex"] == "0" and each["role"] and each["aria-label"] for each in scrolled)


def test_tables_show_the_numbers_of_the_content(content: DesignReport, page: Page) -> None:
    (selection,) = (table for table in page.tables if "MTD not reached" in table[0])
    for line, scenario in zip(selection[1:], content.figures.scenarios, strict=True):
        assert line[1] == percent_figure(scenario.none_selected)
        assert line[2 : 2 + len(content.doses)] == [percent_figure(chance) for chance in scenario.selected]
        if content.target is not None:
            assert line[-2] == percent_figure(scenario.correct_selection)
    (sizes,) = (table for table in page.tables if "median" in table[0])
    assert [line[1] for line in sizes[1:]] == [
        number(sum(size * chance for size, chance in scenario.size_distribution.items()))
        for scenario in content.figures.scenarios
    ]


def test_rows_are_as_wide_as_their_heads(page: Page) -> None:
    for table in page.tables:
        spanned = len(table[0]) == 2 and len(table[1]) != 2
        width = len(table[1]) + 1 if spanned else len(table[0])
        body = table[2:] if spanned else table[1:]
        assert {len(line) for line in body} <= {width, 1}


def test_the_rule_is_told_in_its_own_words(content: DesignReport, page: Page) -> None:
    told = " ".join(page.text.split())
    assert " ".join(content.rule.selection.split()) in told
    assert content.rule.title in told
    assert all(" ".join(guard.split()) in told for guard in content.rule.guards)
    assert all(path in told for path, _ in content.assumed)


def test_summary_repeats_figures_of_the_tables(content: DesignReport, page: Page) -> None:
    toxic = content.figures.scenarios[-1]
    if content.target is not None:
        assert f"selects no level with probability {percent(toxic.none_selected)}" in " ".join(page.text.split(" "))


def test_same_content_gives_the_same_bytes(content: DesignReport, html: str) -> None:
    assert render_design_report(content) == html


def test_chapters_are_those_agreed(content: DesignReport) -> None:
    assert [chapter.identifier for chapter in design_document(content).chapters] == [
        "summary", "rule", "decisions", "pathways", "scenarios", "characteristics", "comparison", "detection",
        "methods", "assumptions",
    ]  # fmt: skip


def test_a_telephone_shows_the_page_without_sideways_scrolling(
    chromium: list[str], html: str, content: DesignReport, tmp_path: Path
) -> None:
    measure = "document.documentElement.dataset.widths = document.documentElement.scrollWidth + '/' + innerWidth"
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    file = tmp_path / "page.html"
    file.write_text(page.replace("</body>", f"<script>{measure}</script></body>"), "utf-8")
    shown = subprocess.run(
        [*chromium, "--window-size=390,844", "--dump-dom", file.as_uri()],
        check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    ).stdout  # fmt: skip
    match = re.search(r'data-widths="(\d+)/(\d+)"', shown)
    assert match is not None
    assert int(match[1]) <= int(match[2])
