"""The plan of a search: what it may say, and what it is told when it makes no sense."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol import read_protocol
from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.tuning import plan_of, read_plan, space_of
from firstdose.simulation.tuning.measures import FIGURES, FigureName
from firstdose.simulation.tuning.ranges import RangeError, range_values
from tests.cli.running import EXAMPLES, ROOT
from tests.simulation.tunings import PLAN, plan_with, protocol_of


def problems(protocol: Any = None, **changes: Any) -> dict[str, str]:
    """The problems of a plan, by key."""
    with pytest.raises(ProblemsFound) as found:
        plan_with(protocol, **changes)
    return {problem.place.key: f"{problem.rule}; {problem.fix}" for problem in found.value.problems}


def search(**changes: Any) -> dict[str, Any]:
    return {**PLAN["search"], **changes}


def test_the_example_is_read() -> None:
    protocol = read_protocol(EXAMPLES / "nsc-spms" / "protocol.yaml")
    plan = read_plan(EXAMPLES / "nsc-spms" / "tuning.yaml", protocol)
    assert [aim.figure for aim in plan.aims] == ["correct_selection", "participants_above_mtd"]
    assert space_of(plan.search, protocol).size == 27 + 324 + 72


def test_the_plan_in_the_documentation_is_read() -> None:
    page = (ROOT / "docs" / "how-to" / "tune-a-design.md").read_text("utf-8")
    (told,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    protocol = read_protocol(EXAMPLES / "minimal" / "protocol.yaml")
    plan = plan_of(told, protocol)
    assert space_of(plan.search, protocol).size == 3 * 2 * 5 * 3


def test_every_figure_has_its_name_in_the_plan() -> None:
    assert set(get_args(FigureName)) == set(FIGURES)


def test_settings_are_numbered_in_the_order_of_the_plan() -> None:
    protocol = protocol_of()
    space = space_of(plan_with().search, protocol)
    assert space.size == 2 * 2 * 3 + 2 * 3
    told = [space.setting(number).as_plain() for number in range(1, space.size + 1)]
    assert len({json.dumps(each, sort_keys=True) for each in told}) == space.size
    assert [each["max_participants"] for each in told[:4]] == [6, 9, 12, 6]
    assert [each["cohort_size"] for each in told[:4]] == [2, 2, 2, 3]
    assert [each["settings"] for each in told[5:7]] == [{"p_tox": 0.3}, {"p_tox": 0.4}]
    assert [each["design"] for each in told] == ["boin"] * 12 + ["keyboard"] * 6


def test_what_is_left_out_stays_as_the_protocol_has_it() -> None:
    protocol = protocol_of(
        start_level=2,
        settings={"p_saf": 0.1},
        guards=["no_skipping"],
        comparators={"keyboard": {"margin_left": 0.07}},
    )
    plan = plan_with(
        protocol,
        search={"designs": {"boin": {"p_saf": None}, "keyboard": {}, "three_plus_three": {"variant": "previous"}}},
    )
    space = space_of(plan.search, protocol)
    boin, keyboard, classic = (space.setting(number).as_plain() for number in (1, 2, 3))
    assert boin == {
        "design": "boin", "cohort_size": 3, "max_participants": 12, "start_level": 2, "stop_within_cohort": False,
        "settings": {}, "guards": ["no_skipping"],
    }  # fmt: skip
    assert keyboard["settings"] == {"margin_left": 0.07}
    assert classic["cohort_size"] == 3
    assert space_of(plan_with(protocol, search={}).search, protocol).size == 1


def test_lists_of_guards_are_choices_too() -> None:
    guards = [[], ["no_skipping", {"stop_when_enough": {"participants": {"any_of": [6, 9]}}}]]
    protocol = protocol_of()
    space = space_of(plan_with(protocol, search={"guards": guards}).search, protocol)
    assert [space.setting(number).as_plain()["guards"] for number in (1, 2, 3)] == [
        [],
        ["no_skipping", {"stop_when_enough": {"participants": 6}}],
        ["no_skipping", {"stop_when_enough": {"participants": 9}}],
    ]


def test_neighbours_differ_in_one_thing_by_one_step() -> None:
    protocol = protocol_of()
    space = space_of(plan_with().search, protocol)

    def differs(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
        return [key for key in one if one[key] != other[key]]

    for number in range(1, space.size + 1):
        here = space.setting(number).as_plain()
        beside = [space.setting(other).as_plain() for other in space.neighbours(number)]
        assert all(len(differs(here, other)) == 1 and here["design"] == other["design"] for other in beside)
        assert all(abs(here["max_participants"] - other["max_participants"]) in (0, 3) for other in beside)
        expected = 1 + (1 if here["max_participants"] in (6, 12) else 2) + (here["design"] == "boin")
        assert len(beside) == expected


@given(st.integers(-50, 50), st.integers(1, 40), st.integers(0, 30), st.sampled_from([1, 10, 100, 1000]))
def test_a_range_holds_every_step_and_both_ends(first: int, step: int, steps: int, parts: int) -> None:
    values = range_values({"from": first / parts, "to": (first + step * steps) / parts, "step": step / parts})
    assert len(values) == steps + 1
    assert list(values) == [round((first + step * place) / parts, 9) for place in range(steps + 1)]


KEYS = st.sampled_from(["from", "to", "step", "any_of", "boin", "p_tox", "maximise", "random"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.floats(-2, 3) | st.sampled_from(["boin", "crm", "x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def refusal(**changes: Any) -> ProblemsFound | None:
    """The problems of a plan; None where it is read."""
    try:
        plan_with(**changes)
    except ProblemsFound as found:
        return found
    return None


@given(st.sampled_from(["search", "aims", "constraints", "scenarios", "unseen", "in_time", "name"]), JSON)
def test_any_value_is_read_or_refused_in_words(key: str, value: Any) -> None:
    found = refusal(**{key: value})
    assert found is None or all(problem.rule and problem.fix for problem in found.problems)


@given(
    st.sampled_from(["p_tox", "p_saf", "elimination_certainty", "offset", "stop_at", "titration", "nonsense"]),
    JSON | st.builds(lambda values: {"any_of": values}, st.lists(JSON, max_size=3)),
)
def test_any_setting_of_a_design_is_read_or_refused_in_words(key: str, value: Any) -> None:
    wanted = {"designs": {"boin": {key: value}}}
    found = refusal(search=wanted)
    if found is None:
        assert key != "nonsense"
        assert space_of(plan_with(search=wanted).search, protocol_of()).size >= 1
        return
    assert all(problem.place.key.startswith("search") and problem.rule and problem.fix for problem in found.problems)


@pytest.mark.parametrize(
    ("choice", "rule"),
    [
        ({"from": 30, "to": 18, "step": 3}, "holds no value"),
        ({"from": 18, "to": 30, "step": 5}, "never reach 30"),
        ({"from": 18, "to": 30, "step": 0}, "above 0"),
        ({"from": 18, "to": 30}, "from, to and step"),
        ({"from": 0, "to": 1, "step": 0.001}, "at most 200"),
        ({"from": 18, "to": "30", "step": 1}, "are numbers"),
    ],
)
def test_impossible_ranges_are_refused_in_words(choice: dict[str, Any], rule: str) -> None:
    with pytest.raises(RangeError, match=rule):
        range_values(choice)
    found = problems(search=search(max_participants=choice))
    assert rule in found["search.max_participants"]
    assert rule in problems(search=search(designs={"boin": {"p_tox": choice}}))["search.designs.boin.p_tox"]


HUNDRED = {"from": 1, "to": 100, "step": 1}
MANY_GUARDS = [[{"at_least": {"participants": HUNDRED}}, {"stop_when_enough": {"participants": HUNDRED}}]]


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"surch": {}}, "surch", "search"),
        ({"search": search(designs={"bion": {}})}, "search.designs.bion", "did you mean `boin`"),
        ({"search": search(designs={"boin": {"ptox": 0.3}})}, "search.designs.boin.ptox", "did you mean `p_tox`"),
        ({"search": search(designs={"boin": {"p_tox": {"any_of": [0.3, 3]}}})}, "search.designs.boin.p_tox", "below 1"),
        ({"search": search(designs={"boin": {"p_tox": {"any_of": []}}})}, "search.designs.boin.p_tox", "not empty"),
        ({"search": search(designs={"tite_boin": {}})}, "search.designs.tite_boin", "candidates_per_30_days"),
        ({"search": search(guards=[["no_skiping"]])}, "search.guards[1][1]", "did you mean `no_skipping`"),
        ({"search": search(guards=MANY_GUARDS)}, "search.guards", "at most 1,000 lists of guards"),
        ({"search": search(cohort_size=[3, 3])}, "search.cohort_size", "twice"),
        ({"search": search(cohort_size=0)}, "search.cohort_size", "at least 1"),
        ({"search": search(start_level=[4])}, "search.start_level", "one of the 3 dose levels"),
        ({"aims": []}, "aims", "not empty"),
        ({"aims": [{}]}, "aims[1]", "names the figure"),
        ({"aims": [{"maximise": "correct_selektion"}]}, "aims[1].maximise", "correct_selection"),
        ({"aims": [PLAN["aims"][0], PLAN["aims"][0]]}, "aims[2]", "twice"),
        ({"constraints": [{"figure": "none_selected"}]}, "constraints[1]", "one bound"),
        (
            {"constraints": [{"figure": "none_selected", "at_least": 80}]},
            "constraints[1].at_least",
            "write 0.8 for 80 %",
        ),
        ({"search": {"max_participants": [12, 100_000]}}, "search.max_participants", "at most 1000"),
        ({"search": {"cohort_size": 1_000_000}}, "search.cohort_size", "at most"),
        ({"scenarios": {}}, "scenarios", "no curve"),
        ({"unseen": {"random": 5, "seed": 1}}, "unseen.seed", "would not be unseen"),
        ({"scenarios": {"listed": [[0.1, 0.2]]}}, "scenarios.listed[1]", "3 dose levels"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_place(changes: dict[str, Any], key: str, words: str) -> None:
    found = problems(**changes)
    assert key in found
    assert words in found[key]


def test_people_who_are_not_replaced_cannot_be_a_share() -> None:
    protocol = protocol_of(evaluable={"rule": "all", "replaced": False})
    assert "does not replace them" in problems(protocol, not_evaluable=0.1)["not_evaluable"]


def test_a_curve_cannot_be_unseen_and_seen() -> None:
    listed = {"listed": [[0.1, 0.25, 0.4]]}
    assert "would not be unseen" in problems(scenarios=listed, unseen=listed)["unseen.listed[1]"]


def test_a_search_that_could_never_end_is_refused() -> None:
    many = {"from": 0.001, "to": 0.199, "step": 0.001}
    designs = {"boin": {"p_saf": many, "p_tox": {"from": 0.301, "to": 0.5, "step": 0.001}, "elimination_certainty": {"from": 0.601, "to": 0.8, "step": 0.001}, "offset": {"from": 0.001, "to": 0.2, "step": 0.001}, "stop_at": {"from": 1, "to": 200, "step": 1}, "extra_safe": {"any_of": [False, True]}, "bound_mtd": {"any_of": [False, True]}}}  # fmt: skip  # noqa: E501
    assert "at most 1,000,000,000,000" in problems(search=search(designs=designs))["search"]
