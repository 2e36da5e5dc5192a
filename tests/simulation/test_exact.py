"""The walk of the exact engine: what is merged, what it weighs, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from firstdose.designs import GUARDS
from firstdose.designs.boin import Boin
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.simulation.exact import TooManyStates, merge, walk
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.contracts.examples import EXACT_EXAMPLES, make_rule


def boin(levels: int, cohort_size: int, most: int) -> EscalationRule:
    """A BOIN of any size."""
    doses = tuple(float(dose) for dose in range(1, levels + 1))
    return EscalationRule(Boin(frame=Frame(doses, "mg", 0.25, cohort_size, most)))


def test_a_walk_past_its_budget_says_what_it_needs() -> None:
    rule = boin(5, 1, 24)
    with pytest.raises(TooManyStates) as error:
        walk(rule, budget=500)
    assert error.value.budget == 500
    assert error.value.needed > 500
    assert f"at least about {error.value.needed:,} states" in str(error.value)
    assert "monte-carlo" in str(error.value)
    needed = walk(rule).largest_step
    assert needed / 5 < error.value.needed < needed * 5


@pytest.mark.parametrize(
    ("cohort_size", "most", "guards"),
    [
        (3, 36, ()),
        (1, 20, ()),
        (6, 30, (("cohort_sizes", {"by_cohort": (3, 1)}),)),
        (1, 30, (("cohort_sizes", {"by_cohort": (1, 2, 3)}),)),
        (3, 30, (("titration", {}),)),
    ],
)
@pytest.mark.parametrize("share", [0.95, 0.5, 0.1])
def test_what_it_needs_is_about_right_to_two_digits(
    cohort_size: int, most: int, guards: tuple[tuple[str, dict[str, Any]], ...], share: float
) -> None:
    """Cohorts are counted as large as they are, not as the protocol's cohort size."""
    plain = boin(5, cohort_size, most)
    rule = replace(plain, guards=tuple(GUARDS[name](frame=plain.frame, **settings) for name, settings in guards))
    largest = walk(rule).largest_step
    with pytest.raises(TooManyStates) as error:
        walk(rule, budget=int(share * largest))
    needed = error.value.needed
    assert len(str(needed).rstrip("0")) <= 2
    assert needed > error.value.budget
    assert largest / 3 < needed < largest * 2


def test_a_budget_of_the_largest_step_suffices() -> None:
    rule = boin(4, 3, 24)
    largest = walk(rule).largest_step
    assert len(walk(rule, budget=largest)) > 0
    with pytest.raises(TooManyStates):
        walk(rule, budget=largest - 1)


def test_progress_is_told_cohort_by_cohort() -> None:
    seen: list[tuple[int, int]] = []
    endings = walk(boin(3, 3, 12), progress=lambda cohort, states: seen.append((cohort, states)))
    assert [cohort for cohort, _ in seen] == [1, 2, 3, 4]
    assert sum(states for _, states in seen) == endings.states_visited
    assert max(states for _, states in seen) == endings.largest_step


@pytest.mark.parametrize("design", EXACT_EXAMPLES)
def test_endings_are_distinct_have_stopped_and_hold_every_order_of_outcomes(design: str) -> None:
    rule = make_rule(design, most=9)
    endings = walk(rule)
    states = endings.states
    assert (states.stop != Stop.GOES_ON).all()
    assert (states.selected >= 0).all()
    assert (endings.weights >= 1).all()
    np.testing.assert_array_equal(endings.weights, np.round(endings.weights))
    columns = [states.participants, states.dlts, states.stop[:, None], states.selected[:, None]]
    rows = np.concatenate([*columns, states.mtd_not_reached[:, None], states.highest[:, None]], axis=1)
    assert len(np.unique(rows, axis=0)) == len(rows)
    total = states.participants.sum(axis=1, dtype=np.float64)
    assert (endings.weights * 0.5**total).sum() == pytest.approx(1.0, abs=1e-12)


def test_merging_adds_up_weights_and_changes_nothing_else() -> None:
    rule = boin(3, 3, 12)
    states = rule.start().take(np.zeros(5, dtype=np.intp))
    states = replace(states, level=np.array([1, 2, 1, 3, 2], dtype=np.int8))
    merged, weights = merge(rule, states, np.array([1.0, 2.0, 4.0, 8.0, 16.0]))
    found = dict(zip(merged.level.tolist(), weights.tolist(), strict=True))
    assert found == {1: 5.0, 2: 18.0, 3: 8.0}


def test_states_whose_keys_pass_two_to_the_63() -> None:
    """Seven levels and 30 participants: every ending is reached by as many orders of outcomes as there are."""
    endings = walk(boin(7, 3, 30))
    total = endings.states.participants.sum(axis=1, dtype=np.float64)
    assert (endings.weights * 0.5**total).sum() == pytest.approx(1.0, abs=1e-12)
    truth = [[0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6]]
    found = operating_characteristics(boin(7, 3, 30), listed(truth, 7), distributions=False).scenarios[0]
    assert sum(found.selected) + found.none_selected == pytest.approx(1.0, abs=1e-12)


def test_a_trial_of_more_than_127_participants() -> None:
    found = operating_characteristics(boin(2, 50, 300), listed([[0.1, 0.25]], 2)).scenarios[0]
    assert sum(found.selected) + found.none_selected == pytest.approx(1.0, abs=1e-9)
    assert found.mean_total_participants <= 300 + 1e-9
    assert found.selected[1] > 0.8


def test_cohorts_of_more_than_127_participants() -> None:
    found = operating_characteristics(boin(2, 150, 300), listed([[0.1, 0.25]], 2)).scenarios[0]
    assert sum(found.selected) + found.none_selected == pytest.approx(1.0, abs=1e-9)
