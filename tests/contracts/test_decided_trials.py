"""The advice of a live trial, followed from the first cohort to the end, gives the exact engine's figures."""

from __future__ import annotations

import pytest

from firstdose.designs.rule import EscalationRule
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.contracts.checks import LARGEST_Z, z_scores_of
from tests.contracts.decided_trials import decided_figures
from tests.contracts.examples import EXACT_EXAMPLES, GUARD_EXAMPLES, are_compatible, make_rule

TRUTHS = [[0.08, 0.25, 0.45], [0.4, 0.5, 0.6]]


def check_advice_against_exact(rule: EscalationRule, trials: int, seed: int) -> None:
    """Every figure within 4.5 standard errors."""
    exact = operating_characteristics(rule, listed(TRUTHS, 3)).scenarios
    decided = decided_figures(rule, TRUTHS, trials, seed)
    scores = z_scores_of(exact, decided, trials)
    assert len(scores) > 50
    assert not {name: z for name, z in scores.items() if abs(z) > LARGEST_Z}
    for true, seen in zip(exact, decided, strict=True):
        assert seen.true_mtd == true.true_mtd
        assert seen.share_above_mtd == pytest.approx(true.share_above_mtd, abs=0.05)


@pytest.mark.parametrize("design", EXACT_EXAMPLES)
def test_advice_on_full_histories_gives_the_exact_figures(design: str) -> None:
    check_advice_against_exact(make_rule(design), 2000, 31)


@pytest.mark.parametrize("guards", GUARD_EXAMPLES)
def test_so_it_does_with_every_guard(guards: str) -> None:
    design = "crm" if GUARD_EXAMPLES[guards].needs_model else "boin"
    assert are_compatible(design, guards)
    check_advice_against_exact(make_rule(design, guards), 1000, 32)


@pytest.mark.parametrize("design", ["boin", "three_plus_three confirm_six"])
def test_so_it_does_from_a_level_in_the_middle_with_a_small_last_cohort(design: str) -> None:
    check_advice_against_exact(make_rule(design, start=2, most=11), 1000, 33)
