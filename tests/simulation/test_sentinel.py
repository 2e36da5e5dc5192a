"""A sentinel's DLT that ends its cohort: decisions, and the exact figures against every path taken through decide."""

from __future__ import annotations

import pytest

from firstdose.designs.boin import Boin
from firstdose.designs.design import Design, Frame
from firstdose.designs.history import History, parse_outcomes
from firstdose.designs.rule import EscalationRule
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed

FRAME = Frame(doses=(1.0, 2.0, 3.0), unit="mg", target=0.3, cohort_size=3, max_participants=9)
TRUTH = (0.1, 0.3, 0.6)
DESIGNS: list[Design] = [Boin(frame=FRAME), ThreePlusThree(frame=FRAME, variant="step_down")]


def rule_with(design: Design, sentinels: int, within: bool = False) -> EscalationRule:
    return EscalationRule(design, sentinels_that_end=sentinels, stops_within_cohort=within)


def every_path(rule: EscalationRule) -> tuple[list[float], list[float]]:
    """Selection (none first) and mean participants, dosing one participant at a time and asking ``decide``."""
    selected, participants = [0.0] * 4, [0.0] * 3

    def follow(history: History, chance: float) -> None:
        advice = rule.decide(history)
        if advice.action == "stop":
            selected[advice.recommended_level or 0] += chance
            for cohort in history.cohorts:
                participants[cohort.level - 1] += chance * len(cohort.outcomes)
            return
        assert advice.next_level is not None
        assert advice.cohort_size is not None
        dose(history, advice.next_level, advice.cohort_size, "", chance)

    def dose(history: History, level: int, size: int, seen: str, chance: float) -> None:
        sentinels = rule.sentinels_that_end
        if len(seen) == size or (len(seen) == sentinels and "T" in seen):
            follow(history.then(level, seen), chance)
            return
        rate = TRUTH[level - 1]
        dose(history, level, size, seen + "T", chance * rate)
        dose(history, level, size, seen + "N", chance * (1 - rate))

    follow(History(), 1.0)
    return selected, participants


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
@pytest.mark.parametrize("sentinels", [1, 2])
def test_exact_figures_equal_every_path(design: Design, sentinels: int) -> None:
    rule = rule_with(design, sentinels)
    found = operating_characteristics(rule, listed([TRUTH], 3)).scenarios[0]
    selected, participants = every_path(rule)
    assert [found.none_selected, *found.selected] == pytest.approx(selected, abs=1e-12)
    assert found.mean_participants == pytest.approx(participants, abs=1e-12)


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_exact_figures_equal_simulated_ones(design: Design, within: bool) -> None:
    rule, scenarios = rule_with(design, 1, within), listed([TRUTH], 3)
    exact = operating_characteristics(rule, scenarios).scenarios[0]
    simulated = monte_carlo(rule, scenarios, trials=4000, seed=5).scenarios[0]
    errors = simulated.standard_errors["selected"]
    for true, seen, error in zip(exact.selected, simulated.selected, errors, strict=True):
        assert abs(true - seen) <= 4.5 * max(error, 1e-3)
    error = simulated.standard_errors["mean_total_participants"]
    assert abs(exact.mean_total_participants - simulated.mean_total_participants) <= 4.5 * error


def test_a_cohort_that_ends_with_its_sentinel_is_no_departure() -> None:
    advice = rule_with(DESIGNS[0], 1).decide(parse_outcomes("1NNN 2T", 3))
    assert (advice.action, advice.next_level, advice.flags) == ("dose", 1, ())


def test_an_open_window_of_the_sentinel_may_end_the_cohort() -> None:
    advice = rule_with(DESIGNS[0], 1).decide(parse_outcomes("1NNN 2?", 3))
    assert advice.action == "wait"
