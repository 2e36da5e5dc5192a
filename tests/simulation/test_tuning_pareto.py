"""The front and the winner: against definitions written out, on any scores."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from firstdose.simulation.tuning import non_dominated
from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.choosing import Candidate, front, keeping, winner
from firstdose.simulation.tuning.measures import FIGURES, Summary

SCORES = st.integers(1, 4).flatmap(
    lambda aims: st.lists(st.lists(st.integers(0, 5), min_size=aims, max_size=aims), max_size=40)
)


def naive(scores: NDArray[np.float64]) -> list[bool]:
    """Each row against all others, by the definition."""
    return [
        not any(
            all(b >= a for a, b in zip(row, other, strict=True)) and any(b > a for a, b in zip(row, other, strict=True))
            for other in scores
        )
        for row in scores
    ]


@given(SCORES)
def test_the_front_is_what_the_definition_says(rows: list[list[int]]) -> None:
    scores = np.array(rows, dtype=np.float64).reshape(len(rows), len(rows[0]) if rows else 1)
    assert non_dominated(scores).tolist() == naive(scores)


def candidate(number: int, selection: float, above: float, most: int = 24) -> Candidate:
    values = {"correct_selection": selection, "participants_above_mtd": above}
    figures: dict[str, Summary] = {
        name: Summary(values.get(name, 0.0), 0.0, values.get(name, 0.0), values.get(name, 0.0)) for name in FIGURES
    }
    return Candidate(number, {"all": figures}, most)


AIMS = (Aim(maximise="correct_selection", indifference=0.02), Aim(minimise="participants_above_mtd"))


def test_the_next_aim_decides_among_those_within_the_indifference() -> None:
    found = [candidate(1, 0.60, 5.0), candidate(2, 0.585, 3.0), candidate(3, 0.57, 1.0)]
    best = winner(found, AIMS)
    assert best is not None
    assert best.number == 2
    assert [each.number for each in front(found, AIMS)] == [1, 2, 3]


def test_ties_go_to_the_smaller_maximum_then_to_the_first_of_the_plan() -> None:
    found = [candidate(1, 0.6, 3.0, most=30), candidate(2, 0.6, 3.0, most=24), candidate(3, 0.6, 3.0, most=24)]
    best = winner(found, AIMS)
    assert best is not None
    assert best.number == 2
    assert winner([], AIMS) is None


def test_values_that_differ_in_the_last_digit_alone_are_equal() -> None:
    found = [candidate(1, 0.1 + 0.2, 3.0), candidate(2, 0.3, 3.0)]
    exact = (Aim(maximise="correct_selection"), AIMS[1])
    assert len(front(found, exact)) == 2
    best = winner(found, exact)
    assert best is not None
    assert best.number == 1


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30), st.integers(0, 10))
def test_no_setting_betters_the_winner(values: list[tuple[int, int]], indifference: int) -> None:
    found = [candidate(number, a / 20, b / 4) for number, (a, b) in enumerate(values, start=1)]
    aims = (Aim(maximise="correct_selection", indifference=indifference / 20), AIMS[1])
    best = winner(found, aims)
    assert best in front(found, aims)


def test_a_constraint_holds_at_its_bound() -> None:
    found = [candidate(1, 0.5, 3.0), candidate(2, 0.6, 3.1)]
    assert [each.number for each in keeping(found, [Constraint(figure="participants_above_mtd", at_most=3.0)])] == [1]
    assert [each.number for each in keeping(found, [Constraint(figure="correct_selection", at_least=0.6)])] == [2]
    assert Constraint(figure="correct_selection", at_least=0.6).shortfall(found[0].figures) == 0.1
