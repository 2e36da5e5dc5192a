"""The log-rank test for onsets between visits: published data, the log-rank scores of exact times, a naive version."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.interval_censored_test import (
    enclosures,
    interval_censored_difference,
    log_rank_scores,
    number_of_enclosure,
    onset_shares,
)
from firstdose.methods.partly_known_times import most_likely

# Time to cosmetic deterioration after radiotherapy, without and with chemotherapy, in months: Finkelstein and Wolfe,
# Biometrics 1985;41:933. Left and right end; a point for none.
RADIOTHERAPY = """
45 . 25 37 37 . 6 10 46 . 0 5 0 7 26 40 18 . 46 . 46 . 24 . 46 . 27 34 36 . 7 16 36 44 5 11 17 . 46 . 19 35 7 14 36 48
17 25 37 44 37 . 24 . 0 8 40 . 32 . 4 11 17 25 33 . 15 . 46 . 19 26 11 15 11 18 37 . 22 . 38 . 34 . 46 . 5 12 36 . 46 .
"""
WITH_CHEMOTHERAPY = """
8 12 0 5 30 34 0 22 5 8 13 . 24 31 12 20 10 17 17 27 11 . 8 21 17 23 33 40 4 9 24 30 31 . 11 . 16 24 13 39 14 19 13 .
19 32 4 8 11 13 34 . 34 . 16 20 13 . 30 36 18 25 16 24 18 24 17 26 35 . 16 60 32 . 15 22 35 39 23 . 11 17 21 . 44 48
22 32 11 20 14 17 10 35 48 .
"""


def times(text: str) -> list[tuple[float, float]]:
    ends = [math.inf if word == "." else float(word) for word in text.split()]
    return list(zip(ends[::2], ends[1::2], strict=True))


def counted(rows: list[tuple[int, int]], visits: int) -> np.ndarray:
    counts = np.zeros((1, len(enclosures(visits))))
    for left, right in rows:
        counts[0, number_of_enclosure(visits)[left, right]] += 1
    return counts


def test_published_comparison() -> None:
    """Fay and Shaw, J Stat Softw 2010;36(2), section 5, Finkelstein's scores: U = 9.944182, Z = 2.6839, p = 0.0073."""
    groups = [times(RADIOTHERAPY), times(WITH_CHEMOTHERAPY)]
    ends = sorted({end for group in groups for row in group for end in row if 0 < end < math.inf})
    number = {0.0: 0, math.inf: len(ends) + 1} | {end: place for place, end in enumerate(ends, start=1)}
    alone, both = (counted([(number[a], number[b]) for a, b in group], len(ends)) for group in groups)
    score, variance = interval_censored_difference(alone, both, len(ends))
    assert [len(group) for group in groups] == [46, 48]
    assert score[0] == pytest.approx(9.944182, abs=2e-5)
    assert score[0] / math.sqrt(variance[0]) == pytest.approx(2.6839, abs=5e-5)


rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5)).filter(lambda row: row[0] < row[1]), min_size=2, max_size=14
)


@given(rows)
@settings(max_examples=40, deadline=None)
def test_shares_are_those_of_the_analysis(people: list[tuple[int, int]]) -> None:
    """The likelihood reached is that of `most_likely`, which estimates times known in part."""
    visits = 4
    holds = np.array([[float(left < cell <= right) for cell in range(1, visits + 2)] for left, right in people])
    expected = most_likely(holds)
    found = onset_shares(counted(people, visits), visits)[0]
    assert found.sum() == pytest.approx(1)
    assert np.log(holds @ found).sum() == pytest.approx(np.log(holds @ expected).sum(), abs=1e-5)


@given(rows, rows)
@settings(max_examples=40, deadline=None)
def test_difference_against_loops(treated: list[tuple[int, int]], control: list[tuple[int, int]]) -> None:
    visits = 4
    shares = onset_shares(counted(treated + control, visits), visits)[0]
    survival = [1.0]
    for share in shares:
        survival.append(max(survival[-1] - share, 0.0))
    survival[-1] = 0.0

    def height(value: float) -> float:
        return value * math.log(value) if value > 0 else 0.0

    def score(left: int, right: int) -> float:
        fall = survival[left] - survival[right]
        return (height(survival[left]) - height(survival[right])) / fall if fall > 1e-12 else 0.0

    scores = [score(*row) for row in treated + control]
    n, mean = len(scores), sum(scores) / len(scores)
    spread = sum((each - mean) ** 2 for each in scores) / (n - 1)
    found, variance = interval_censored_difference(counted(treated, visits), counted(control, visits), visits)
    assert found[0] == pytest.approx(sum(scores[len(treated) :]) - len(control) * mean, abs=1e-9)
    assert variance[0] == pytest.approx(spread * len(treated) * len(control) / n, abs=1e-9)


def test_scores_of_onsets_seen_at_once_are_those_of_the_log_rank_test() -> None:
    """With many short intervals scores go to 1 - H(t) for onsets and -H(t) for the censored (Peto and Peto, 1972)."""
    visits = 150
    scores = log_rank_scores(np.append(np.full(visits, 1 / 300), 0.5)[None])[0]
    for onset in (1, 40, 90, 150):
        survival = 1 - (onset - 0.5) / 300
        assert scores[number_of_enclosure(visits)[onset - 1, onset]] == pytest.approx(1 + math.log(survival), abs=1e-4)
        censored = scores[number_of_enclosure(visits)[onset, visits + 1]]
        assert censored == pytest.approx(math.log(1 - onset / 300), abs=1e-9)


def test_many_trials_are_each_as_alone() -> None:
    random = np.random.default_rng(3)
    visits = 5
    counts = random.integers(0, 4, (30, 2, len(enclosures(visits)))).astype(float)
    score, variance = interval_censored_difference(counts[:, 0], counts[:, 1], visits)
    for trial in range(30):
        one = interval_censored_difference(counts[trial : trial + 1, 0], counts[trial : trial + 1, 1], visits)
        assert one[0][0] == pytest.approx(score[trial], abs=1e-7)
        assert one[1][0] == pytest.approx(variance[trial], abs=1e-7)


def test_nobody_and_no_onset_give_no_statistic() -> None:
    nobody = np.zeros((1, len(enclosures(3))))
    assert interval_censored_difference(nobody, nobody, 3)[1][0] == 0
    without = counted([(3, 4)] * 5, 3)
    assert interval_censored_difference(without, without, 3)[1][0] == 0
