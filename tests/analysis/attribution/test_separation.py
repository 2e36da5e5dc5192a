"""Complete separation, by trying readings of what is known in part; and shares of ranks, against scipy."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kruskal

from firstdose.analysis.attribution.separation import is_one_dose_each, is_separated, share_of_ranks

PERSON = st.tuples(st.sampled_from([5.0, 10.0]), st.integers(0, 4), st.integers(0, 3))


def overlaps(dose: np.ndarray, value: np.ndarray) -> bool:
    low, high = value[dose == 5], value[dose == 10]
    return not (low.max() < high.min() or high.max() < low.min())


@given(st.lists(PERSON, min_size=2, max_size=5))
def test_an_answer_holds_for_every_reading(people: list[tuple[float, int, int]]) -> None:
    dose = np.array([each[0] for each in people])
    if len(set(dose)) < 2:
        return
    first = np.array([float(each[1]) for each in people])
    last = first + np.array([each[2] for each in people])
    readings = np.stack(np.meshgrid(*(np.arange(a, b + 1) for a, b in zip(first, last, strict=True)))).reshape(
        len(dose), -1
    )
    found = {not overlaps(dose, reading) for reading in readings.T}
    answer = is_separated(dose, first, last)
    if answer is None:
        assert np.any(first < last)
    else:
        assert found == {answer}


def test_somebody_of_whom_nothing_is_known_leaves_it_open() -> None:
    dose, value = np.array([5.0, 5.0, 10.0]), np.array([1.0, np.nan, 2.0])
    assert is_separated(dose, value, value) is None
    assert is_separated(dose[[0, 2]], value[[0, 2]], value[[0, 2]]) is True


def test_batches_of_one_dose_each() -> None:
    dose = np.array([5.0, 5.0, 10.0, 10.0])
    assert is_one_dose_each(dose, ["a", "a", "b", "c"]) is True
    assert is_one_dose_each(dose, ["a", "b", "b", "c"]) is False
    assert is_one_dose_each(dose, ["a", None, "b", "c"]) is None
    assert is_one_dose_each(dose, ["a", None, "a", "c"]) is False


def shared(dose: np.ndarray, kinds: list[str]) -> float:
    return float(kruskal(*(dose[[kind == each for kind in kinds]] for each in sorted(set(kinds)))).statistic)


def test_share_of_ranks_is_kruskal_and_wallis() -> None:
    dose = np.repeat([5.0, 10, 16, 24], (3, 3, 3, 6))
    sites = list("ababcabccabcabc")
    found = share_of_ranks(dose, sites, permutations=999, seed=1)
    groups = [dose[[site == each for site in sites]] for each in "abc"]
    assert found.share == pytest.approx(kruskal(*groups).statistic / 14)
    few, kinds = np.array([5.0, 5, 10, 10, 16, 24]), list("aababb")
    shares = [shared(np.array(order), kinds) for order in permutations(few.tolist())]
    exact = np.mean([each >= shares[0] - 1e-12 for each in shares])
    drawn = share_of_ranks(few, kinds, permutations=9999, seed=1)
    assert abs(drawn.p - exact) < 4 * drawn.error
    batches = ["x" if each < 16 else "y" for each in dose]
    assert share_of_ranks(dose, batches, permutations=999, seed=1).p < 0.005


def test_one_kind_or_one_dose_is_refused() -> None:
    with pytest.raises(ValueError, match="two kinds"):
        share_of_ranks(np.array([5.0, 10.0]), ["a", "a"], permutations=9, seed=1)
    with pytest.raises(ValueError, match="two doses"):
        share_of_ranks(np.array([5.0, 5.0]), ["a", "b"], permutations=9, seed=1)
