"""The contract of guards: a new entry of GUARDS is held to all of it by its example alone."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import firstdose.designs
from firstdose.designs import DESIGNS, GUARDS, Guard
from firstdose.designs.states import STOPS_BY_COMPLETION, Stop
from tests.contracts.checks import (
    LARGEST_Z,
    check_elimination_is_permanent,
    decisions_of_merged_histories,
    largest_step_up,
    rises_with_a_dlt,
    z_scores,
)
from tests.contracts.examples import DESIGN_EXAMPLES, GUARD_EXAMPLES, combinations, make_rule
from tests.contracts.walks import walk_outcomes

TRUTHS = [[0.08, 0.25, 0.45], [0.4, 0.5, 0.6]]
PLAIN = ("three_plus_three step_down", "boin", "crm", "blrm")
PAIRS = [(design, guards) for design, guards in combinations() if design in PLAIN and guards != "none"]

every_pair = pytest.mark.parametrize(("design", "guards"), PAIRS)


def test_every_guard_is_listed() -> None:
    found = set()
    for module in pkgutil.iter_modules(firstdose.designs.__path__):
        members = vars(importlib.import_module(f"firstdose.designs.{module.name}")).values()
        found |= {each for each in members if inspect.isclass(each) and issubclass(each, Guard)}
    assert found - {Guard} == set(GUARDS.values())


def test_every_guard_has_an_example_and_every_example_a_design() -> None:
    assert {name for example in GUARD_EXAMPLES.values() for name in example.names} == set(GUARDS)
    assert {guards for _, guards in PAIRS} == set(GUARD_EXAMPLES) - {"none"}


@every_pair
def test_says_what_it_does(design: str, guards: str) -> None:
    rule = make_rule(design, guards)
    for guard in rule.guards:
        assert guard.words()
        assert guard.reason()
        assert not list(guard.complaints(rule.design))


@every_pair
def test_histories_in_one_state_get_identical_decisions(design: str, guards: str) -> None:
    for key, advised in decisions_of_merged_histories(make_rule(design, guards, most=10)).items():
        for outcome, advice in advised.items():
            decisions = {(a.action, a.next_level, a.recommended_level, a.cohort_size, a.stop_reason) for a in advice}
            assert len(decisions) == 1, (key, outcome, decisions)


@pytest.mark.parametrize(("design", "guards"), combinations())
def test_one_more_dlt_never_leads_to_a_higher_dose(design: str, guards: str) -> None:
    assert rises_with_a_dlt(make_rule(design, guards, most=10)) == []


@pytest.mark.parametrize(("design", "guards"), combinations())
def test_elimination_stays_permanent(design: str, guards: str) -> None:
    if DESIGNS[DESIGN_EXAMPLES[design].design].eliminates:
        check_elimination_is_permanent(make_rule(design, guards, most=9))


@pytest.mark.parametrize(("design", "guards"), combinations())
def test_a_guard_that_limits_steps_does(design: str, guards: str) -> None:
    if any(GUARDS[name].limits_steps for name in GUARD_EXAMPLES[guards].names):
        assert largest_step_up(make_rule(design, guards)) <= 1


@every_pair
def test_exact_figures_equal_simulated_ones(design: str, guards: str) -> None:
    scores = z_scores(make_rule(design, guards, most=11), TRUTHS, trials=2000, seed=22)
    assert not {name: z for name, z in scores.items() if abs(z) > LARGEST_Z}


@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_a_cap_is_never_exceeded(design: str) -> None:
    for outcomes in walk_outcomes(make_rule(design, "highest_level")):
        assert (outcomes.states.level <= 2).all()
        assert (outcomes.states.participants[:, 2] == 0).all()
        assert (outcomes.states.selected <= 2).all()


@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_no_stop_for_completion_comes_too_early(design: str) -> None:
    for outcomes in walk_outcomes(make_rule(design, "stop_when_enough, at_least")):
        early = outcomes.states.participants.sum(axis=1) < 8
        assert not np.isin(outcomes.states.stop[early], STOPS_BY_COMPLETION).any()


@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_toxicity_always_stops(design: str) -> None:
    """A trial never goes on, whatever guards hold it, once level 1 is too toxic."""
    rule = make_rule(design, "titration until, too toxic") if "titration" not in design else make_rule(design)
    for outcomes in walk_outcomes(rule):
        going = outcomes.states.stop == Stop.GOES_ON
        certain = rule.design.probability_above_target(outcomes.states.participants, outcomes.states.dlts, 1)
        assert (certain[going] <= 0.95).all()


@pytest.mark.parametrize("design", [name for name in DESIGN_EXAMPLES if name not in ("boin titration", "rolling_six")])
def test_titration_gives_single_participants_until_the_first_dlt(design: str) -> None:
    rule = make_rule(design, "titration")
    outcomes = next(iter(walk_outcomes(rule)))
    assert outcomes.after.shape == (1, 2)
    going = outcomes.states.stop == Stop.GOES_ON
    found = zip(going, outcomes.states.level, rule.cohort_sizes(outcomes.states), strict=True)
    assert [(int(level), int(size)) for on, level, size in found if on] == [(2, 1), (1, 2)][: int(going.sum())]
