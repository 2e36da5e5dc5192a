"""With windows open, the advice is to wait if and only if their completions differ in the next step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.history import parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from tests.contracts.examples import DESIGN_EXAMPLES, make_rule

OPEN = ["?", "N?", "T?", "?T", "N??", "NT?", "TT?", "???", "N-?", "?-", "T-??", "--?", "NN-?", "TT-?"]

Step = tuple[object, ...]


def next_step(advice: Recommendation) -> Step:
    """What is to be done, without the reasons."""
    return (
        advice.action, advice.next_level, advice.cohort_size, advice.recommended_level, advice.stop_reason,
        advice.mtd_not_reached,
    )  # fmt: skip


def completions(cohort: str, places: int) -> Iterator[str]:
    """Every way in which the open windows of a cohort can close, with so many participants dosed after them."""
    if "?" in cohort:
        for letter in "NT":
            yield from completions(cohort.replace("?", letter, 1), places)
    elif places:
        for letter in "NT":
            yield from completions(cohort + letter, places - 1)
    else:
        yield cohort


def places_not_dosed(rule: EscalationRule, planned: int, dosed_before: int, cohort: str) -> int:
    """Places of the cohort that no one has taken yet, as the maximum leaves them."""
    level, outcomes = cohort[0], cohort[1:]
    assert level.isdigit()
    counted = len(outcomes) if rule.counts_dosed else len(outcomes.replace("-", ""))
    left = rule.frame.max_participants - dosed_before - counted
    return max(0, min(planned - len(outcomes.replace("-", "")), left))


def histories(rule: EscalationRule, depth: int) -> Iterator[tuple[str, int, int, int]]:
    """Closed histories that the rule produces, up to so many cohorts: text, and the cohort that is advised next."""

    @cache
    def advice(text: str) -> Recommendation:
        return rule.decide(parse_outcomes(text, 3))

    texts = [("", 0)]
    for _ in range(depth + 1):
        after = []
        for text, dosed in texts:
            now = advice(text)
            if now.action != "dose":
                continue
            assert now.next_level is not None
            assert now.cohort_size is not None
            yield text, dosed, now.next_level, now.cohort_size
            for dlts in range(now.cohort_size + 1):
                outcomes = "T" * dlts + "N" * (now.cohort_size - dlts)
                after.append((f"{text} {now.next_level}{outcomes}".strip(), dosed + now.cohort_size))
        texts = after


def check_waiting(rule: EscalationRule, depth: int) -> tuple[int, int]:
    """Compare the advice on open windows with that on all their completions; how often to wait, and not to."""
    waited = decided = 0

    @cache
    def closed_step(text: str) -> Step:
        return next_step(rule.decide(parse_outcomes(text, 3)))

    for text, dosed, level, planned in histories(rule, depth):
        for outcomes in OPEN:
            cohort = f"{level}{outcomes}"
            if len(outcomes.replace("-", "")) > planned:
                continue
            if rule.counts_dosed and dosed + len(outcomes) > rule.frame.max_participants:
                continue
            places = places_not_dosed(rule, planned, dosed, cohort)
            steps = {closed_step(f"{text} {each}".strip()) for each in completions(cohort, places)}
            advice = rule.decide(parse_outcomes(f"{text} {cohort}".strip(), 3))
            where = f"{text} {cohort}: {advice.reason}"
            assert (advice.action == "wait") == (len(steps) > 1), where
            if advice.action == "wait":
                assert (advice.next_level, advice.recommended_level, advice.cohort_size) == (None, None, None), where
                waited += 1
            else:
                assert steps == {next_step(advice)}, where
                decided += 1
    return waited, decided


@pytest.mark.parametrize("design", DESIGN_EXAMPLES)
def test_waits_if_and_only_if_the_completions_differ(design: str) -> None:
    depth = 7 if DESIGNS[DESIGN_EXAMPLES[design].design].own_cohort_size == 1 else 2
    waited, decided = check_waiting(make_rule(design, most=9), depth)
    assert waited > 20
    assert decided > 2


@pytest.mark.parametrize("most", [7, 8])
@pytest.mark.parametrize("design", ["three_plus_three confirm_six", "boin", "boin titration", "mtpi2", "crm"])
def test_so_it_does_when_the_maximum_counts_all_dosed_participants(design: str, most: int) -> None:
    waited, decided = check_waiting(make_rule(design, most=most, counts_dosed=True), 3)
    assert waited > 20
    assert decided > 5


@pytest.mark.parametrize("design", ["three_plus_three step_down", "boin", "keyboard"])
def test_so_it_does_when_dosing_stops_inside_a_cohort(design: str) -> None:
    waited, decided = check_waiting(make_rule(design, most=9, stops_within_cohort=True), 2)
    assert waited > 20
    assert decided > 5


@pytest.mark.parametrize("design", ["three_plus_three confirm_six", "boin", "i3plus3"])
def test_so_it_does_with_a_window_open_in_an_earlier_cohort(design: str) -> None:
    rule, waited, decided = make_rule(design, most=12), 0, 0
    for first in ("1NN?", "1N??", "1TT?", "1T??"):
        for second in ("1NNN", "1NNT", "1NT?", "2NNN", "2TT?"):
            advice = rule.decide(parse_outcomes(f"{first} {second}", 3))
            steps = {
                next_step(rule.decide(parse_outcomes(f"{one} {other}", 3)))
                for one in completions(first, 0)
                for other in completions(second, 0)
            }
            assert (advice.action == "wait") == (len(steps) > 1), (first, second, advice)
            waited, decided = waited + (len(steps) > 1), decided + (len(steps) == 1)
    assert waited > 3
    assert decided > 3
