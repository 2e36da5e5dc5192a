"""Baseline of the treated, against the standard library's statistics."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from firstdose.analysis.people.baseline import baseline
from firstdose.records import Subject
from firstdose.records.derived import ScoreAnalysis
from tests.analysis.small_trials import Figures, frame, person

AGES = {"P1": 41.5, "P2": 38.0, "P3": 57.0, "P4": None, "P5": 49.0}
PEOPLE = [
    person("P1", 1, age_years=41.5, sex="female", centre="Terni"),
    person("P2", 1, age_years=38.0, sex="male", centre="Terni"),
    person("P3", 1, age_years=57.0, sex="female", centre="Milan"),
    person("P4", 2, sex="female"),
    person("P5", 2, age_years=49.0, disease_years=22.0),
    person("P6", None, is_treated=False, age_years=20.0, sex="male"),
]


def score(subject: str, value: float | None, **fields: Any) -> ScoreAnalysis:
    usual = {"measure": "edss", "part": "score", "day": -1, "state": "score", "is_baseline": True}
    made = {**usual, "record_numbers": "3; 4", "unit": "points", **fields}
    return ScoreAnalysis(subject=subject, value=value, **made)


def found(*scores: ScoreAnalysis, records: list[Any] | None = None) -> Figures:
    return Figures(baseline(frame(PEOPLE, scores=scores, records=records or [])))


@pytest.mark.parametrize(("group", "people"), [("1", ["P1", "P2", "P3"]), ("all", list(AGES))])
def test_numbers_are_those_of_the_standard_library(group: str, people: list[str]) -> None:
    ages = [age for name in people if (age := AGES[name]) is not None]
    figures = {row.statistic: row for row in found().where(table="people", what="age", group=group)}
    assert (figures["n"].value, figures["n"].of) == (len(ages), len(people))
    expected = {
        "mean": statistics.mean(ages),
        "sd": statistics.stdev(ages),
        "median": statistics.median(ages),
        "minimum": min(ages),
        "maximum": max(ages),
    }
    assert {name: figures[name].value for name in expected} == pytest.approx(expected)
    assert {row.unit for name, row in figures.items() if name != "n"} == {"years"}


def test_one_person_has_no_standard_deviation_and_nobody_a_warning() -> None:
    rows = found().where(table="people", what="time since the first symptoms", group="2")
    assert [row.statistic for row in rows] == ["n", "mean", "median", "minimum", "maximum"]
    assert rows[0].records == ("subjects:P5",)
    none = found().one(table="people", what="time since the first symptoms", group="1")
    assert (none.statistic, none.value, none.of, none.warning) == ("n", 0, 3, "nobody has a value")


def test_categories_with_what_is_not_recorded_last() -> None:
    figures = found()
    rows = [(row.what, row.value, row.of) for row in figures.where(table="sex", group="all")]
    assert rows == [("female", 3, 5), ("male", 1, 5), ("not recorded", 1, 5)]
    centres = [(row.what, row.value) for row in figures.where(table="centre", group="all")]
    assert centres == [("Terni", 2), ("Milan", 1), ("not recorded", 2)]
    assert figures.one(table="centre", what="Terni", group="2").upper is None
    assert not figures.where(table="race")


def test_race_comes_from_the_records() -> None:
    figures = found(records=[Subject(subject="P1", race="WHITE"), Subject(subject="P6", race="ASIAN")])
    assert [(row.what, row.value) for row in figures.where(table="race", group="all")] == [
        ("WHITE", 1),
        ("not recorded", 4),
    ]


def test_scores_before_treatment_with_their_parts() -> None:
    figures = found(
        score("P1", 7.0),
        score("P2", 7.5),
        score("P2", 8.0, day=30, is_baseline=False),
        score("P1", 4.0, part="pyramidal"),
        score("P6", 0.0),
    )
    mean = figures.one(table="scores", what="edss", group="1", statistic="mean")
    assert (mean.value, mean.unit, mean.objective) == (7.25, "points", "secondary")
    count = figures.one(table="scores", what="edss", group="all", statistic="n")
    assert (count.value, count.of) == (2, 5)
    assert count.records == ("assessments:P1/3", "assessments:P2/3")
    assert figures.value(table="parts_of_scores", within="edss", what="pyramidal", group="1", statistic="mean") == 4


def test_what_came_of_the_last_assessment_before_treatment() -> None:
    """P2 had a score and then could not do it: the earlier score is the baseline, and the figures say so."""
    figures = found(
        score("P1", 7.0),
        score("P2", 6.0, day=-90),
        score("P2", None, day=-1, state="unable_to_perform", is_baseline=False),
        score("P4", None, state="missing", is_baseline=False),
        score("P5", None, day=0, state="unable_to_perform", is_baseline=False),
    )
    table = "last_assessment_before_treatment"
    rows = [(row.when, row.value) for row in figures.where(table=table, what="edss", group="all")]
    assert rows == [("score", 1), ("unable to perform", 1), ("missing", 1), ("not assessed before treatment", 2)]
    mean = figures.one(table="scores", what="edss", group="all", statistic="mean")
    older = "values from an earlier assessment, as the last one gave none: 1"
    assert (mean.value, mean.warning) == (6.5, older)
    assert figures.one(table="scores", what="edss", group="1", statistic="n").warning == older


def test_a_group_is_not_told_of_what_is_true_of_another() -> None:
    figures = found(
        score("P1", 7.0),
        score("P2", 6.0, day=-90),
        score("P2", None, day=-1, state="unable_to_perform", is_baseline=False),
        score("P4", 8.0),
    )
    warned = {
        row.group for row in figures.where(table="scores", what="edss", statistic="n") if "earlier" in row.warning
    }
    assert warned == {"1", "all"}
    assert not figures.one(table="scores", what="edss", group="2", statistic="n").warning


def test_everybody_with_a_score_needs_no_table_of_states() -> None:
    everyone = [score(subject, 7.0) for subject in AGES]
    assert not found(*everyone).where(table="last_assessment_before_treatment", what="edss")


def test_a_score_that_is_a_change_has_no_baseline() -> None:
    row = found(score("P1", -0.4, measure="brain_volume", day=90, is_baseline=False)).one(
        table="scores", what="brain_volume", group="all"
    )
    assert row.warning == "its score is a change between two scans, which has no baseline; nobody has a value"


def test_values_that_are_limits_and_mixed_units_are_told() -> None:
    figures = found(
        score("P1", 4.0, measure="neurofilament", bound="at most", unit="pg/mL"),
        score("P2", 9.0, measure="neurofilament", unit="ng/L"),
    )
    warning = figures.one(table="scores", what="neurofilament", group="1", statistic="mean").warning
    assert warning == "values that are limits of the true ones: 1; units differ: ng/L, pg/mL"


def test_a_measure_of_the_protocol_without_any_score_is_told() -> None:
    row = found().one(table="scores", what="edss", group="all")
    assert (row.value, row.warning) == (0, "nobody has a value")
    states = found().where(table="last_assessment_before_treatment", what="edss", group="all")
    assert [(each.when, each.value) for each in states] == [("not assessed before treatment", 5)]


def test_nobody() -> None:
    row = Figures(baseline(frame([]))).one(table="people", what="age")
    assert (row.value, row.of) == (0, 0)
