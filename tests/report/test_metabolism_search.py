"""The chapter on metabolism in the report, and the search of it: a table that stands without scripts."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import zlib
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path

import docx
import pytest

from firstdose.records.results import Provenance, Results
from firstdose.report.documents.blocks import Chapter, Document, Paragraph, Picture, Table
from firstdose.report.documents.docx_file import render_docx
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.report.documents.table_files import numbers_behind
from firstdose.report.documents.tracing import Origins, rows_of_table
from firstdose.report.metabolism.chapter import metabolism_blocks, metabolite_drawings, shown_metabolites
from firstdose.report.metabolism.rows import FluidFigures, FluidRows
from firstdose.report.metabolism.search import PARTS, search_table
from firstdose.report.results.chapters import rows_of
from firstdose.report.results.wording import figure
from tests.patience import PATIENCE_SECONDS
from tests.report.metabolism_cases import ODD, analysis, figures

DAY = date(2026, 3, 14)


@cache
def traced(kind: str) -> tuple[FluidFigures, Results]:
    """The figures as rows of results that know their numbers, as in a report."""
    given = figures(kind)
    results = Results.of(given.rows.found, Provenance("TEST", "", "", None, 1, "0"))
    return replace(given, rows=FluidRows(list(rows_of(results)))), results


@cache
def document(kind: str) -> Document:
    fluid, results = traced(kind)
    pictures = tuple(each.picture() for each in metabolite_drawings(fluid))
    chapter = Chapter("metabolism", "Metabolism", metabolism_blocks([fluid], pictures, {}))
    return Document("t", "h", "s", (), (chapter,), "f", Origins(results, {}))


def searched(kind: str) -> Table:
    return next(each for each in document(kind).chapters[0].blocks if isinstance(each, Table) and each.finder)


def test_words_come_first_then_pictures_then_tables() -> None:
    kinds = [type(block) for block in document("slope").chapters[0].blocks]
    assert kinds[0] is Paragraph
    assert kinds.index(Picture) > max(place for place, kind in enumerate(kinds) if kind is Paragraph)
    assert kinds.index(Table) > max(place for place, kind in enumerate(kinds) if kind is Picture)


def test_the_table_to_be_searched_holds_every_metabolite_with_the_rows_of_its_figures() -> None:
    table = searched("slope")
    fluid, _ = traced("slope")
    assert [line.cells[0].text for line in table.rows] == fluid.prepared.quality["metabolite"].to_list()
    line = next(line for line in table.rows if line.cells[0].text == "m002")
    slope = fluid.rows.slopes["m002", "M3"]["change of the dose slope"]
    assert line.cells[3].text == figure(slope, gap="\n")
    assert line.cells[3].rows
    behind = numbers_behind(table, document("slope").origins)
    assert behind.filter(line="m002", statistic="adjusted p").height == 2


def test_what_is_shown_of_the_one_found_is_what_was_fitted() -> None:
    table = searched("slope")
    assert table.finder is not None
    held = json.loads(table.finder.content)
    prepared = analysis("slope").fitted.prepared
    at = next(place for place, each in enumerate(held["metabolites"]) if each[0] == "m002")
    values = held["metabolites"][at][4]
    place = prepared.names.index("m002")
    for (person, visit), value in zip(held["points"], values, strict=True):
        own = prepared.subjects == held["people"][person][0]
        now = prepared.values[own & (prepared.visits == held["visits"][visit]), place]
        first = prepared.values[own & (prepared.visits == "M0"), place]
        expected = (now - first)[0]
        assert (value is None) == bool(expected != expected)
        if value is not None:
            assert value / PARTS == pytest.approx(expected, abs=0.006)


def test_only_scripts_that_the_policy_names_stand_in_the_page() -> None:
    page = render_html(document("odd"))
    policy = re.search(r"script-src ([^;]*);", page)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(sha256(each.encode()).digest()).decode()}'" for each in scripts}
    assert len(hashes) == 2
    assert set(policy[1].split()) == hashes
    assert "alert(1)</script>" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    text = unescape(page)
    assert all(name in text for name in ODD)
    packed = re.search(r'data-finder.*?<script type="text/plain">(.*?)</script>', page, flags=re.DOTALL)
    assert packed is not None
    held = json.loads(zlib.decompress(base64.b64decode(packed[1])))
    assert [each[0] for each in held["metabolites"]][: len(ODD)] == list(ODD)


def test_print_tells_of_the_table_in_a_sentence_and_holds_a_shorter_one() -> None:
    made = docx.Document(io.BytesIO(render_docx(document("thousand"), DAY)))
    assert max(len(table.rows) for table in made.tables) < 200
    printed = document("thousand").numbered().for_print().chapters[0].blocks
    assert any(isinstance(each, Paragraph) and "1000 rows" in each.text for each in printed)
    fluid, _ = traced("thousand")
    assert len(shown_metabolites(fluid)) == 60
    assert render_pdf(document("five"), DAY).startswith(b"%PDF")


def test_metabolites_that_were_left_out_are_found_too_with_the_reason() -> None:
    given = figures("five")
    quality = given.prepared.quality.with_columns(left_out=None).cast({"left_out": str})
    first = quality.with_columns(
        left_out=quality["metabolite"].replace_strict({"m000": "never observed"}, default=None)
    )
    table = search_table(replace(given, prepared=replace(given.prepared, quality=first)))
    assert table is not None
    assert table.rows[0].cells[-1].text == "never observed"


def test_one_dose_has_a_table_with_the_reason_and_no_figures() -> None:
    table = searched("one dose")
    assert not rows_of_table(table)
    assert {line.cells[-1].text for line in table.rows} == {"everyone has the same dose"}
    assert "Metabolism" in render_html(document("one dose"))


SEARCH = """
<script>
addEventListener("load", () => setTimeout(() => {
  const field = document.querySelector(".finder input");
  field.value = "m00 carnit";
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
  const said = document.querySelector(".finder [role=status]").textContent;
  field.value = "nothing of that name";
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
  const none = document.querySelector(".finder [role=status]").textContent;
  field.value = "m002";
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
  document.body.dataset.seen = JSON.stringify({said, none,
    heading: document.querySelector(".finder h4").textContent,
    pictures: document.querySelectorAll(".finder svg").length,
    points: document.querySelectorAll(".finder svg circle").length,
    left: [...document.querySelectorAll(".finder + details tbody tr")].filter(line => !line.hidden).length});
}, 800));
</script>
"""


def test_a_search_shows_what_was_found(chromium: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", render_html(document("slope")))
    page.write_text(html.replace("</body>", f"{SEARCH}</body>"), encoding="utf-8")
    command = [*chromium, "--virtual-time-budget=20000", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    seen = json.loads(unescape(re.search(r'data-seen="([^"]*)"', done.stdout)[1]))  # type: ignore[index]
    assert seen["said"] == "10 of 30 metabolites found. Shown: m000. The others stand in the table below."
    assert seen["none"] == "0 of 30 metabolites found."
    assert (seen["heading"], seen["pictures"], seen["left"]) == ("m002", 2, 1)
    fluid, _ = traced("slope")
    changes = fluid.prepared.values[:, fluid.place("m002")]
    assert 0 < seen["points"] <= 2 * len(fluid.prepared.people)
    assert (seen["points"] == 2 * len(fluid.prepared.people)) == (not (changes != changes).any())
