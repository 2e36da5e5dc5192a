"""What a zero leaves possible, against the formulas for no event in n, and what is no zero."""

import pytest

from firstdose.analysis.limits import limits
from tests.analysis.made_scores import course, event, frame_with, one, people, person, rows, steps

SIZES = (3, 3, 3, 6)


def test_no_event_in_fifteen() -> None:
    """The limit is 1 - 0.05^(1/15), what is seen with 80 % 1 - 0.2^(1/15)."""
    results = rows(limits(frame_with(people(SIZES))), table="zero_counts", what="serious")
    everyone = {each.statistic: each for each in rows(results, group="all")}
    assert everyone["people"].upper == pytest.approx(1 - 0.05 ** (1 / 15))
    assert everyone["rate_that_shows_with_80_percent_probability"].value == pytest.approx(1 - 0.2 ** (1 / 15))
    assert everyone["rate_that_shows_with_90_percent_probability"].value == pytest.approx(1 - 0.1 ** (1 / 15))
    assert {each.group: each.of for each in rows(results, statistic="people")} == {
        "1": 3,
        "2": 3,
        "3": 3,
        "4": 6,
        "all": 15,
    }


def test_what_happened_to_somebody_is_no_zero() -> None:
    records = [*people(SIZES), event("P01", 1, is_serious=True, grade=3)]
    results = rows(limits(frame_with(records)), table="zero_counts")
    assert {each.group for each in rows(results, what="serious")} == {"2", "3", "4"}
    assert not rows(results, what="any adverse event", group="1")
    assert {each.group for each in rows(results, what="death")} == {"1", "2", "3", "4", "all"}


def test_what_is_not_known_is_no_certain_zero() -> None:
    records = [
        *people(SIZES),
        event("P01", 1, is_serious=None, grade=2),
        event("P02", 1, is_serious=False, grade=2),
        person("P99", 2, has_dlt=None),
    ]
    results = rows(limits(frame_with(records)), table="zero_counts")
    assert "so at most 1 person" in one(results, what="serious", group="all", statistic="people").warning
    assert one(results, what="serious", group="4", statistic="people").warning == ""
    related = one(results, what="related to the product", group="all")
    assert (related.value, related.warning) == (None, "not known for any of 2 events")
    dlt = one(results, what="dose-limiting toxicity", group="2", statistic="people")
    assert dlt.warning == "not known for 1 person"


def test_worsening_counts_in_those_in_whom_it_could_be_seen() -> None:
    some = people((3,))
    records = [
        *some,
        *course("P01", "edss", steps(7.0)),
        *course("P02", "edss", steps(7.0)),
        *course("P03", "edss", {"M0": 7.0}),
    ]
    found = one(limits(frame_with(records)), table="zero_counts", within="edss", group="all", statistic="people")
    assert (found.value, found.of) == (0, 2)
    assert found.upper == pytest.approx(1 - 0.05**0.5)
    assert (found.what, found.when) == ("confirmed worsening", "worsening_24_weeks")
    assert found.objective == "secondary"
    assert "not evaluable: 1 of 3 people" in found.warning


def test_the_chance_to_see_a_rate() -> None:
    results = list(limits(frame_with(people(SIZES))))
    found = one(results, table="chance_to_see", what="an event with a true rate of 10 %", group="all")
    assert found.value == pytest.approx(1 - 0.9**15)


def test_nobody_has_no_zero() -> None:
    results = list(limits(frame_with([person("P01", is_treated=False, is_dlt_evaluable=False)])))
    assert not rows(results, table="zero_counts")
    assert {each.value for each in results} == {0.0}
