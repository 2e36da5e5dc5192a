"""Tables speak in words: expected captions, labels and notes written by hand."""

from __future__ import annotations

from typing import Any

from firstdose.records.results import Result
from firstdose.report.attribution.chapter import FIGURES, after_text
from firstdose.report.documents.blocks import Heading, Paragraph, Picture, Table
from firstdose.report.results.chapters import methods_chapter, with_names
from firstdose.report.results.tables import tables
from firstdose.report.trial.listings import listings_chapter
from tests.report.reference_trial import protocol, records

LEVELS = {"1": "5 million cells", "2": "10 million cells"}


def made(**fields: Any) -> Result:
    return Result(**{"chapter": "c", "table": "flow", "what": "w", "statistic": "value", **fields})


def of(*results: Result) -> Table:
    (table,) = tables("flow", results, LEVELS)
    return table


def test_visits_and_analysis_sets_have_the_names_of_the_protocol() -> None:
    visit, other = with_names(
        protocol(), [made(when="M1", population="dlt_evaluable"), made(when="day 7", population="safety")]
    )
    assert (visit.when, visit.population) == ("Month 1 (M1)", "DLT-evaluable")
    assert (other.when, other.population) == ("day 7", "safety")


def test_a_caption_names_whom_it_is_about() -> None:
    table = of(made(value=1.0, population="treated"), made(what="v", value=2.0, population="enrolled"))
    assert table.caption == "Flow of participants. Analysis sets: treated and enrolled. Objective: exploratory"


def test_how_many_are_not_known_has_its_noun_and_no_second_note() -> None:
    count = {"format": "count", "unit": "events"}
    table = of(
        made(statistic="people", format="count", unit="people", warning="not known for any of 1 event"),
        made(statistic="not_known", value=1.0, **count),
    )
    assert [cell.text for cell in table.rows[0].cells] == ["w", "not known: 1 event"]
    assert table.notes == ()


def test_a_list_whose_columns_share_a_unit_tells_it_once() -> None:
    table = of(*(made(statistic=name, value=1.0, unit="mg", format="number") for name in ("mean", "low", "high")))
    assert table.caption.startswith("Flow of participants, mg. ")
    assert table.columns == ("", "mean", "low", "high")


def test_a_list_of_mostly_empty_columns_stands_upright() -> None:
    names = [f"s{number}" for number in range(8)]
    table = of(*(made(what=name, statistic=name, value=1.0) for name in names))
    assert table.columns == ("", "figure", "all")
    assert [line.cells[1].text for line in table.rows] == names


def test_the_pictures_of_attribution_stand_between_its_text_and_its_figures() -> None:
    text, picture, table = Paragraph("told"), Picture("drawn", "drawn", "<svg/>"), Table("t", ("",), ())
    assert after_text((Heading("h"), text, FIGURES, table), [picture]) == (Heading("h"), text, picture, FIGURES, table)


def test_a_column_that_is_the_same_in_every_row_of_a_listing_is_a_note() -> None:
    told = 0
    for table in (block for block in listings_chapter(records()).blocks if isinstance(block, Table)):
        for number, name in enumerate(table.columns[1:], start=1):
            assert len(table.rows) < 4 or len({line.cells[number].text for line in table.rows}) > 1, (
                table.caption,
                name,
            )
        told += sum(note.startswith("In all rows, ") for note in table.notes)
    assert told > 0


def test_the_methods_chapter_names_sets_and_endpoints() -> None:
    terms = [term for block in methods_chapter(protocol(), []).blocks for term, _ in getattr(block, "items", ())]
    assert "Analysis set: DLT-evaluable" in terms
    assert "Estimand of dose-limiting toxicity" in terms
    assert not [term for term in terms if "_" in term]
