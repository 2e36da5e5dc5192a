"""The contract of escalation designs: a new entry of DESIGNS is held to all of it by its example alone."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import firstdose.designs
from firstdose.designs import DESIGNS, Design
from firstdose.designs.history import parse_outcomes
from firstdose.designs.states import Stop
from tests.contracts.checks import (
    LARGEST_Z,
    check_elimination_is_permanent,
    decisions_of_merged_histories,
    largest_step_up,
    rises_with_a_dlt,
    z_scores,
)
from tests.contracts.examples import DESIGN_EXAMPLES, EXACT_EXAMPLES, make_rule
from tests.contracts.walks import walk_outcomes

TRUTHS = [[0.08, 0.25, 0.45], [0.4, 0.5, 0.6]]

# What may happen by the model's own logic: histories after which one more DLT leads to a higher dose.
RISES_ALLOWED: dict[str, list[str]] = {}

SKIPS = {"crm unrestricted", "blrm", "blrm max_target", "blrm declare"}

every_example = pytest.mark.parametrize("design", DESIGN_EXAMPLES)


def designs_in_files() -> dict[str, type[Design]]:
    """Every complete design that a file of the package defines, by the file's name."""
    found = {}
    for module in pkgutil.iter_modules(firstdose.designs.__path__):
        members = vars(importlib.import_module(f"firstdose.designs.{module.name}")).values()
        for each in members:
            is_design = inspect.isclass(each) and issubclass(each, Design) and "title" in vars(each)
            if is_design and each.__module__ == f"firstdose.designs.{module.name}":
                found[module.name] = each
    return found


def test_every_design_is_listed_under_the_name_of_its_file() -> None:
    assert designs_in_files() == DESIGNS


def test_every_design_has_an_example() -> None:
    assert {example.design for example in DESIGN_EXAMPLES.values()} == set(DESIGNS)


@every_example
def test_says_what_it_is(design: str) -> None:
    made = make_rule(design).design
    assert made.title
    assert made.summary
    assert made.source
    assert made.selection_words()
    assert made.name == DESIGN_EXAMPLES[design].design
    assert set(DESIGN_EXAMPLES[design].settings) <= set(made.setting_names())
    assert not list(made.complaints())


def cohort_sizes_of(design: str) -> list[tuple[int, int]]:
    """The cohort size and maximum with which merged histories are looked for."""
    only_size = DESIGNS[DESIGN_EXAMPLES[design].design].own_cohort_size
    return [(only_size, 12 if only_size > 1 else 9)] if only_size else [(3, 12), (2, 12), (1, 9)]


@pytest.mark.parametrize(
    ("design", "size", "most"), [(design, *sizes) for design in DESIGN_EXAMPLES for sizes in cohort_sizes_of(design)]
)
def test_histories_in_one_state_get_identical_decisions(design: str, size: int, most: int) -> None:
    merged = decisions_of_merged_histories(make_rule(design, cohort_size=size, most=most))
    assert merged or size > 1
    for key, advised in merged.items():
        for outcome, advice in advised.items():
            decisions = {(a.action, a.next_level, a.recommended_level, a.cohort_size, a.stop_reason) for a in advice}
            assert len(decisions) == 1, (key, outcome, decisions)


@every_example
def test_one_more_dlt_never_leads_to_a_higher_dose(design: str) -> None:
    assert rises_with_a_dlt(make_rule(design)) == RISES_ALLOWED.get(design, [])


@pytest.mark.parametrize("design", ["i3plus3", "mtpi", "mtpi2", "keyboard", "boin", "crm", "blrm"])
def test_nor_in_cohorts_of_two(design: str) -> None:
    assert rises_with_a_dlt(make_rule(design, cohort_size=2, most=10)) == []


@every_example
def test_goes_up_one_level_at_a_time(design: str) -> None:
    assert largest_step_up(make_rule(design)) == (2 if design in SKIPS else 1)


@every_example
def test_no_skipping_holds(design: str) -> None:
    assert largest_step_up(make_rule(design, "no_skipping")) == 1


@pytest.mark.parametrize(
    "design", [name for name, example in DESIGN_EXAMPLES.items() if DESIGNS[example.design].eliminates]
)
def test_elimination_is_permanent(design: str) -> None:
    assert check_elimination_is_permanent(make_rule(design)) > 0


@every_example
def test_a_design_without_elimination_eliminates_nothing(design: str) -> None:
    if not DESIGNS[DESIGN_EXAMPLES[design].design].eliminates:
        assert check_elimination_is_permanent(make_rule(design)) == 0


@pytest.mark.parametrize("design", EXACT_EXAMPLES)
def test_exact_figures_equal_simulated_ones(design: str) -> None:
    scores = z_scores(make_rule(design), TRUTHS, trials=3000, seed=20)
    assert not {name: z for name, z in scores.items() if abs(z) > LARGEST_Z}


@pytest.mark.parametrize("design", ["three_plus_three confirm_six", "boin", "crm", "blrm"])
def test_exact_figures_equal_simulated_ones_when_cohorts_are_cut_short(design: str) -> None:
    scores = z_scores(make_rule(design, stops_within_cohort=True), TRUTHS, trials=3000, seed=21)
    assert not {name: z for name, z in scores.items() if abs(z) > LARGEST_Z}


@every_example
def test_every_advice_has_a_reason_that_names_the_level(design: str) -> None:
    rule = make_rule(design, most=6)
    for outcomes in walk_outcomes(rule):
        for history, level, size in zip(
            outcomes.histories, outcomes.before.level.tolist(), rule.cohort_sizes(outcomes.before).tolist(), strict=True
        ):
            for dlts in range(size + 1):
                advice = rule.decide(history.then(level, "T" * dlts + "N" * (size - dlts)))
                if advice.next_level:
                    assert f"Next: {advice.cohort_size} at level {advice.next_level} (" in advice.reason
                    assert advice.recommended_level is None
                elif advice.recommended_level:
                    assert f"level {advice.recommended_level} (" in advice.reason
                    assert advice.stop_reason
                else:
                    assert "no level is recommended" in advice.reason
                    assert advice.action == "stop"
                assert not any("departs" in flag for flag in advice.flags)


@every_example
def test_advice_is_the_same_each_time(design: str) -> None:
    history = parse_outcomes("1NNN 2NNT 2NTN", 3)
    assert make_rule(design).decide(history) == make_rule(design).decide(history)
    rule = make_rule(design)
    assert rule.decide(history) == rule.decide(history)


@every_example
def test_before_the_first_cohort(design: str) -> None:
    advice = make_rule(design, start=2).decide(parse_outcomes("", 3))
    assert (advice.action, advice.next_level, advice.recommended_level) == ("dose", 2, None)
    assert advice.flags == ()


@every_example
@pytest.mark.parametrize("outcomes", ["3NNN", "1NNT 3NNT", "1TTT 2NNN", "1NNNNNN", "1NNN 2TTT 3NNN", "1NN", "2T"])
def test_departures_are_decided_and_flagged(design: str, outcomes: str) -> None:
    rule = make_rule(design)
    advice = rule.decide(parse_outcomes(outcomes, 3))
    assert advice.action in ("dose", "stop")
    assert advice.reason
    planned = DESIGN_EXAMPLES[design].is_one_by_one
    short = outcomes == "1NN" and not planned
    word = "planned" if short else "departs"
    assert any(word in flag for flag in advice.flags), advice


@every_example
@pytest.mark.parametrize("outcomes", ["3TTT 3TTT 1NNN", "1NNN 2TTT 3NNN", "2TTT 3NNN", "1NNN 2TTT 2NNN 3NNN 2NNN"])
def test_an_eliminated_level_is_never_advised_again_whatever_was_given(design: str, outcomes: str) -> None:
    rule = make_rule(design, most=24)
    highest = rule.frame.levels
    history = parse_outcomes(outcomes, 3)
    for number in range(1, len(history) + 1):
        advice = rule.decide(parse_outcomes(" ".join(map(str, history.cohorts[:number])), 3))
        if DESIGNS[DESIGN_EXAMPLES[design].design].eliminates:
            last = history.cohorts[number - 1]
            seen = sum(c.evaluable for c in history.cohorts[:number] if c.level == last.level)
            if last.outcomes == "TTT" and seen == 3:
                highest = min(highest, last.level - 1)
            assert (advice.next_level or advice.recommended_level or 0) <= max(highest, 0)


@every_example
def test_open_windows_are_waited_for_unless_settled(design: str) -> None:
    rule = make_rule(design)
    if DESIGN_EXAMPLES[design].is_one_by_one:
        first = "1?" if DESIGN_EXAMPLES[design].starts_singly else "1N 1N 1?"
        assert rule.decide(parse_outcomes(first, 3)).action == "wait"
        return
    wait = rule.decide(parse_outcomes("1N??", 3))
    assert (wait.action, wait.next_level, wait.recommended_level) == ("wait", None, None)
    assert "2 windows still open" in wait.reason
    for outcomes in ("1TT?", "1NNT 1T??", "1NNN 2NN?", "1NNN 2TT?"):
        advice = rule.decide(parse_outcomes(outcomes, 3))
        closed = [rule.decide(parse_outcomes(text, 3)) for text in completions(outcomes)]
        same = len({(a.action, a.next_level, a.recommended_level, a.stop_reason) for a in closed}) == 1
        if advice.action == "wait":
            assert advice.next_level is None
        else:
            assert same
            assert advice.next_level == closed[0].next_level
            assert advice.recommended_level == closed[0].recommended_level
            assert any("open" in flag for flag in advice.flags)


def completions(outcomes: str) -> list[str]:
    """Every way in which open windows can close."""
    if "?" not in outcomes:
        return [outcomes]
    return [text for letter in "NT" for text in completions(outcomes.replace("?", letter, 1))]


@every_example
def test_a_participant_who_is_not_evaluable_counts_for_nothing(design: str) -> None:
    rule = make_rule(design)
    singly = DESIGN_EXAMPLES[design].is_one_by_one
    with_dash, without = ("1N-", "1N") if singly else ("1NN-T", "1NNT")
    replaced, plain = (rule.decide(parse_outcomes(text, 3)) for text in (with_dash, without))
    assert (replaced.next_level, replaced.reason) == (plain.next_level, plain.reason)
    assert any("not evaluable" in flag for flag in replaced.flags)
    only = rule.decide(parse_outcomes("1---", 3))
    assert (only.action, only.next_level) == ("dose", 1)


@every_example
def test_the_maximum_ends_the_trial(design: str) -> None:
    for outcomes in walk_outcomes(make_rule(design, most=7)):
        total = outcomes.states.participants.sum(axis=1)
        assert (total <= 7).all()
        assert (outcomes.states.stop[total == 7] != Stop.GOES_ON).all()
        stopped = outcomes.states.stop != Stop.GOES_ON
        assert (outcomes.states.selected[stopped] >= 0).all()
        assert (outcomes.states.selected[outcomes.states.stop == Stop.TOO_TOXIC] == 0).all()


@every_example
def test_a_history_far_beyond_the_maximum_is_still_decided(design: str) -> None:
    rule = make_rule(design)
    assert rule.decide(parse_outcomes(" ".join(["1" + "N" * 43] * 3), 3)).reason
    toxic = rule.decide(parse_outcomes("1" + "N" * 20 + " ".join(["", *["1" + "T" * 37] * 3]), 3))
    assert (toxic.next_level or toxic.recommended_level or 0) <= 1
    kind = DESIGN_EXAMPLES[design].design
    if kind not in ("three_plus_three", "crm", "tite_crm"):
        assert toxic.stop_reason == "too_toxic"


def test_extra_safety_reads_counts_beyond_the_maximum_as_they_are() -> None:
    rule = make_rule("boin extra_safe")
    advice = rule.decide(parse_outcomes("1" + "N" * 85 + "T" * 13, 3))
    assert advice.stop_reason != "too_toxic"
