"""Tables that show one number with two intervals say which they are; zeros, units and reasons are told in full."""

import re
from itertools import combinations

import polars as pl

from firstdose.records.results import Results
from firstdose.report.documents.blocks import Table
from firstdose.report.results.chapters import chapters_of, rows_of
from firstdose.report.results.remarks import REMARKS
from tests.report.reference_trial import analysis, document, protocol

KEY = ("what", "statistic", "within", "group", "when")
ALIKE = {("time_to_resolution", "cumulative_incidence")}
"""Tables of the reference trial in which the same share has two intervals."""


def tables() -> list[Table]:
    return [block for chapter in document().chapters for block in chapter.blocks if isinstance(block, Table)]


def table_of(start: str) -> Table:
    return next(table for table in tables() if table.caption.startswith(start))


def test_tables_of_a_chapter_with_two_intervals_for_one_number_are_remarked_on() -> None:
    """Found here among all results: same figure by every key, same value, other limits."""
    frame = analysis()[1].frame.filter(pl.col("lower").is_not_null(), pl.col("value") > 0)
    found = set()
    for _, chapter in frame.group_by("chapter", maintain_order=True):
        names = chapter["table"].unique(maintain_order=True).to_list()
        for first, second in combinations(names, 2):
            joined = chapter.filter(table=first).join(chapter.filter(table=second), on=KEY, suffix="_of_other")
            same = (pl.col("value") - pl.col("value_of_other")).abs() < 1e-9
            other = (pl.col("lower") - pl.col("lower_of_other")).abs() > 1e-9
            if joined.filter(same & other).height:
                found.add((first, second))
    assert found == ALIKE
    assert all(name in REMARKS for alike in ALIKE for name in alike)
    assert any("Kaplan-Meier's: log-log" in note for note in table_of("Time to the resolution").notes)
    assert any("Aalen and Johansen's: log-log" in note for note in table_of("Adverse events resolved").notes)


def test_a_remark_stands_under_no_table_without_intervals() -> None:
    results = analysis()[1]
    bare = results.frame.filter(table="cumulative_incidence").with_columns(
        lower=pl.lit(None, pl.Float64), upper=pl.lit(None, pl.Float64)
    )
    chapters = dict(chapters_of(protocol(), rows_of(Results(bare, results.provenance))))
    notes = [note for block in chapters["event_resolution"].blocks if isinstance(block, Table) for note in block.notes]
    assert not [note for note in notes if "Aalen" in note]


def test_a_rate_of_no_event_without_limits_tells_the_time() -> None:
    """A zero with neither limits nor what it is of would stand alone."""
    shown = [cell.text for row in table_of("Rates of all events").rows for cell in row.cells[1:]]
    zeros = [text for text in shown if re.match(r"0\b(?![.,])", text)]
    assert zeros
    assert all(re.match(r"0 in [\d.]+ person-years", text) for text in zeros)


def test_a_unit_is_told_once() -> None:
    for table in tables():
        for head in table.columns:
            words, _, unit = head.rpartition(", ")
            assert not words or f" {unit} " not in f" {words} ", head
    rows = [row.cells[0].text for row in table_of("Rates of all events").rows if not row.group]
    assert not [text for text in rows if "person-year" in text]


def test_reasons_are_written_as_in_the_flow_of_participants() -> None:
    heads = [row.cells[0] for row in table_of("Why people left before the end").rows]
    assert [cell.text for cell in heads if cell.mark == "own"] == ["withdrawal by subject"]


def test_people_with_change_have_the_unit_over_their_rows_and_a_note_on_unable() -> None:
    table = table_of("People with change")
    groups = [row.group for row in table.rows if row.group]
    assert "EDSS, step" in groups
    assert "timed 25-foot walk, s" in groups
    assert "Unable to perform counts as worse than any score." in table.notes
    assert max(len(cell.text) for row in table.rows for cell in row.cells) < 40
