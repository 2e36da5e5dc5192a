"""Confirmed change, people at risk and curves on courses whose answer is worked out by hand."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.disability.chapter import disability
from firstdose.analysis.disability.confirmed import last_confirmable
from firstdose.analysis.disability.definitions import definitions
from firstdose.methods.confirmed_change import Relapses, confirmed_changes
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.methods.confirmed_change_rules import ChangeRule
from tests.analysis.disability_courses import FEW, LEADING, count, edss
from tests.analysis.made_scores import (
    MONTHS,
    REFERENCE,
    UNABLE,
    Value,
    course,
    frame_with,
    one,
    people,
    person,
    protocol_with,
    rows,
    steps,
)


def test_nobody_worsens_in_fifteen() -> None:
    """0 of 15 leaves 1 - 0.05^(1/15) possible, 0 of 6 leaves 1 - 0.05^(1/6)."""
    results = list(disability(edss(*[steps(7.0)] * 15, sizes=(3, 3, 3, 6))))
    everyone = count(results, "worsening")
    assert (everyone.value, everyone.of, everyone.lower, everyone.side) == (0, 15, 0, "upper")
    assert everyone.upper == pytest.approx(1 - 0.05 ** (1 / 15))
    assert everyone.objective == "secondary"
    top = count(results, "worsening", group="4")
    assert top.of == 6
    assert top.upper == pytest.approx(1 - 0.05 ** (1 / 6))
    assert count(results, "worsening", when="expand").objective == "exploratory"
    assert not rows(results, table="people_with_change")
    assert {
        each.value for each in rows(results, table="worsening_by_dose", what=LEADING, method="cochran_armitage")
    } == {1}


def test_a_worsening_is_found_with_its_days_and_values() -> None:
    """From month 3 (day 91); 24 weeks less the tolerance of a week is day 252, so month 9 (day 274) confirms."""
    frame = edss(
        steps(6.5, {"M3": 7.0}),  # lasts
        steps(6.5, {"M3": 7.0, "M5": 6.5}),  # gone before it could be confirmed
        steps(6.5, {"M7": 7.5}),  # day 213: nothing is left to confirm it after 24 weeks, but it is after 12
        steps(7.0, {"M2": 6.5}),  # better
    )
    results = list(disability(frame))
    found = rows(results, table="people_with_change", when=LEADING)
    assert {each.what for each in found} == {"P01/1"}
    figures = {each.statistic: each.value if each.value is not None else each.text for each in found}
    assert figures == {
        "subject": "P01",
        "direction": "worsening",
        "relapses": "independent of relapses",
        "onset": 91,
        "confirmation": 274,
        "reference": 6.5,
        "value": 7.0,
    }
    assert found[0].records == tuple(f"scores:P01/edss/score/{day}" for day in (-1, 91, 274))
    assert count(results, "worsening").value == 1
    assert count(results, "worsening").records == found[0].records
    assert count(results, "worsening", when="worsening_12_weeks").value == 2
    assert count(results, "improvement", when="improvement_24_weeks").value == 1
    assert count(results, "worsening", when="worsening_24_weeks").of == 4


def test_every_definition_stands_beside_the_leading_one_with_its_source() -> None:
    results = list(disability(edss(steps(6.5))))
    named = rows(results, table="definitions", within="edss")
    assert [each.what for each in named] == [LEADING, "worsening_12_weeks", *[n for n in PRESETS if n not in
                                             (LEADING, "worsening_12_weeks")]]  # fmt: skip
    assert all(PRESETS[each.what].citation in each.text for each in named)
    assert {each.objective for each in named[1:]} == {"exploratory"}


def test_who_could_be_seen_to_worsen_and_until_when() -> None:
    """An onset needs a visit at least 161 days later: with month 12 (day 365) that is month 6 (day 183)."""
    short = dict.fromkeys(("M0", "M1", "M2", "M3", "M4"), 6.5)
    frame = edss(steps(6.5), short, {"R3": 6.5, "M0": 6.5}, {"M1": 6.5, "M12": 6.5}, {"M0": 6.5, "M1": None})
    results = list(disability(frame))
    last = one(results, table="people_at_risk", what="P01", when=LEADING)
    assert (last.statistic, last.value) == ("last_day_of_onset_that_could_be_confirmed", 183)
    reasons = {each.what: each.text for each in rows(results, statistic="not_evaluable", when=LEADING, within="edss")}
    assert reasons == {
        "P02": "followed too short for a change to be confirmed",
        "P03": "no score after the baseline",
        "P04": "no baseline score",
        "P05": "no score after the baseline",
    }
    assert (count(results, "worsening").of, count(results, "worsening").value) == (1, 0)
    assert "not evaluable: 4 of 5 people" in count(results, "worsening").warning
    # 12 weeks less a week after month 1 (day 30) is day 107: month 4 confirms, and nothing after month 1 does.
    assert count(results, "worsening", when="worsening_12_weeks").of == 2
    assert one(results, table="people_at_risk", what="P02", when="worsening_12_weeks").value == 30


RULES = [
    *(PRESETS[name].rule for name in (LEADING, "worsening_12_weeks", "worsening_24_weeks_sustained")),
    ChangeRule(confirm_after=(84.0, 168.0), tolerance=(20, 30), relapse_to_onset=(40, 10)),
    ChangeRule(confirm_after=(84.0,), impute_last_visit_within=200, between=False),
]


@settings(max_examples=300)
@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=9, unique=True).map(sorted),
    st.lists(st.integers(-50, 400), max_size=2, unique=True).map(sorted),
    st.sampled_from(RULES),
)
def test_the_last_onset_that_could_be_confirmed_is_what_the_search_itself_would_find(
    days: list[int], relapses: list[int], rule: ChangeRule
) -> None:
    """The search on courses that worsen at one visit and stay so: the last visit whose worsening it confirms."""

    def is_found(visit: int) -> bool:
        found = confirmed_changes(
            [0] * len(days),
            days,
            [10.0 * (place >= visit) for place in range(len(days))],
            rule=replace(rule, wanted="all"),
            smallest_change=np.ones_like,
            relapses=Relapses([0] * len(relapses), relapses) if relapses else None,
        )
        return any(change.onset == visit for change in found.changes[0])

    naive = [days[visit] for visit in range(1, len(days)) if is_found(visit)]
    assert last_confirmable(days, rule, relapses) == (naive[-1] if naive else None)


def test_becoming_unable_is_a_worsening_and_being_unable_before_is_not_evaluable() -> None:
    some = people((8,))
    older = course("P08", "timed_walk", {"R3": 20.0, "M0": UNABLE, "M3": UNABLE, "M12": UNABLE}, baseline="R3")
    courses: tuple[Mapping[str, Value], ...] = (
        steps(20.0, {"M3": UNABLE}, FEW),  # for good
        steps(175.0, {"M3": UNABLE}, FEW),  # from close to the longest time: still a worsening
        steps(20.0, {"M3": UNABLE, "M6": 20.0}, FEW),  # once only
        steps(20.0, {"M3": UNABLE, "M6": 30.0}, FEW),  # confirmed by a slow walk
        steps(UNABLE, {"M6": 30.0}, FEW),  # type: ignore[arg-type]
        {"R3": 20.0, "M0": UNABLE, "M3": UNABLE, "M12": UNABLE},  # an older score does not make it a worsening
        dict.fromkeys(FEW, UNABLE),
    )
    scores = [
        row
        for one_of, values in zip(some, courses, strict=False)
        for row in course(one_of.subject, "timed_walk", values)
    ]
    results = list(disability(frame_with([*some, *scores, *older])))
    found = rows(results, table="people_with_change", when=LEADING, statistic="value")
    assert {each.what: each.text for each in found} == {
        f"P{number:02d}/1": "unable to perform; counts as worse than any score" for number in (1, 2, 4)
    }
    total = count(results, "worsening", within="timed_walk")
    assert (total.value, total.of) == (3, 4)
    reasons = {each.what: each.text for each in rows(results, statistic="not_evaluable", when=LEADING)}
    assert reasons == {
        "P05": "unable to perform before treatment; performed on day 183",
        "P06": "unable to perform before treatment; did not perform later",
        "P07": "unable to perform before treatment; did not perform later",
        "P08": "unable to perform before treatment; did not perform later",
    }
    assert count(results, "improvement", when="improvement_24_weeks", within="timed_walk").value == 0


def test_for_a_score_that_gets_lower_unable_is_the_lowest() -> None:
    some = people((2,))
    records = [
        *some,
        *course("P01", "symbol_digit", steps(2.0, {"M3": UNABLE}, FEW)),
        *course("P02", "symbol_digit", steps(40.0, {"M3": 45.0}, FEW)),
    ]
    results = list(disability(frame_with(records)))
    assert count(results, "worsening", within="symbol_digit").records[0] == "scores:P01/symbol_digit/score/-1"
    assert count(results, "improvement", when="improvement_24_weeks", within="symbol_digit").value == 1


def test_death_counts_where_the_estimand_says_so() -> None:
    """P02 died unseen after the baseline: evaluable for "worsening or death", not for worsening."""
    some = [person("P01"), person("P02", death_day=40), person("P03")]
    scores = [
        *course("P01", "edss", steps(6.5)),
        *course("P02", "edss", {"M0": 6.5}),
        *course("P03", "edss", steps(6.5, {"M1": 7.5})),
    ]
    results = list(disability(frame_with([*some, *scores])))
    assert (count(results, "worsening").value, count(results, "worsening").of) == (1, 2)
    both = count(results, "worsening or death")
    assert (both.value, both.of) == (2, 3)
    assert "deaths:P02" in both.records
    without = list(disability(frame_with([*some, *scores], protocol_with(estimands=()))))
    assert not rows(without, what="worsening or death")


def test_the_composite_counts_a_change_of_any_component() -> None:
    some = people((3,))
    records = [
        *some,
        *course("P01", "edss", steps(6.5, {"M3": 7.5})),
        *course("P02", "edss", steps(6.5)),
        *course("P02", "timed_walk", steps(20.0, {"M3": 24.0}, FEW)),
        *course("P03", "edss", steps(6.5)),
    ]
    results = list(disability(frame_with(records)))
    found = one(
        results, table="confirmed_change", when="edss_plus", what="worsening", within="edss or timed_walk", group="all"
    )
    assert (found.value, found.of) == (2, 3)
    assert "no change, but not evaluable on every one of the measures: 1 person" in found.warning


def test_definitions_that_cannot_be_applied_are_said() -> None:
    other = tuple(
        replace(each, confirmed_change=("nonsense", "expand")) if each.measure == "edss" else each
        for each in REFERENCE.endpoints
    )
    results = list(disability(edss(steps(6.5), protocol=protocol_with(endpoints=other))))
    assert "not known" in one(results, table="definitions", what="nonsense").warning
    assert rows(results, table="confirmed_change", when="expand")[0].objective == "secondary"
    frame = frame_with([*people((1,)), *course("P01", "barthel", steps(50.0))])
    assert "protocol must name one" in one(disability(frame), table="definitions", within="barthel").warning
    assert definitions(frame, "barthel") == []


def test_the_curve_counts_people_until_nothing_could_be_confirmed() -> None:
    """Onsets on days 30 and 91 among four people watched to day 183: 3/4, then 2/4; the first level has none."""
    frame = edss(steps(6.5), steps(6.5), steps(6.5, {"M1": 7.5}), steps(6.5, {"M3": 7.5}), sizes=(2, 2))
    results = [each for each in disability(frame) if each.table == "time_to_worsening" and each.what == LEADING]
    everyone = rows(results, group="all")
    assert [(each.when, each.value, each.of) for each in everyone] == [
        ("day 30", 0.75, 4),
        ("day 91", 0.5, 3),
        ("day 183", 0.5, 2),
    ]
    for each in everyone:
        limits = (each.lower, each.value, each.upper)
        assert None not in limits
        assert sorted(set(limits)) == list(limits)  # type: ignore[type-var]
    (quiet,) = rows(results, group="1")
    assert (quiet.value, quiet.of, quiet.lower) == (1, 2, None)
    assert "nobody worsened" in quiet.warning


def test_worsening_that_goes_with_dose() -> None:
    """All three at the higher dose and none of three at the lower: one of the 20 ways to choose three of six."""
    frame = edss(*[steps(6.5)] * 3, *[steps(6.5, {"M1": 7.5})] * 3, sizes=(3, 3))
    results = [each for each in disability(frame) if each.table == "worsening_by_dose" and each.what == LEADING]
    assert one(results, statistic="p_increasing").value == pytest.approx(1 / 20)
    assert one(results, statistic="p_doubled").value == pytest.approx(2 / 20)
    odds = one(results, statistic="odds_ratio_per_doubling")
    # Firth's estimate of two separated groups adds half a person to each cell: (3.5 / 0.5)^2.
    assert odds.value == pytest.approx((3.5 / 0.5) ** 2, rel=1e-6)
    assert odds.lower is not None
    assert odds.lower < (3.5 / 0.5) ** 2


def test_months_are_the_reference_trials() -> None:
    schedule = REFERENCE.schedule
    assert schedule is not None
    days = {visit.id: visit.day for visit in schedule.visits}
    assert {visit: days[visit] for visit in MONTHS} == MONTHS
