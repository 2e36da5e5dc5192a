"""The rule and its naive re-programming say the same after every history that can come about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from firstdose.designs.history import parse_outcomes
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from tests.contracts.examples import DESIGN_EXAMPLES, Setting, combinations, make_naive, make_rule
from tests.independent.naive_design import Given, History
from tests.independent.naive_rule import Decision, NaiveRule


@dataclass
class Walk:
    """All histories of one number of cohorts, and the rule's state after each of them."""

    histories: list[History]
    states: States


def next_cohorts(naive: NaiveRule, history: History) -> list[Given]:
    """Everything that the next cohort can show, cut short where its decision is settled."""
    level, planned = naive.decide(history).level, naive.size(history)
    open_, done = {0}, []
    for dosed in range(1, planned + 1):
        open_ = open_ | {dlts + 1 for dlts in open_}
        settled = {dlts for dlts in open_ if naive.is_settled(history, level, dosed, dlts, planned)}
        done += [Given(level, dlts, dosed, planned) for dlts in sorted(settled)]
        open_ -= settled
    return done


def one_more_cohort(rule: EscalationRule, naive: NaiveRule, walk: Walk) -> Walk:
    """The histories with one more cohort, those that have stopped left out."""
    after = [
        (row, (*history, cohort))
        for row, history in enumerate(walk.histories)
        if not naive.decide(history).stop
        for cohort in next_cohorts(naive, history)
    ]
    rows = np.array([row for row, _ in after], dtype=np.intp)
    level, dlts, dosed = (
        np.array([getattr(history[-1], name) for _, history in after], dtype=np.int16)
        for name in ("level", "dlts", "dosed")
    )
    before = walk.states.take(rows)
    return Walk([history for _, history in after], rule.advance_as_given(before, level, dosed, dlts))


def decision_of(states: States, row: int) -> Decision:
    """What a state says, in the terms of the naive rule."""
    stop, selected = Stop(int(states.stop[row])), int(states.selected[row])
    if stop == Stop.GOES_ON:
        return Decision(int(states.level[row]), int(states.highest[row]) + 1, "", selected, False)
    return Decision(0, 0, stop.name.lower(), selected, bool(states.mtd_not_reached[row]))


def check_every_history(rule: EscalationRule, naive: NaiveRule) -> int:
    """Compare next level, size of the next cohort, eliminated levels, stop and selection; return how many times."""
    walk, compared = Walk([()], rule.start()), 0
    while walk.histories:
        sizes = rule.cohort_sizes(walk.states)
        for row, history in enumerate(walk.histories):
            expected = naive.decide(history)
            assert decision_of(walk.states, row) == expected, history
            if not expected.stop:
                assert int(sizes[row]) == naive.size(history), history
        compared += len(walk.histories)
        walk = one_more_cohort(rule, naive, walk)
    return compared


@pytest.mark.parametrize(("design", "guards"), combinations())
def test_every_guard_of_every_design(design: str, guards: str) -> None:
    setting: Setting = {"most": 9}
    assert check_every_history(make_rule(design, guards, **setting), make_naive(design, guards, **setting)) > 10


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_twelve_participants(design: str, stops_within_cohort: bool) -> None:
    rule = make_rule(design, stops_within_cohort=stops_within_cohort)
    assert check_every_history(rule, make_naive(design, stops_within_cohort=stops_within_cohort)) > 20


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize(
    "design", [name for name, example in DESIGN_EXAMPLES.items() if example.design != "three_plus_three"]
)
def test_small_cohorts(design: str, size: int) -> None:
    setting: Setting = {"cohort_size": size, "most": 6 if size == 1 else 8, "start": 2}
    assert check_every_history(make_rule(design, **setting), make_naive(design, **setting)) > 20


@pytest.mark.parametrize("stops_within_cohort", [False, True])
@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_advice_in_a_live_trial(design: str, stops_within_cohort: bool) -> None:
    """The same through `decide`, which reads the history in the field's notation."""
    setting: Setting = {"most": 9, "stops_within_cohort": stops_within_cohort}
    rule, naive = make_rule(design, **setting), make_naive(design, **setting)
    histories: list[History] = [()]
    while histories:
        after: list[History] = []
        for history in histories:
            text = " ".join(f"{c.level}{'T' * c.dlts}{'N' * (c.dosed - c.dlts)}" for c in history)
            advice, expected = rule.decide(parse_outcomes(text, 3)), naive.decide(history)
            assert advice.stop_reason == expected.stop, text
            assert (advice.next_level or 0) == expected.level, text
            assert (advice.recommended_level or 0) == max(expected.selected, 0), text
            assert advice.mtd_not_reached == expected.not_reached, text
            assert advice.action == ("stop" if expected.stop else "dose"), text
            assert not any("departs" in flag for flag in advice.flags), text
            if not expected.stop:
                assert advice.cohort_size == naive.size(history)
                after += [(*history, cohort) for cohort in next_cohorts(naive, history)]
        histories = after
