"""Advice in a live trial: words, open windows, participants who are not evaluable, cohorts cut short."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Unpack

import numpy as np
import pytest

from firstdose.designs.blrm import Blrm
from firstdose.designs.history import parse_outcomes
from firstdose.designs.recommendation import Recommendation
from tests.contracts.examples import Setting, make_rule


def advise(design: str, outcomes: str, guards: str = "none", **setting: Unpack[Setting]) -> Recommendation:
    return make_rule(design, guards, **setting).decide(parse_outcomes(outcomes, 3))


@pytest.mark.parametrize(
    ("design", "outcomes", "action", "level"),
    [
        ("three_plus_three previous", "1NNN", "dose", 2),
        ("three_plus_three previous", "1NNT", "dose", 1),
        ("three_plus_three previous", "1NNN 2NTT", "stop", 1),
        ("three_plus_three previous", "1NNN 2NNN 3NNN", "stop", 3),
        ("three_plus_three step_down", "1NNN 2NTT", "dose", 1),
        ("three_plus_three step_down", "1NNN 2NTT 1NNT", "stop", 1),
        ("three_plus_three step_down", "1NNN 2NTT 1NTT", "stop", None),
        ("three_plus_three confirm_six", "1NNN 2NNN 3NNN", "dose", 3),
        ("three_plus_three confirm_six", "1NNN 2NNN 3NNN 3NNT", "stop", 3),
        ("three_plus_three confirm_six", "1NTT", "stop", None),
        ("boin", "1NNN", "dose", 2),
        ("boin", "1NNN 2NNT", "dose", 1),
        ("boin", "1TTT", "stop", None),
        ("i3plus3", "1NNN 2NNT", "dose", 2),
        ("crm unrestricted", "1NNN", "dose", 3),
        ("crm", "1NNN", "dose", 2),
    ],
)
def test_well_known_decisions(design: str, outcomes: str, action: str, level: int | None) -> None:
    advice = advise(design, outcomes)
    assert (advice.action, advice.next_level if action == "dose" else advice.recommended_level) == (action, level)


def test_the_mtd_may_lie_above_the_top() -> None:
    assert advise("three_plus_three confirm_six", "1NNN 2NNN 3NNN 3NNN").mtd_not_reached
    assert not advise("three_plus_three previous", "1NNN 2NNN 3TTT").mtd_not_reached
    assert "the MTD was not reached" in advise("boin", "1NNN 2NNN 3NNN 3NNN").reason


def test_a_cap_lets_a_3_plus_3_end() -> None:
    advice = advise("three_plus_three confirm_six", "1NNN 2NNN 2NNT", "highest_level")
    assert (advice.action, advice.recommended_level, advice.stop_reason) == ("stop", 2, "rule_complete")


def test_after_a_departure_an_eliminated_level_is_not_advised() -> None:
    for outcomes in ("1NNN 2NTT 3NNN", "1NNN 2NTT 3NTT"):
        advice = advise("three_plus_three step_down", outcomes)
        assert (advice.action, advice.next_level) == ("dose", 1)
        assert any("eliminated" in flag for flag in advice.flags)


def test_waiting_keeps_the_flags_of_what_went_before() -> None:
    advice = advise("boin", "2NNN 2N??")
    assert advice.action == "wait"
    assert any("departs" in flag for flag in advice.flags)


def test_open_windows_are_decided_when_nothing_hangs_on_them() -> None:
    advice = advise("three_plus_three confirm_six", "1NNN 2TT?")
    assert (advice.action, advice.next_level) == ("dose", 1)
    assert "whatever the open windows show" in advice.reason
    assert advise("three_plus_three confirm_six", "1NNN 2NT?").action == "wait"


def test_windows_of_earlier_cohorts_may_be_open_too() -> None:
    settled = advise("boin", "1NN? 2NNN")
    assert (settled.action, settled.next_level) == ("dose", 3)
    assert advise("boin", "1NN? 1NNT").action == "wait"


def test_too_many_open_windows_are_waited_for() -> None:
    advice = advise("boin", " ".join(["1" + "?" * 9] * 5))
    assert advice.action == "wait"
    assert "too many" in advice.reason


def test_a_few_windows_in_each_of_many_cohorts_are_too_many_too() -> None:
    """2^12 completions of twelve cohorts would take seconds, each time that somebody looks at the advice."""
    advice = advise("boin", " ".join(["1N?"] * 12))
    assert (advice.action, "4096 ways" in advice.reason) == ("wait", True)


def test_dosing_stops_within_a_cohort_once_its_decision_is_settled() -> None:
    settled = advise("three_plus_three confirm_six", "1NNN 2TT", stops_within_cohort=True)
    assert (settled.action, settled.next_level) == ("dose", 1)
    assert not [flag for flag in settled.flags if "complete" in flag]
    short = advise("three_plus_three confirm_six", "1NNN 2TT")
    assert any("taken as complete" in flag for flag in short.flags)
    open_ = advise("three_plus_three confirm_six", "1NNN 2NT", stops_within_cohort=True)
    assert any("taken as complete" in flag for flag in open_.flags)


def test_a_maximum_of_dosed_participants_counts_those_not_evaluable() -> None:
    outcomes = "1NNN 2NNN-- 2NNN 2N-"
    assert advise("boin", outcomes, counts_dosed=True, most=13).action == "stop"
    assert advise("boin", outcomes, most=13).action == "dose"


def test_the_last_cohort_is_what_the_maximum_leaves() -> None:
    advice = advise("boin", "1NNN 2NNN 3NNN", most=11)
    assert (advice.next_level, advice.cohort_size) == (3, 2)


def test_a_figure_near_its_bound_is_flagged() -> None:
    rule, history = make_rule("blrm"), parse_outcomes("1NNN 2NNT", 3)
    assert isinstance(rule.design, Blrm)
    assert not any("another computation" in flag for flag in rule.decide(history).flags)
    counts = np.array([[3, 3, 0]]), np.array([[0, 1, 0]])
    over = float(rule.design.interval_probabilities(*counts)[0, 1, 2])
    near = replace(rule, design=replace(rule.design, overdose_bound=over + 5e-5))
    assert any("another computation might decide otherwise" in flag for flag in near.decide(history).flags)


def test_advice_as_a_json_document() -> None:
    document = advise("three_plus_three previous", "1NNN 2NTT").as_json()
    assert json.loads(json.dumps(document)) == document
    assert document.keys() >= {"action", "next_level", "recommended_level", "reason", "flags"}
    assert (document["action"], document["next_level"], document["recommended_level"]) == ("stop", None, 1)
    assert document["stop_reason"] == "rule_complete"
    waiting = advise("boin", "1N??").as_json()
    assert (waiting["action"], waiting["next_level"], waiting["stop_reason"]) == ("wait", None, None)
    dosing = advise("boin", "").as_json()
    assert (dosing["action"], dosing["next_level"], dosing["cohort_size"], dosing["flags"]) == ("dose", 1, 3, [])


@pytest.mark.parametrize(
    ("outcomes", "level", "size"),
    [
        ("1NNN 2N-", 2, 1),  # a place of it is to be filled again
        ("1NNN 1T+ 2N-", 2, 1),
        ("1NNN 1TT+ 2-", 2, 1),
        ("1NNN 1T+ 2N-N", 3, 3),  # one counts at level 1: all three places are taken, and the next cohort comes
    ],
)
def test_who_counts_at_another_level_takes_a_place_of_the_cohort(outcomes: str, level: int, size: int) -> None:
    advice = advise("boin", outcomes)
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", level, size)
    assert not any("departs" in flag or "taken as complete" in flag for flag in advice.flags)


def test_who_counts_at_another_level_counts_there() -> None:
    advice = advise("boin", "1NNN 1T+ 2NT")
    assert (advice.action, advice.next_level) == ("dose", 1)  # 1 of 2 at level 2
    assert "cohort 2: 1 of it counts at level 1" in advice.flags
    after = advise("boin", "1NNN 1T+ 2NT 1NNN")
    assert after.reason.startswith("1 of 7 participants at level 1 had a DLT")


def test_where_nobody_counts_at_the_level_of_the_cohort_those_elsewhere_decide() -> None:
    advice, as_given = advise("boin", "1NNN 2NNN 2TTT+ 3-"), advise("boin", "1NNN 2NNN 2TTT")
    assert (advice.action, advice.next_level, advice.cohort_size) == (
        as_given.action, as_given.next_level, as_given.cohort_size,
    )  # fmt: skip
