"""Boundaries of interim looks against published constants, and against paths that are simulated one by one."""

import numpy as np
import pytest

from firstdose.methods.group_sequential import (
    crossing_probabilities,
    shaped_boundaries,
    spending_boundaries,
    spent,
)

# Jennison and Turnbull, Group Sequential Methods with Applications to Clinical Trials, 1999: two-sided 0.05, K equal
# steps, C_P(K) of table 2.1 (Pocock) and C_B(K) of table 2.3 (O'Brien and Fleming). To cross both sides is next to
# impossible, so one side at 0.025 has the same constants.
POCOCK = {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413}
OBRIEN_FLEMING = {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040}
# Lan and DeMets spending, five equal looks, one-sided 0.025, as programs of theirs print them (ld98, R ldbounds).
LAN_DEMETS = {
    "obrien_fleming": [4.8769, 3.3570, 2.6803, 2.2898, 2.0310],
    "pocock": [2.4380, 2.4268, 2.4102, 2.3966, 2.3860],
}


def equal(looks: int) -> list[float]:
    return [(look + 1) / looks for look in range(looks)]


@pytest.mark.parametrize("looks", POCOCK)
def test_constant_shapes_are_the_published_ones(looks: int) -> None:
    assert shaped_boundaries(equal(looks), 0.025, 0.0)[-1] == pytest.approx(POCOCK[looks], abs=6e-4)
    assert shaped_boundaries(equal(looks), 0.025, -0.5)[-1] == pytest.approx(OBRIEN_FLEMING[looks], abs=6e-4)


@pytest.mark.parametrize("spending", LAN_DEMETS)
def test_spending_boundaries_are_the_published_ones(spending: str) -> None:
    found = spending_boundaries(equal(5), 0.025, spending)  # type: ignore[arg-type]
    assert found == pytest.approx(LAN_DEMETS[spending], abs=2e-4)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock", "linear"])
def test_the_error_is_spent_as_said(spending: str) -> None:
    information = [0.3, 0.55, 0.8, 1.0]
    boundaries = spending_boundaries(information, 0.025, spending)  # type: ignore[arg-type]
    crossed = np.cumsum(crossing_probabilities(information, boundaries))
    assert crossed == pytest.approx(spent(spending, 0.025, information), abs=1e-9)  # type: ignore[arg-type]
    assert crossed[-1] == pytest.approx(0.025, abs=1e-9)


def test_one_look_is_the_plain_test() -> None:
    assert spending_boundaries([1.0], 0.025, "obrien_fleming")[0] == pytest.approx(1.959964, abs=1e-6)
    assert crossing_probabilities([1.0], [1.959964], drift=2.8015852)[0] == pytest.approx(0.8, abs=1e-6)


def test_crossing_with_drift_against_simulated_paths() -> None:
    information, boundaries, drift = [0.4, 0.7, 1.0], [2.6, 2.3, 2.05], 2.5
    random, paths = np.random.default_rng(20240101), 200_000
    steps = np.diff(information, prepend=0.0)
    sums = np.cumsum(random.normal(drift * steps, np.sqrt(steps), (paths, 3)), axis=1)
    crossed = sums / np.sqrt(information) >= boundaries
    first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), 3)
    seen = np.bincount(first, minlength=4)[:3] / paths
    expected = crossing_probabilities(information, boundaries, drift)
    assert np.abs(seen - expected).max() < 3 * np.sqrt(0.25 / paths)


def test_nothing_is_crossed_where_nothing_is_spent() -> None:
    assert np.isinf(spending_boundaries([0.05, 1.0], 0.025, "obrien_fleming")[0])


@pytest.mark.parametrize("information", [[], [0.5, 0.5, 1], [0, 1], [0.5, 1.2], [0.5, 0.505, 1]])
def test_impossible_looks_are_refused(information: list[float]) -> None:
    with pytest.raises(ValueError, match="information"):
        spending_boundaries(information, 0.025, "pocock")


def test_unknown_spending_and_errors_are_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        spent("haybittle", 0.025, [1.0])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="error"):
        spent("pocock", 0.5, [1.0])
