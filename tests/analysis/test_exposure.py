"""What people were given, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import binomtest

from firstdose.analysis.people.exposure import exposure
from firstdose.protocol.plan import Protocol
from firstdose.records import Batch, Dosing
from tests.analysis.small_trials import PROTOCOL, Figures, frame, person

PEOPLE = [
    person("P1", 1, dose_given=4.5, batch="B1"),
    person("P2", 1, dose_given=4.4, batch="B1; B2", level_reason="below the tolerance"),
    person("P3", None, dose_given=None, level_assigned=2, dose_assigned=10.0),
    person("P4", 2, level_assigned=3, dose_assigned=16.0, dose_given=10.0, level_reason="10 counts as level 2"),
    person("P5", None, is_treated=False),
]
DOSINGS = [
    Dosing(subject="P1", number=1, batch="B1", volume_ml=1.0, viability_percent=80, interrupted=False),
    Dosing(subject="P1", number=2, batch="B1", volume_ml=2.0, viability_percent=90, interrupted=True),
    Dosing(subject="P2", number=1, batch="B2", volume_ml=3.0, viability_percent=75, interrupted=False),
    Dosing(subject="P4", number=1, batch="B9"),
    Dosing(subject="P5", number=1, batch="B1", volume_ml=9.0),
]
BATCHES = [Batch(batch="B1", viability_percent=95), Batch(batch="B2", viability_percent=91)]


def given(people: list[Any] | None = None, protocol: Protocol = PROTOCOL) -> Figures:
    return Figures(exposure(frame(people or PEOPLE, records=[*DOSINGS, *BATCHES], protocol=protocol)))


def test_everybody_has_a_row_for_the_dose_assigned_and_given() -> None:
    found = given()
    rows = found.where(table="dose_of_each_person", what="P1")
    assert [(row.statistic, row.value, row.group) for row in rows] == [
        ("dose_assigned", 5, "1"),
        ("dose_given", 4.5, "1"),
        ("share_given", 0.9, "1"),
    ]
    assert found.one(table="dose_of_each_person", what="P1", statistic="dose_given").text == "within the tolerance"
    assert found.one(table="dose_of_each_person", what="P2", statistic="dose_given").text == "outside the tolerance"
    missing = found.one(table="dose_of_each_person", what="P3", statistic="dose_given")
    assert (missing.value, missing.group, missing.warning) == (None, "", "not recorded")
    assert {row.what for row in found.where(table="dose_of_each_person")} == {"P1", "P2", "P3", "P4"}


def test_people_who_count_at_another_level_are_named_with_the_reason() -> None:
    rows = given().where(table="counted_at_another_level")
    assert [(row.what, row.text) for row in rows] == [
        ("P3", "counts at no level, assigned level 2: no reason recorded"),
        ("P4", "counts at level 2, assigned level 3: 10 counts as level 2"),
    ]


def test_doses_by_level_and_the_share_within_the_tolerance() -> None:
    """The tolerance is 10 % on both sides: 4.5 of 5 is on its edge, 4.4 and 10 of 16 are outside."""
    found = given()
    assert found.value(table="dose", what="dose given", group="1", statistic="mean") == pytest.approx(4.45)
    shares = found.one(table="dose", what="share of the dose assigned that was given", group="all", statistic="minimum")
    assert shares.value == pytest.approx(100 * 10 / 16)
    within = found.one(table="dose", what="dose given within the tolerance", group="1", statistic="people")
    assert (within.value, within.of, within.records) == (1, 2, ("subjects:P1",))
    everyone = found.one(table="dose", what="dose given within the tolerance", group="all", statistic="people")
    assert (everyone.value, everyone.of) == (1, 4)
    assert everyone.warning == "not known for 1 person, so at most 2 people"


def test_feasibility_is_by_the_level_assigned_whatever_was_given() -> None:
    """P4 was assigned level 3 and counts at level 2: it is level 3 that could not be given."""
    people = [*PEOPLE, person("P6", 3, dose_given=16.0, dose_assigned=16.0)]
    found = given(people)
    rows = {row.what: row for row in found.where(table="given_as_assigned")}
    assert list(rows) == ["level 1 assigned", "level 2 assigned", "level 3 assigned"]
    first, third = rows["level 1 assigned"], rows["level 3 assigned"]
    assert (first.value, first.of, first.records) == (1, 2, ("subjects:P1",))
    assert (third.value, third.of, third.records, third.group) == (1, 2, ("subjects:P6",), "all")
    exact = binomtest(1, 2).proportion_ci(method="exact")
    assert (third.lower, third.upper) == pytest.approx((exact.low, exact.high))
    unknown = rows["level 2 assigned"]
    assert (unknown.value, unknown.warning) == (None, "not known for 1 person")
    more = given([*people, person("P7", None, dose_given=None, level_assigned=3, dose_assigned=16.0)])
    row = more.one(table="given_as_assigned", what="level 3 assigned", statistic="people")
    assert (row.value, row.of, row.warning) == (1, 3, "not known for 1 person, so at most 2 people")
    assert not given(PEOPLE[:2]).where(table="given_as_assigned")


def test_without_a_tolerance_only_the_very_dose_is_within() -> None:
    assert PROTOCOL.product is not None
    strict = replace(PROTOCOL, product=replace(PROTOCOL.product, dose_tolerance=None))
    within = given(protocol=strict).one(
        table="dose", what="dose given within the tolerance", group="1", statistic="people"
    )
    assert within.value == 0


def test_volume_and_viability_are_averaged_over_a_persons_administrations() -> None:
    found = given()

    def mean(what: str, group: str = "1") -> float | None:
        return found.value(table="administration", what=what, group=group, statistic="mean")

    assert mean("volume") == pytest.approx((1.5 + 3) / 2)
    assert mean("viability when given") == pytest.approx((85 + 75) / 2)
    assert mean("viability of the batch at release") == pytest.approx((95 + 91) / 2)
    assert found.one(table="administration", what="volume", group="2").warning == "nobody has a value"


def test_interrupted_administrations() -> None:
    row = given().one(table="administration", what="administration interrupted", group="1", statistic="people")
    assert (row.value, row.of, row.records) == (1, 2, ("dosings:P1/2",))
    unknown = given().one(table="administration", what="administration interrupted", group="2", statistic="people")
    assert (unknown.value, unknown.warning) == (None, "not known for 1 person")


def test_batches_by_level() -> None:
    found = given()
    rows = [(row.what, row.value) for row in found.where(table="batches", group="all")]
    assert rows == [("B1", 2), ("B2", 1), ("batch not recorded", 2)]
    assert found.value(table="batches", what="B1", group="1") == 2


def test_repeated_dosing_has_its_days() -> None:
    assert not given().where(table="days_of_treatment")
    people = [person("P1", 1, treatment_last_day=181), person("P2", 1, treatment_last_day=None)]
    found = given(people)
    rows = {row.statistic: row.value for row in found.where(table="days_of_treatment", group="1")}
    assert (rows["n"], rows["mean"]) == (1, 182)


BACKGROUND = [
    person("P1", 1, background_first_day=0, background_last_day=183),
    person("P2", 1, background_first_day=2, background_last_day=100),
    person("P3", 1, background_first_day=0, background_last_day=None, followed_to_day=90),
    person("P4", 2, background_first_day=0, background_last_day=None, followed_to_day=200),
    person("P5", 2, background_taken=False, background_last_day=None),
]


def test_the_background_treatment_of_those_who_took_it() -> None:
    found = given(BACKGROUND)

    def share(when: str, group: str = "all") -> tuple[float | None, float | None]:
        row = found.one(table="background_treatment", when=when, group=group, statistic="people")
        return row.value, row.of

    assert (share("taken"), share("taken", "2")) == ((4, 5), (1, 2))
    assert (share("still taken"), share("still taken", "1")) == ((2, 4), (1, 3))
    assert (share("stopped early, before day 183"), share("stopped early, before day 183", "2")) == ((1, 4), (0, 1))
    open_row = found.one(
        table="background_treatment", when="stopped early, before day 183", group="1", statistic="people"
    )
    assert open_row.warning == "not known for 1 person, so at most 2 people"
    days = found.where(table="background_treatment", what="days on tacrolimus, each counted once", group="all")
    assert {row.statistic: row.value for row in days}["mean"] == pytest.approx((184 + 99) / 2)


def test_without_a_background_treatment_there_is_no_table() -> None:
    assert not given(protocol=replace(PROTOCOL, background_treatments=())).where(table="background_treatment")


def test_nobody() -> None:
    found = Figures(exposure(frame([])))
    row = found.one(table="dose", what="dose given", statistic="n")
    assert (row.value, row.of) == (0, 0)
    assert found.one(table="background_treatment", when="taken").warning == "nobody is in this group"
