"""The exact Jonckheere-Terpstra test is exact to the last bit, imports nothing heavy, and takes any sequence."""

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.jonckheere import _ways_with_ties, _ways_without_ties, jonckheere_terpstra

VALUES = [6.5, 7, 7.5, 7, 7.5, 8, 7.5, 7.5, 8, 8, 8, 7, 7.5, 8, 6.5]
DOSES = [5] * 3 + [10] * 3 + [16] * 3 + [24] * 6

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=7).filter(
    lambda some: len({dose for _, dose in some}) > 1
)


def rises(values: tuple[int, ...], doses: tuple[int, ...]) -> Fraction:
    pairs = ((one, other) for one in range(len(doses)) for other in range(len(doses)) if doses[one] < doses[other])
    return sum((Fraction((values[b] > values[a]) + (values[b] >= values[a]), 2) for a, b in pairs), Fraction(0))


@settings(max_examples=40)
@given(rows)
def test_every_figure_is_the_exact_one_rounded_once(some: list[tuple[int, int]]) -> None:
    """Against whole fractions over all arrangements: no difference at all, not a small one."""
    values, doses = zip(*some, strict=True)
    statistics = [rises(order, doses) for order in permutations(values)]
    observed, mean = rises(values, doses), sum(statistics, Fraction(0)) / len(statistics)

    def share(holds: list[bool]) -> float:
        return float(Fraction(sum(holds), len(holds)))

    found = jonckheere_terpstra(values, doses)
    assert found.statistic == observed
    assert found.mean == float(mean)
    assert found.variance == float(sum(((each - mean) ** 2 for each in statistics), Fraction(0)) / len(statistics))
    assert found.p_increasing == share([each >= observed for each in statistics])
    assert found.p_decreasing == share([each <= observed for each in statistics])
    assert found.p_distance == share([abs(each - mean) >= abs(observed - mean) for each in statistics])


@pytest.mark.parametrize(
    "made", [list, tuple, np.array, np.float32, pl.Series, lambda values: [np.float64(value) for value in values]]
)
def test_any_sequence_of_numbers_will_do(made: Callable[[list[float]], object]) -> None:
    assert jonckheere_terpstra(made(VALUES), made(DOSES)) == jonckheere_terpstra(VALUES, DOSES)  # type: ignore[arg-type]


def test_nothing_heavy_is_imported() -> None:
    heavy = ("numpy", "scipy", "polars", "dataclasses", "inspect")
    code = f"import sys, firstdose.methods.jonckheere; print([m for m in {heavy} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert answer.strip() == "[]"


@pytest.mark.parametrize(
    ("values", "doses", "message"),
    [
        ([[1, 2], [3, 4]], [1, 2], "shapes"),
        (np.ones((2, 1)), np.ones((2, 1)), "shapes"),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], "shapes"),
        (3.0, 1.0, "shapes"),
        ("12", "12", "shapes"),
        ([], [], "two or more different doses"),
        ([1, None], [1, 2], "finite number"),
        ([1, 2], [1, float("inf")], "finite number"),
        (["fever", 1], [1, 2], "could not convert"),
    ],
)
def test_what_is_no_pair_of_sequences_is_an_error(values: object, doses: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jonckheere_terpstra(values, doses)  # type: ignore[arg-type]


@settings(max_examples=30)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_without_ties_the_closed_form_counts_what_the_values_one_by_one_do(sizes: list[int]) -> None:
    """Two ways to the same whole number: a quotient of products, and dealing people to doses from the lowest value."""
    people, bits = sum(sizes), 64
    assert _ways_without_ties(tuple(sizes), bits) == _ways_with_ties((1,) * people, tuple(sizes), bits)
