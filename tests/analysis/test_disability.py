"""Confirmed change, people at risk, curves and natural history on courses whose answer is worked out by hand."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis import derive
from firstdose.analysis.disability.chapter import disability
from firstdose.analysis.disability.confirmed import last_confirmable
from firstdose.analysis.disability.definitions import definitions
from firstdose.analysis.disability.open_relapses import POSSIBLE_KINDS, is_left_open
from firstdose.analysis.frame import Frame
from firstdose.methods.confirmed_change import Change, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.methods.confirmed_change_rules import RELAPSE_FREE, ChangeRule, Preceding
from firstdose.protocol.analysis_plan import NaturalHistory, NaturalHistoryRate
from firstdose.records.derived import RelapseAnalysis
from firstdose.records.results import Result
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
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
    relapse,
    rows,
    steps,
)

LEADING = "worsening_24_weeks"
FEW = ("M0", "M3", "M6", "M9", "M12")


def edss(*courses: Mapping[str, Value], sizes: tuple[int, ...] | None = None, **extra: object) -> Frame:
    """People P01, P02, ... with these EDSS courses, all at level 1 unless sizes say otherwise."""
    some = people(sizes or (len(courses),))
    scores = [
        row for one_of, values in zip(some, courses, strict=True) for row in course(one_of.subject, "edss", values)
    ]
    return frame_with([*some, *scores, *extra.get("more", ())], extra.get("protocol", REFERENCE))  # type: ignore[misc, arg-type]


def count(results: list[Result], what: str, when: str = LEADING, group: str = "all", within: str = "edss") -> Result:
    return one(results, table="confirmed_change", what=what, within=within, when=when, group=group)


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


def test_relapses_tell_worsening_apart() -> None:
    """Onset at month 2 (day 61): a relapse on day 50 goes with it; one on day -300 does not; P03's has no date."""
    frame = edss(
        steps(6.5, {"M2": 7.0}),
        steps(6.5, {"M2": 7.0}),
        steps(6.5, {"M2": 7.0}),
        more=[relapse("P01", 1, 50), relapse("P02", 1, -300), relapse("P03", 1, None)],
    )
    results = list(disability(frame))
    assert count(results, "worsening").value == 3
    assert count(results, "worsening associated with relapses").records[0].startswith("scores:P01/")
    independent = count(results, "worsening independent of relapses")
    assert {record.split("/")[0] for record in independent.records} == {"scores:P02"}
    assert (independent.value, independent.of) == (1, 3)
    for row, most in ((independent, 2), (count(results, "worsening associated with relapses"), 2)):
        assert f"not known for 1 person, who had a relapse whose day of onset is not known, so at most {most}" in (
            row.warning
        )
    assert "1 relapse without a known day of onset could not be kept away" in count(results, "worsening").warning
    told = {each.what: each.text for each in rows(results, table="people_with_change", statistic="relapses")}
    assert told == {"P01/1": "associated with a relapse", "P02/1": "independent of relapses", "P03/1": "not known"}
    strict = "relapse_associated_24_weeks_around_onset_and_confirmation"
    assert count(results, "worsening associated with relapses", when=strict).value == 1


@pytest.mark.parametrize(
    ("onset", "kind"),
    [
        ((400, 430), "independent of relapses"),  # surely after the confirmation and 30 days more
        ((-700, -400), "independent of relapses"),  # surely too early
        ((-60, -29), "not known"),  # may be 90 days before the onset on day 61
        ((-60, -30), "independent of relapses"),
        ((None, None), "not known"),
        ((None, -100), "independent of relapses"),
        ((395, None), "not known"),  # the confirmation is on day 365, and 30 days after it are asked for
        ((396, None), "independent of relapses"),
    ],
)
def test_a_relapse_known_in_part_leaves_open_only_what_it_may_have_to_do_with(
    onset: tuple[int | None, int | None], kind: str
) -> None:
    """Onset on day 61, confirmed at the only later visit, on day 365."""
    known_in_part = RelapseAnalysis(subject="P01", number=1, onset_first_day=onset[0], onset_last_day=onset[1])
    frame = edss(steps(6.5, {"M2": 7.0}, ("M0", "M1", "M2", "M12")), more=[known_in_part])
    found = one(disability(frame), table="people_with_change", statistic="relapses", when=LEADING)
    assert found.text == kind
    assert bool(found.warning) is (kind == "not known")


def test_where_a_kind_of_worsening_leads_curve_doses_and_benchmark_say_what_is_not_known() -> None:
    name = "relapse_independent_24_weeks_around_onset_and_confirmation"
    endpoints = tuple(
        replace(each, confirmed_change=(name,)) if each.measure == "edss" else each for each in REFERENCE.endpoints
    )
    courses = [steps(6.5, {"M2": 7.0}), steps(6.5, {"M2": 7.0}), steps(6.5), steps(6.5)]
    frame = edss(*courses, sizes=(2, 2), more=[relapse("P01", 1, None)], protocol=protocol_with(endpoints=endpoints))
    results = list(disability(frame))
    assert count(results, "worsening independent of relapses", when=name).value == 1
    words = "not known for 1 person, who had a relapse whose day of onset is not known"
    for table in ("time_to_worsening", "worsening_by_dose"):
        assert all(words in each.warning for each in rows(results, table=table, what=name) if each.value is not None)
    assert words in one(results, table="natural_history", statistic="compatibility").warning
    assert [each.text for each in rows(results, table="people_with_change", when=name, statistic="relapses")] == [
        "not known",
        "independent of relapses",
    ]


@settings(max_examples=60)
@given(
    st.lists(st.integers(-120, 300), max_size=2),
    st.tuples(st.integers(-200, 400), st.integers(0, 60)),
    st.sampled_from(sorted(RELAPSE_FREE)),
    st.sampled_from(["baseline", "last_visit", "last_lower"]),
)
def test_a_worsening_that_is_not_left_open_is_of_one_kind_wherever_the_relapse_is_put(
    dated: list[int], between: tuple[int, int], free: str, preceding: Preceding
) -> None:
    """Every day that the relapse may have begun on is tried; the search looks at no other distance from relapses."""
    rule = ChangeRule(
        wanted="all", relapse_to_baseline=(0, 0), relapse_to_confirmation=(0, 0),
        relapse_free=replace(RELAPSE_FREE[free], preceding_visit=preceding),
    )  # fmt: skip
    days, values = [0, 30, 61, 91, 122, 183, 365], [6.0, 6.0, 6.5, 7.0, 7.0, 7.0, 7.0]

    def sought(relapses: list[int]) -> Change:
        found = confirmed_changes(
            [0] * 7, days, values, rule=rule, smallest_change=np.ones_like,
            relapses=Relapses([0] * len(relapses), relapses) if relapses else None,
        )  # fmt: skip
        return found.changes[0][0]

    change, (first, length) = sought(dated), between
    kinds = {sought([*dated, day]).kind for day in range(first, first + length + 1)}
    onsets = [(float(first), float(first + length))]
    is_open = is_left_open(change, days, rule, onsets) if change.kind in POSSIBLE_KINDS else False
    if is_open:
        assert kinds <= POSSIBLE_KINDS[change.kind]
    else:
        assert kinds == {change.kind}


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


# Natural history ---------------------------------------------------------------------------------------------------

RATES = (
    NaturalHistoryRate(lowest=6.0, highest=6.5, yearly_probability=0.237, based_on_participants=30),
    NaturalHistoryRate(lowest=7.0, highest=7.5, yearly_probability=0.195),
)
BENCHMARK = NaturalHistory(id="elsewhere", measure="edss", event="a whole step", source="made up", rates=RATES)
YEARS = (183 - -1) / 365.25


def compared(*courses: dict[str, Value]) -> list[Result]:
    frame = edss(*courses, protocol=protocol_with(natural_history=(BENCHMARK,)))
    return [each for each in disability(frame) if each.table.startswith("natural_history")]


def test_natural_history_of_nobody_worsening_against_random_draws() -> None:
    """Each person's own rate and time, the first rate drawn from Beta(30 x 0.237, 30 x 0.763) for all who share it."""
    results = compared(steps(6.5), steps(6.0), steps(7.0), steps(7.5), steps(8.5))
    draw = np.random.default_rng(4)
    shared = draw.beta(30 * 0.237, 30 * (1 - 0.237), size=200_000)
    free = (1 - shared) ** (2 * YEARS) * (1 - 0.195) ** (2 * YEARS)
    found = one(results, statistic="compatibility")
    assert found.value == pytest.approx(free.mean(), abs=4 * free.std() / np.sqrt(len(free)))
    assert found.of == 4
    assert one(results, statistic="years_in_which_an_onset_could_be_seen").value == pytest.approx(4 * YEARS)
    for caution in (
        "not a test",
        "regression to the mean",
        "1 of 2 rates are taken as known",
        "no rate covers the baseline of P05",
    ):
        assert caution in found.warning
    assert found.method == "natural_course"


def test_natural_history_of_some_worsening_by_going_through_all_ways() -> None:
    """Known rates; the person who worsened is watched as long as the others."""
    results = compared(steps(7.0, {"M1": 8.0}), steps(7.5), steps(7.0))
    p = 1 - (1 - 0.195) ** YEARS
    naive = sum(
        np.prod([p if had else 1 - p for had in who]) for who in product((True, False), repeat=3) if sum(who) <= 1
    )
    assert one(results, statistic="compatibility").value == pytest.approx(naive)
    assert one(results, statistic="expected").value == pytest.approx(3 * p)
    assert (one(results, statistic="people").value, one(results, statistic="people").of) == (1, 3)


def test_each_figure_of_natural_history_leads_to_its_scores() -> None:
    """P01 worsens at month 1 (day 30) and month 7 confirms; onsets could be seen until month 6 (day 183)."""
    results = compared(steps(7.0, {"M1": 8.0}), steps(7.5))
    people = one(results, table="natural_history", statistic="people")
    assert people.records == tuple(f"scores:P01/edss/score/{day}" for day in (-1, 30, 213))
    assert (people.lower is not None, people.upper is not None, people.method) == (True, True, "clopper_pearson")
    watched = tuple(f"scores:{who}/edss/score/{day}" for who in ("P01", "P02") for day in (-1, 183))
    for statistic in ("years_in_which_an_onset_could_be_seen", "expected"):
        assert one(results, statistic=statistic).records == watched
    assert set(one(results, statistic="compatibility").records) == {*watched, *people.records}
    nobody = one(compared(*[steps(7.0)] * 15), statistic="people")
    assert (nobody.value, nobody.of, nobody.records) == (0, 15, ())
    assert nobody.upper == pytest.approx(1 - 0.05 ** (1 / 15))


def test_every_simplification_says_which_way_it_moves_the_comparison() -> None:
    results = compared(steps(6.5), steps(7.0), {"M0": 7.0})
    found = rows(results, table="natural_history_simplifications")
    direction = {each.what: each.text.split(":")[0] for each in found if each.statistic == "makes_the_compatibility"}
    assert direction == {
        "regression to the mean": "too small",
        "selection": "either way",
        "people not seen": "too small",
        "confirmation": "too small",
        "number of scores": "too large",
        "size of the change": "either way",
        "time at risk": "too small",
        "rates taken as known": "too small",
    }
    words = {each.what: each.text for each in found if each.statistic == "simplification"}
    assert set(words) == set(direction)
    assert words["people not seen"].startswith("not evaluable and left out: 1 of 3 people")
    assert "the benchmark counts a whole step, here counts a change of 0.5" in words["size of the change"]
    assert words["rates taken as known"].startswith("1 of 2 rates")
    some = rows(compared(steps(7.0, {"M1": 8.0})), statistic="makes_the_compatibility", what="rates taken as known")
    assert [each.text.split(":")[0] for each in some] == ["either way"]
    known = replace(BENCHMARK, rates=RATES[:1])
    frame = edss(steps(6.5), protocol=protocol_with(natural_history=(known,)))
    names = {each.what for each in rows(disability(frame), table="natural_history_simplifications")}
    assert names == set(direction) - {"people not seen", "rates taken as known"}


def test_taking_rates_as_known_makes_the_compatibility_too_small() -> None:
    """The direction that the words give, in figures: the same rate, known and resting on ever fewer people."""
    values = []
    for based_on in (None, 100.0, 10.0, 1.0):
        rate = NaturalHistoryRate(lowest=6.0, highest=8.0, yearly_probability=0.3, based_on_participants=based_on)
        frame = edss(*[steps(7.0)] * 6, protocol=protocol_with(natural_history=(replace(BENCHMARK, rates=(rate,)),)))
        values.append(one(disability(frame), table="natural_history", statistic="compatibility").value)
    assert None not in values
    assert sorted(values) == values  # type: ignore[type-var]
    assert len(set(values)) == 4


def test_without_any_effect_more_worsen_in_virtual_trials_than_the_rates_expect() -> None:
    """What the page on natural history says of 200 trials, in a few: there the simplifications work against the cells.

    The simulator's transitions are the rates of the protocol, and nothing else changes the course.
    """
    scenario = read_scenario(Path("examples/nsc-spms/scenario.yaml")).without_dose_effects()
    more = []
    for trial in virtual_trials(REFERENCE, scenario, seed=31, numbers=range(10)):
        frame = Frame(REFERENCE, derive(REFERENCE, trial.trial_data), 1)
        found = {each.statistic: each.value for each in rows(disability(frame), table="natural_history")}
        more.append((found["people"] or 0) - (found["expected"] or 0))
        assert (found["compatibility"] or 0) > 0.05
    assert sum(more) > 0


def test_natural_history_without_anybody_to_compare() -> None:
    assert one(compared(steps(9.0)), statistic="compatibility").value is None
    assert one(compared({"M0": 6.5}), statistic="compatibility").value is None


def test_the_reference_protocols_assumption_is_repeated() -> None:
    results = list(disability(edss(steps(7.0))))
    assert (
        "assumed: the transitions are not verified"
        in one(results, table="natural_history", statistic="compatibility").warning
    )


def test_months_are_the_reference_trials() -> None:
    schedule = REFERENCE.schedule
    assert schedule is not None
    days = {visit.id: visit.day for visit in schedule.visits}
    assert {visit: days[visit] for visit in MONTHS} == MONTHS


def test_a_definition_of_another_kind_may_lead() -> None:
    """Worsening with a relapse leads: P01's alone counts, in curve and benchmark too; improvement has no benchmark."""
    raw = "relapse_associated_24_weeks_around_onset_and_confirmation"
    for name, expected in ((raw, 1), ("improvement_24_weeks", None)):
        endpoints = tuple(
            replace(each, confirmed_change=(name,)) if each.measure == "edss" else each for each in REFERENCE.endpoints
        )
        frame = edss(
            steps(6.5, {"M2": 7.0}),
            steps(6.5, {"M2": 7.0}),
            more=[relapse("P01", 1, 50)],
            protocol=protocol_with(endpoints=endpoints),
        )
        results = list(disability(frame))
        compatibility = one(results, table="natural_history", statistic="compatibility")
        assert (compatibility.value is None) == (expected is None)
        assert len(rows(results, table="time_to_worsening", group="all")) == (2 if expected else 0)
        assert len(rows(results, table="people_with_change", when=name, statistic="subject")) == (expected or 0)
