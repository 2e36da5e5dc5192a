"""From every number on the page to its row of the results, its method and its records, and back."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as markup  # type: ignore[import-untyped]

from firstdose.analysis.named_methods import METHODS
from firstdose.records.results import Result, Results
from firstdose.report.attribution.chance import CALLED
from firstdose.report.documents.blocks import Bullets, Facts, Table
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.report.documents.record_lists import fold, in_words, shortened
from firstdose.report.documents.table_files import numbers_behind, write_table_files
from firstdose.report.documents.trace_appendix import with_appendix
from firstdose.report.documents.trace_island import MOST_ENTRIES, island
from firstdose.report.documents.tracing import Origins, anchor, rows_of_table, traced
from firstdose.report.results.chapters import methods_chapter, rows_of
from firstdose.report.results.page import results_document
from firstdose.report.results.wording import plain, value_of
from tests.conftest import find_tool
from tests.report.page_in_browser import log_of
from tests.report.reference_trial import DAY, analysis, document, page, protocol

NUMBER = re.compile(r"([<>]?)(−?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[−+]?\d+)?)")
NOTE = re.compile(r" \([a-z]{1,2}\)$")
"""A number as it is written, and the letter of a footnote."""

IN_PERCENT = ("count", "proportion")


@dataclass(frozen=True)
class Shown:
    """A cell or sentence of the page, and the rows of the results that it names."""

    text: str
    rows: tuple[int, ...]
    is_sentence: bool = False


def numbers_in(attribute: str) -> tuple[int, ...]:
    """The rows that an attribute names: "3-6 9"."""
    found: list[int] = []
    for run in attribute.split():
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


@cache
def tree() -> Any:
    return markup.document_fromstring(page())


@cache
def shown() -> tuple[Shown, ...]:
    found = tree().xpath("//*[@data-rows and not(self::span)]")  # a span tells what a picture was made from
    return tuple(Shown(each.text_content(), numbers_in(each.get("data-rows")), each.tag == "p") for each in found)


@cache
def results() -> list[dict[str, Any]]:
    return analysis()[1].frame.to_dicts()


def result(row: int) -> Result:
    values = results()[row - 1]
    return Result(**{**values, "records": tuple(values["records"])})


def test_every_row_of_the_results_is_shown_on_the_page() -> None:
    assert {row for each in shown() for row in each.rows} == set(range(1, len(results()) + 1))


def test_every_number_in_a_table_of_results_names_its_row() -> None:
    """A cell without rows holds no number, but for the name of a group."""
    chapters = {name.replace("_", "-") for name in analysis()[1].frame["chapter"].unique()}
    looked_at = 0
    for section in tree().xpath("//section"):
        if section.get("aria-labelledby") not in chapters:
            continue
        for table in section.xpath(".//table"):
            heads = [head.text_content() for head in table.xpath("./thead/tr[last()]/*")]
            for line in table.xpath("./tbody/tr[td]"):
                for head, cell in zip(heads[1:], line.xpath("./*[position() > 1]"), strict=True):
                    looked_at += 1
                    assert cell.get("data-rows") or head in ("group", "figure") or not cell.text_content().strip()
    assert looked_at > 1_000


def test_what_is_shown_is_the_formatted_value_of_its_rows() -> None:
    for each in (each for each in shown() if not each.is_sentence):
        for row in each.rows:
            found = result(row)
            text = value_of(found) if found.value is not None else found.text or "–"
            if found.statistic == "n" and found.value is not None:
                text = plain(found.value)
            told = found.text.partition("; ")[0]  # the rest may stand in a note
            assert text in each.text or (told and told in each.text) or is_unsaid(found, each), (
                each,
                found,
            )


def is_unsaid(found: Result, each: Shown) -> bool:
    """A figure that cannot be made beside others that can, or that has only its warning to say."""
    return found.value is None and (len(each.rows) > 1 or "not known" in each.text)


def test_every_number_shown_is_one_of_its_rows_rounded() -> None:
    """Without the formatter: each number that is written is a raw value, limit or share of its rows, to its digits."""
    for each in shown():
        found = [result(row) for row in each.rows]
        text = NOTE.sub("", each.text)
        for one in sorted({one for every in found for one in (every.text, every.warning, every.unit)}, key=len)[::-1]:
            text = text.replace(one, " ") if one else text
        raw = [value for one in found for value in raw_values(one)] + [CALLED] * each.is_sentence
        for sign, written in NUMBER.findall(text):
            assert any(is_written(value, sign, written) for value in raw), (written, each, raw)


def raw_values(found: Result) -> Iterator[float]:
    limits = [limit for limit in (found.lower, found.upper) if limit is not None]
    yield from (value for value in (found.value, found.of, *limits) if value is not None)
    if found.format in IN_PERCENT:
        yield from (100 * limit for limit in limits)
    if found.value is not None and found.format == "proportion":
        yield 100 * found.value
    if found.value is not None and found.of:
        yield 100 * found.value / found.of


def is_written(value: float, sign: str, written: str) -> bool:
    """Whether a raw value, rounded to the digits that are written, is what is written."""
    number = written.replace("−", "-").replace(",", "")
    if sign:
        return value < float(number) if sign == "<" else value > float(number)
    mantissa, _, power = number.partition("e")
    step = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    cut = step if "." in number or abs(float(number)) < 1_000 else 1.0
    return abs(value - float(number)) <= 0.5000001 * cut


def islands(text: str) -> dict[str, Any]:
    (packed,) = re.findall(r'id="figure-origins">([A-Za-z0-9+/=]*)</script>', text)
    held: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return held


def test_the_page_holds_every_row_with_its_method_and_records() -> None:
    """What the script reads, read here once more, is the results."""
    held = islands(page())
    texts, before = held["texts"], ["0"] * 4
    lines = held["rows"].split(";")
    assert len(lines) == len(results())
    for line, row in zip(lines, results(), strict=True):
        fields = [*line.split("|"), *[""] * 9][:10]
        before = [field or earlier for field, earlier in zip(fields, before, strict=False)]
        shape, about = held["shapes"][int(before[0])], held["abouts"][int(before[1])]
        names = ("chapter", "table", "statistic", "unit", "format", "side", None, "method", "population", "objective")
        for name, number in zip(names, shape, strict=True):
            assert number == row["confidence"] if name is None else texts[number] == row[name]
        assert [texts[number] for number in about] == [row["within"], row["what"], row["when"]]
        assert texts[int(before[2])] == row["group"]
        for field, name in zip(fields[4:8], ("value", "of", "lower", "upper"), strict=True):
            assert (field == "") == (row[name] is None)
            assert row[name] is None or abs(float(field) - row[name]) <= 1e-9 * abs(row[name])
        assert [texts[int(field or 0)] for field in fields[8:]] == [row["text"], row["warning"]]
        assert sorted(unfolded(held["records"][int(before[3])], texts)) == sorted(set(row["records"]))
        if row["method"] in METHODS:
            assert held["methods"][str(shape[7])][1] == METHODS[row["method"]].source


def test_long_lists_of_records_are_cut_off_and_say_how_many_more_there_are() -> None:
    """Three hundred people, each with records of their own behind each of a thousand figures."""
    people = [f"P{number:03d}" for number in range(300)]
    behind = [tuple(f"lab_results:{person}/{row}" for person in people) for row in range(1_000)]
    made = [Result(chapter="a", table="b", what="c", statistic="n", value=300.0, records=each) for each in behind]
    text = island(Origins(Results.of(made, analysis()[1].provenance), {}))
    for held in json.loads(text)["records"]:
        assert len(held) == 3 * MOST_ENTRIES + 1
        assert held[-1] == len(people) - MOST_ENTRIES
    assert len(text) < 1_000_000


def unfolded(held: list[Any], texts: list[str]) -> Iterator[str]:
    assert len(held) % 3 == 0  # nothing is cut off in a trial of this size
    for kind, stem, numbers in zip(held[::3], held[1::3], held[2::3], strict=True):
        if not numbers:
            yield f"{texts[kind]}:{texts[stem]}"
        for run in filter(None, numbers.split(",")):
            first, _, last = run.partition(":")
            yield from (f"{texts[kind]}:{texts[stem]}/{each}" for each in range(int(first), int(last or first) + 1))


def test_records_that_stand_in_a_listing_have_their_address_there() -> None:
    addresses = set(tree().xpath("//@id"))
    events = {record for row in results() for record in row["records"] if record.startswith("adverse_events:")}
    assert events
    assert {anchor(record) for record in events} <= addresses


def test_a_method_has_a_sentence_if_and_only_if_a_figure_was_made_by_it() -> None:
    _, everything = analysis()
    used = set(everything.frame["method"].unique()) - {""}
    assert sorted(map(str, tree().xpath("//li/@id"))) == sorted(f"method-{method}" for method in used)
    assert len(used) > 8
    for method in sorted(used)[::3]:
        without = replace(everything, frame=everything.frame.filter(pl.col("method") != method))
        told = methods_chapter(protocol(), list(rows_of(without))).blocks[0]
        assert isinstance(told, Bullets)
        assert sorted(told.identifiers) == sorted(f"method-{each}" for each in used - {method})
        sentence, source = METHODS[method].sentence, METHODS[method].source
        assert not any(sentence in each and source in each for each in told.items)


def test_only_the_one_script_of_the_page_may_run() -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    policy = re.findall(r"script-src ([^;]*);", page())
    assert len(scripts) == 1
    assert policy == [f"'sha256-{base64.b64encode(sha256(scripts[0].encode()).digest()).decode()}'"]


def test_tables_say_what_they_were_made_from() -> None:
    tables = [block for chapter in traced(document()).chapters for block in chapter.blocks if isinstance(block, Table)]
    behind = [table for table in tables if rows_of_table(table)]
    assert behind
    for table in behind:
        first = results()[rows_of_table(table)[0] - 1]
        kinds = {record.split(":")[0] for row in rows_of_table(table) for record in results()[row - 1]["records"]}
        assert f"Firstdose 0, {first['chapter']}.{first['table']}" in table.sources[-1]
        assert all(kind.replace("_", " ") in table.sources[-1] for kind in kinds)


def test_the_appendix_names_every_row_of_the_results_once_a_table() -> None:
    numbered = traced(document())
    appendix = with_appendix(numbered).chapters[-1]
    assert len(with_appendix(numbered).chapters) == len(numbered.chapters) + 1
    named = {block.label: block for block in appendix.blocks if isinstance(block, Table)}
    for chapter in numbered.chapters:
        for table in (block for block in chapter.blocks if isinstance(block, Table) and rows_of_table(block)):
            lines = [line.cells[1].text.replace("–", "-").replace(",", "") for line in named[table.label].rows]
            rows = [row for line in lines for row in numbers_in(line)]
            assert sorted(rows) == list(rows_of_table(table))
    told = [block for block in appendix.blocks if isinstance(block, Facts)]
    assert len(told[0].items) == analysis()[1].frame["method"].n_unique() - 1


def test_the_pdf_ends_with_the_appendix(tmp_path: Path) -> None:
    """As another programme reads it: each table of a small report once more, with its rows of the results."""
    _, everything = analysis()
    few = replace(everything, frame=everything.frame.head(120))
    file = tmp_path / "few.pdf"
    file.write_bytes(render_pdf(results_document(protocol(), few), DAY))
    done = subprocess.run([find_tool("pdftotext"), str(file), "-"], check=True, capture_output=True, text=True)
    _, found, appendix = done.stdout.rpartition("Where each figure comes from")
    assert found
    tables = [
        b for c in results_document(protocol(), few).numbered().chapters for b in c.blocks if isinstance(b, Table)
    ]
    assert tables
    assert all(f"{table.label}." in appendix for table in tables)


def test_the_numbers_behind_a_table_are_rows_of_the_results(tmp_path: Path) -> None:
    numbered, origins = traced(document()), document().origins
    tables = [block for chapter in numbered.chapters for block in chapter.blocks if isinstance(block, Table)]
    written = list(write_table_files(document(), tmp_path))
    assert [path.name for path in written[:-1]] == [f"table-{number}.csv" for number in range(1, len(tables) + 1)]
    for table, path in zip(tables, written, strict=False):
        made = numbers_behind(table, origins)
        assert pl.read_csv(path, infer_schema=False).height == made.height
        if rows_of_table(table):
            assert made["row"].sort().unique(maintain_order=True).to_list() == list(rows_of_table(table))
            for row in made.iter_rows(named=True):
                assert row["value"] == results()[row["row"] - 1]["value"]
        else:
            assert made.height == len([line for line in table.rows if not line.group])


identities = st.builds(
    "{}:{}{}".format,
    st.sampled_from(["adverse_events", "subjects"]),
    st.sampled_from(["P 1", "P/2", "٣", "-4"]),
    st.sampled_from(["", "/1", "/2", "/3", "/03", "/-7", "/x", "/²"]),
)


@given(st.lists(identities, unique=True), st.integers(0, 4))
def test_folded_records_are_the_records(records: list[str], most: int) -> None:
    folded = fold(records)
    told = [
        f"{each.kind}:{each.stem}/{number}" if each.numbers else f"{each.kind}:{each.stem}"
        for each in folded
        for number in each.numbers or (0,)
    ]
    assert sorted(told) == sorted(records)
    kept, more = shortened(folded, most)
    assert sum(each.count for each in kept) + more == len(records)
    assert len(kept) <= most + 1


def test_folded_records_in_words() -> None:
    records = ["adverse_events:P1/1", "adverse_events:P1/2", "adverse_events:P2/7", "subjects:P1"]
    assert in_words(fold(records)) == "adverse events P1 1–2; P2 7; subjects P1"


CLICKS = """
(async () => {
const log = {}, dialog = document.getElementById("origin");
const press = (key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
const table = [...document.querySelectorAll("table")].find((one) => one.caption.textContent.includes("Overview"));
log.stops = table.querySelectorAll('button[tabindex="0"]').length;
table.querySelector("button").focus();
press("ArrowDown"); press("ArrowRight");
const chosen = document.activeElement;
log.rows = chosen.closest("td").dataset.rows;
const open = async () => {
  chosen.click();
  while (!dialog.open) await new Promise((then) => setTimeout(then, 20));
};
await open();
log.modal = dialog.matches(":modal");
log.said = dialog.textContent;
dialog.querySelector("button.close").click();
log.back = document.activeElement === chosen && !dialog.open;
await open();
dialog.querySelector("dd a").click();
log.record = document.activeElement.id;
log.seen = document.activeElement.closest("details").open;
document.documentElement.dataset.log = JSON.stringify(log);
})();
"""


def test_a_figure_tells_in_a_browser_where_it_comes_from(chromium: list[str], tmp_path: Path) -> None:
    """By keyboard to a figure, to its dialog, back to the figure, and on to a record, under the page's own policy."""
    log = log_of(CLICKS, page(), chromium, tmp_path)
    rows = [result(row) for row in numbers_in(log["rows"])]
    assert log["stops"] == 1
    assert log["modal"]
    assert log["back"]
    assert log["seen"]
    for row, one in zip(numbers_in(log["rows"]), rows, strict=True):
        assert f"{one.value:g}" in log["said"]
        assert str(row) in log["said"]
    assert METHODS[rows[0].method].source in log["said"]
    assert log["record"] == rows[0].records[0]
