"""Counts of people and events, against plain loops over dictionaries."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.counting import CELLS, Line, Place, Tallies, cells, number_of
from tests.analysis.small_trials import Figures, frame, person

PEOPLE = {"P1": 1, "P2": 1, "P3": 2, "P4": 4, "P5": None}
TRIAL = frame([person(subject, level) for subject, level in PEOPLE.items()])

cell = st.fixed_dictionaries(
    {
        "within": st.sampled_from(["", "Heart", "Skin"]),
        "what": st.sampled_from(["Heart", "Skin", "itch", "rash"]),
        "when": st.sampled_from(["", "grade 1", "grade 2"]),
        "subject": st.sampled_from([*PEOPLE, "never treated"]),
        "answer": st.sampled_from([True, False, None]),
    }
)


def as_cells(rows: list[dict[str, Any]]) -> pl.DataFrame:
    numbered = [{"table": "t", "record": f"r{number}", **row} for number, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=CELLS, orient="row")


@settings(max_examples=50)
@given(st.lists(cell, max_size=40))
def test_tallies_are_those_of_plain_loops(rows: list[dict[str, Any]]) -> None:
    tallies = Tallies.of(TRIAL, as_cells(rows), Place("c"))
    groups = {"1": ["P1", "P2"], "2": ["P3"], "4": ["P4"], "all": list(PEOPLE)}
    assert tallies.sizes == {name: len(people) for name, people in groups.items()}
    for line in {(row["what"], row["within"], row["when"]) for row in rows}:
        for group, people in groups.items():
            yes, maybe, unknown, known, records = set(), set(), 0, 0, []
            for number, row in enumerate(rows):
                if (row["what"], row["within"], row["when"]) != line or row["subject"] not in people:
                    continue
                if row["answer"] is None:
                    unknown += 1
                    maybe.add(row["subject"])
                else:
                    known += 1
                if row["answer"] is True:
                    yes.add(row["subject"])
                    records.append(f"r{number}")
            found = tallies.at(Line("t", *line), group)
            assert (found.people, found.events, found.not_known, found.known) == (
                len(yes),
                len(records),
                unknown,
                known,
            )
            assert found.at_most == len(yes | maybe)
            assert list(found.records) == records


def test_the_most_frequent_comes_first_and_classes_hold_their_terms_together() -> None:
    events = [
        ("P1", "Skin", "rash"),
        ("P1", "Skin", "rash"),
        ("P1", "Skin", "itch"),
        ("P2", "Heart", "faint"),
        ("P3", "Heart", "angina"),
        ("P3", "Eye", "blur"),
        ("P4", "Ear", "ringing"),
    ]
    rows = pl.DataFrame(
        [{"subject": s, "record": f"{n}", "c": c, "t": t} for n, (s, c, t) in enumerate(events)],
        schema={"subject": pl.String(), "record": pl.String(), "c": pl.String(), "t": pl.String()},
    )
    counted = pl.concat([cells(rows, "t", pl.col("c")), cells(rows, "t", pl.col("t"), within=pl.col("c"))])
    lines = Tallies.of(TRIAL, counted, Place("c")).lines("t")
    # Heart has two people; Skin one with three events; Ear and Eye tie and go by name. In a class: by events, by name.
    assert [line.what for line in lines] == [
        "Heart", "angina", "faint", "Skin", "rash", "itch", "Ear", "ringing", "Eye", "blur",
    ]  # fmt: skip


def figures(rows: list[dict[str, Any]], **options: Any) -> Figures:
    tallies = Tallies.of(TRIAL, as_cells(rows), Place("c", "primary"))
    return Figures(tallies.results([Line("t", "itch")], **options))


def row(subject: str, answer: bool | None) -> dict[str, Any]:
    return {"what": "itch", "within": "", "when": "", "subject": subject, "answer": answer}


def test_a_zero_has_its_interval() -> None:
    found = figures([])
    assert (found.value(group="1", statistic="people"), found.value(group="1", statistic="events")) == (0, 0)
    assert found.one(group="all", statistic="people").upper == pytest.approx(1 - 0.05 ** (1 / 5))
    assert [each.group for each in found.where(statistic="people")] == ["1", "2", "4", "all"]
    assert {each.objective for each in found.all} == {"primary"}


def test_what_is_not_known_is_no_no() -> None:
    found = figures([row("P1", True), row("P1", None), row("P2", None), row("P2", False), row("P3", None)])
    first = found.one(group="1", statistic="people")
    assert (first.value, first.of, first.warning) == (1, 2, "not known for 2 events, so at most 2 people")
    assert found.one(group="1", statistic="events").warning == first.warning
    unknown = found.one(group="1", statistic="not_known")
    assert (unknown.value, unknown.records) == (2, ("r1", "r2"))
    only_unknown = found.one(group="2", statistic="people")
    assert (only_unknown.value, only_unknown.warning) == (None, "not known for 1 event")
    assert not found.where(group="2", statistic="events")
    assert found.value(group="4", statistic="people") == 0


def test_denominators_may_be_given_and_nobody_may_be_at_risk() -> None:
    found = figures([row("P1", True)], events=False, at_risk={("1", ""): 1, ("all", ""): 3})
    assert (found.one(group="1").of, found.one(group="all").of) == (1, 3)
    assert (found.one(group="2").of, found.one(group="2").warning) == (0, "nobody is in this group")
    assert not found.where(statistic="events")


def test_numbers_in_words() -> None:
    assert [number_of(n, unit) for n in (1, 2) for unit in ("people", "events")] == [
        "1 person",
        "1 event",
        "2 people",
        "2 events",
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([True, False], ""),
        ([None], "not known for 1 event"),
        ([None, None], "not known for any of 2 events"),
        ([False, None], "not known for 1 event, so at most 1 person"),
        ([True, None], "not known for 1 event, so at most 2 people"),
    ],
)
def test_what_is_not_known_is_told_in_words(answers: list[bool | None], words: str) -> None:
    rows = [
        {"within": "", "what": "rash", "when": "", "subject": f"P{number}", "answer": answer}
        for number, answer in enumerate(answers, start=1)
    ]
    tally = Tallies.of(TRIAL, as_cells(rows), Place("c")).at(Line("t", "rash"))
    assert tally.doubt("events") == words


def test_doubt_about_somebody_who_counts_already_changes_nothing() -> None:
    rows = [
        {"within": "", "what": "rash", "when": "", "subject": "P1", "answer": answer} for answer in (True, None, None)
    ]
    tally = Tallies.of(TRIAL, as_cells(rows), Place("c")).at(Line("t", "rash"))
    assert tally.doubt("events") == "not known for 2 events, of people who are counted already"


def test_what_describes_these_people_has_no_interval() -> None:
    rows = [{"within": "", "what": "female", "when": "", "subject": "P1", "answer": True}]
    tallies = Tallies.of(TRIAL, as_cells(rows), Place("c"))
    (plain,) = [
        each for each in tallies.results([Line("t", "female")], events=False, estimates=False) if each.group == "1"
    ]
    (estimate,) = [each for each in tallies.results([Line("t", "female")], events=False) if each.group == "1"]
    assert (plain.value, plain.of, plain.lower, plain.upper, plain.method) == (1, 2, None, None, "")
    assert (estimate.value, estimate.of, estimate.method) == (1, 2, "clopper_pearson")
