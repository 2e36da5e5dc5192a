"""Arrangements of doses over people: all of them once, or random ones with the actual one first."""

from itertools import permutations

import numpy as np
import pytest

from firstdose.methods.dose_arrangements import arrange_doses, count_arrangements


def test_every_arrangement_once() -> None:
    doses = [5.0, 10, 5, 20]
    found = arrange_doses(doses, random=9, seed=1, enumerate_up_to=100)
    assert found.exact
    assert found.doses[0].tolist() == doses
    assert sorted(map(tuple, found.doses)) == sorted(set(permutations(doses)))
    assert found.possible == len(found.doses) == 12
    assert found.smallest_attainable == pytest.approx(1 / 12)


def test_two_cohorts_of_three_cannot_go_below_five_percent() -> None:
    found = arrange_doses([5.0] * 3 + [10.0] * 3, random=999, seed=1, enumerate_up_to=100)
    assert found.smallest_attainable == pytest.approx(0.05)


def test_fifteen_people_at_four_doses() -> None:
    doses = np.repeat([5.0, 10, 16, 24], [3, 3, 3, 6])
    assert count_arrangements(doses) == 8_408_400
    found = arrange_doses(doses, random=99, seed=4, enumerate_up_to=1000)
    assert not found.exact
    assert found.doses.shape == (100, 15)
    assert (np.sort(found.doses, axis=1) == doses).all()
    assert found.smallest_attainable == pytest.approx(0.01)
    np.testing.assert_array_equal(found.doses, arrange_doses(doses, random=99, seed=4, enumerate_up_to=1000).doses)
    assert (found.doses != arrange_doses(doses, random=99, seed=5, enumerate_up_to=1000).doses).any()


def test_random_arrangements_are_even() -> None:
    found = arrange_doses([0.0, 0, 1, 1], random=6000, seed=2, enumerate_up_to=1)
    _, counts = np.unique(found.doses[1:], axis=0, return_counts=True)
    assert len(counts) == 6
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000 * 5 / 6)


def test_few_random_arrangements_of_a_rare_design_cannot_promise_more_than_there_are() -> None:
    assert arrange_doses([0.0, 0, 1], random=99, seed=1, enumerate_up_to=1).smallest_attainable == pytest.approx(1 / 3)


@pytest.mark.parametrize(("doses", "random"), [([], 9), ([[1.0]], 9), ([float("nan")], 9), ([1.0], 0)])
def test_bad_input(doses: list[float], random: int) -> None:
    with pytest.raises(ValueError, match=r"doses must|random"):
        arrange_doses(doses, random=random, seed=1, enumerate_up_to=10)
