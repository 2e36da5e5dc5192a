"""Exact trend tests against going through every arrangement of the people."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.permutation import compare_ranks, compare_values
from firstdose.methods.trend import Trend, cochran_armitage, jonckheere_terpstra, spearman

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=3, max_size=6).filter(
    lambda some: len({one for one, _ in some}) > 1 and len({other for _, other in some}) > 1
)


def midrank(value: float, values: list[float]) -> float:
    return sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2


def check(found: Trend, statistics: Sequence[float], observed: float) -> None:
    mean = sum(statistics) / len(statistics)

    def share(holds: list[bool]) -> float:
        return sum(holds) / len(holds)

    assert found.statistic == pytest.approx(observed)
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.variance == pytest.approx(sum((one - mean) ** 2 for one in statistics) / len(statistics), abs=1e-9)
    assert found.p_increasing == pytest.approx(share([one >= observed - 1e-9 for one in statistics]), rel=1e-10)
    assert found.p_decreasing == pytest.approx(share([one <= observed + 1e-9 for one in statistics]), rel=1e-10)
    far = abs(observed - mean) - 1e-9
    assert found.p_distance == pytest.approx(share([abs(one - mean) >= far for one in statistics]), rel=1e-10)


@settings(max_examples=40)
@given(rows)
def test_jonckheere_terpstra(some: list[tuple[int, int]]) -> None:
    values, doses = map(list, zip(*some, strict=True))

    def statistic(order: tuple[int, ...]) -> float:
        total = 0.0
        for i, one in enumerate(order):
            for j, other in enumerate(order):
                if doses[i] < doses[j]:
                    total += 1.0 if one < other else 0.5 if one == other else 0.0
        return total

    check(jonckheere_terpstra(values, doses), [*map(statistic, permutations(values))], statistic(tuple(values)))


@settings(max_examples=40)
@given(rows)
def test_spearman(some: list[tuple[int, int]]) -> None:
    one, other = map(list, zip(*some, strict=True))
    ranks = [midrank(value, other) for value in other]

    def statistic(order: tuple[float, ...]) -> float:
        return float(np.corrcoef(order, ranks)[0, 1])

    own = tuple(midrank(value, one) for value in one)
    check(spearman(one, other), [*map(statistic, permutations(own))], statistic(own))


@settings(max_examples=40)
@given(rows)
def test_cochran_armitage(some: list[tuple[int, int]]) -> None:
    events, doses = [int(value > 1) for value, _ in some], [dose for _, dose in some]
    levels = [0, 1, 2]
    statistics = [sum(e * d for e, d in zip(order, doses, strict=True)) for order in permutations(events)]
    found = cochran_armitage(
        [doses.count(level) for level in levels],
        [sum(e for e, d in zip(events, doses, strict=True) if d == level) for level in levels],
        levels,
    )
    check(found, statistics, sum(e * d for e, d in zip(events, doses, strict=True)))


@settings(max_examples=40)
@given(rows, st.booleans())
def test_two_groups_in_strata(some: list[tuple[int, int]], on_ranks: bool) -> None:
    values, strata = map(list, zip(*some, strict=True))
    first = [index % 2 == 0 for index in range(len(values))]
    scores = [midrank(value, [v for v, s in some if s == stratum]) if on_ranks else value for value, stratum in some]
    statistics = [
        sum(score for score, mine in zip([scores[i] for i in order], first, strict=True) if mine)
        for order in permutations(range(len(values)))
        if all(strata[i] == strata[place] for place, i in enumerate(order))
    ]
    found = vars((compare_ranks if on_ranks else compare_values)(values, first, strata))
    observed = sum(score for score, mine in zip(scores, first, strict=True) if mine)
    check(Trend(**found), statistics, observed)
