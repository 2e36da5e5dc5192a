"""Dose-limiting toxicity by dose, worked by hand; the trend by enumeration of every arrangement."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import log2

import pytest

from firstdose.analysis.events.dlt import dlt
from firstdose.records import Slot
from tests.analysis.small_trials import PROTOCOL, Figures, event, frame, person

DLT = "dose-limiting toxicity"
LEFT = {"is_dlt_evaluable": False, "has_dlt": False, "evaluability": "follow-up ended on day 9 of 28: withdrew"}
PEOPLE = [
    *(person(f"A{number}", 1) for number in range(3)),
    person("A3", 1, **LEFT),
    *(person(f"B{number}", 2) for number in range(2)),
    person("B2", 2, has_dlt=True),
    person("C0", 3, has_dlt=True),
    person("C1", 3, has_dlt=True),
    person("C2", 3, is_dlt_evaluable=None, has_dlt=None, evaluability="day 12 of 28: the window is open"),
]
EVENTS = [
    event("B2", 1, term="Seizure", grade=3, is_dlt=True, first_day=6, last_day=6),
    event("C0", 1, term="Haemorrhage", grade=4, is_dlt=True, first_day=1, last_day=2),
    event("C0", 2, term="Fever", grade=3, is_dlt=True),
    event("C1", 1, term="Seizure", grade=3, is_dlt=True),
    event("C1", 2, is_dlt=False),
    event("C2", 1, is_dlt=None),
]
SLOT = Slot(cohort="1", slot=5, subject="A2", state="dosed", replaces="A3", reason="not evaluable")


def found() -> Figures:
    return Figures(dlt(frame(PEOPLE, EVENTS, records=[SLOT])))


def test_dlts_among_the_evaluable_by_level_with_intervals() -> None:
    figures = found()
    rows = figures.where(table="among_evaluable", what=DLT, statistic="people")
    assert [(row.group, row.value, row.of) for row in rows] == [("1", 0, 3), ("2", 1, 3), ("3", 2, 2), ("all", 3, 8)]
    none = rows[0]
    assert none.upper == pytest.approx(0.632, abs=5e-4)  # published: 0 of 3 leaves 63.2 %
    assert (none.population, none.objective, none.method) == ("dlt_evaluable", "primary", "clopper_pearson")
    # Published: 1 of 3 has the exact limits 0.8 and 90.6 %.
    assert (rows[1].lower, rows[1].upper) == pytest.approx((0.0084, 0.9057), abs=5e-5)
    assert rows[2].records == ("adverse_events:C0/1", "adverse_events:C0/2", "adverse_events:C1/1")


def test_who_is_left_out_is_told_with_what_that_does() -> None:
    row = found().one(table="among_evaluable", what="left out as not evaluable, none with a DLT")
    assert (row.value, row.of, row.records) == (1, 10, ("subjects:A3",))
    assert "higher than the true one" in row.warning


def test_dlts_among_all_treated_with_those_not_known_yet() -> None:
    figures = found()
    top = figures.one(table="among_treated", group="3", statistic="people")
    assert (top.value, top.of, top.warning) == (2, 3, "not known for 1 person, so at most 3 people")
    assert figures.one(table="among_treated", group="1", statistic="people").of == 4
    assert {row.objective for row in figures.where(table="among_treated")} == {"exploratory"}


def test_everybody_who_is_not_evaluable_with_reason_and_replacement() -> None:
    rows = found().where(table="people_not_evaluable")
    assert [(row.what, row.group, row.text) for row in rows] == [
        ("A3", "1", "not evaluable: follow-up ended on day 9 of 28: withdrew; replaced by A2: not evaluable"),
    ]
    rows = found().where(table="people_not_known_yet")
    assert [(row.what, row.group, row.text) for row in rows] == [
        ("C2", "3", "not known yet: day 12 of 28: the window is open"),
    ]


def test_the_rate_says_of_how_many_it_is_not_known_yet() -> None:
    rows = found().where(table="among_evaluable", what=DLT, statistic="people")
    assert [row.warning for row in rows if row.group in ("1", "2")] == ["", ""]
    assert "1 of 3 treated not known yet" in next(row.warning for row in rows if row.group == "3")
    assert "1 of 10 treated not known yet" in next(row.warning for row in rows if row.group == "all")


def test_how_many_are_evaluable() -> None:
    figures = found()
    rows = [(row.what, row.value, row.of) for row in figures.where(table="evaluability", group="all")]
    assert rows == [("evaluable", 8, 10), ("not evaluable", 1, 10), ("not known yet", 1, 10)]
    assert figures.value(table="evaluability", what="not evaluable", group="1") == 1


def test_every_dlt_is_listed() -> None:
    rows = found().where(table="dlt_events")
    assert [(row.within, row.what, row.text, row.value, row.group) for row in rows] == [
        ("B2", "Seizure", "grade 3", 6, "2"),
        ("C0", "Haemorrhage", "grade 4", 1, "3"),
        ("C0", "Fever", "grade 3", 3, "3"),
        ("C1", "Seizure", "grade 3", 3, "3"),
    ]
    assert rows[1].warning == "the day is known in part"


def test_the_trend_over_log_dose_by_enumeration() -> None:
    """Every choice of three of the eight evaluable as those with a DLT; the score is log2 of 5, 10 and 16."""
    scores = [log2(5)] * 3 + [log2(10)] * 3 + [log2(16)] * 2
    sums = [sum(scores[one] for one in chosen) for chosen in combinations(range(8), 3)]
    observed, mean = log2(10) + 2 * log2(16), sum(sums) / len(sums)
    figures = {row.statistic: row for row in found().where(table="trend_over_dose")}
    increasing = sum(value >= observed - 1e-9 for value in sums) / len(sums)
    decreasing = sum(value <= observed + 1e-9 for value in sums) / len(sums)
    far = sum(abs(value - mean) >= abs(observed - mean) - 1e-9 for value in sums) / len(sums)
    assert figures["p_increasing"].value == pytest.approx(increasing)
    assert figures["p_doubled"].value == pytest.approx(min(1, 2 * min(increasing, decreasing)))
    assert figures["p_distance"].value == pytest.approx(far)
    assert {row.objective for row in figures.values()} == {"exploratory"}
    assert {row.population for row in figures.values()} == {"dlt_evaluable"}


def test_the_scores_are_logarithms_of_the_doses() -> None:
    """One person at 5, 10, 16 and 24: DLTs at 10 and 16 lie above 5 and 24 on the log scale, and below on the plain."""
    people = [person(f"P{level}", level, has_dlt=level in (2, 3)) for level in (1, 2, 3, 4)]
    row = Figures(dlt(frame(people))).one(table="trend_over_dose", statistic="p_increasing")
    assert row.value == pytest.approx(3 / 6)


def test_an_answer_that_is_missing_is_no_no() -> None:
    figures = Figures(dlt(frame([person("P1", 1, has_dlt=None), person("P2", 1)])))
    row = figures.one(table="among_evaluable", group="1", statistic="people")
    assert (row.value, row.warning) == (0, "not known for 1 person, so at most 1 person")


def test_without_a_definition_one_row_says_so() -> None:
    protocol = replace(PROTOCOL, escalation=replace(PROTOCOL.escalation, dlt=None, evaluable=None))
    (row,) = dlt(frame(PEOPLE, protocol=protocol))
    assert (row.value, row.warning) == (None, "the protocol defines no dose-limiting toxicity")


def test_nobody_and_one_person() -> None:
    nobody = Figures(dlt(frame([]))).one(table="among_evaluable", what=DLT, group="all")
    assert (nobody.value, nobody.of, nobody.warning) == (0, 0, "nobody is in this group")
    alone = Figures(dlt(frame([person("A0", 1)]))).one(table="among_evaluable", what=DLT, group="all")
    assert (alone.value, alone.of, alone.upper) == (0, 1, 0.95)
