"""Several comparisons at several looks: published constants, a naive closed test, and the family's error."""

from itertools import chain, combinations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from firstdose.methods.closed_testing import ClosedTest, closed_test, joint_boundaries
from firstdose.methods.group_sequential import spending_boundaries

HALF = np.array([[1.0, 0.5], [0.5, 1.0]])
# Dunnett, J Am Stat Assoc 1955;50:1096, tables 1a and 1b: one-sided, infinitely many degrees of freedom, equal arms.
DUNNETT = {(2, 0.05): 1.92, (3, 0.05): 2.06, (2, 0.01): 2.56, (3, 0.01): 2.68}


@pytest.mark.parametrize(("arms", "error"), DUNNETT)
def test_one_look_is_dunnetts_table(arms: int, error: float) -> None:
    found = joint_boundaries(np.full((arms, arms), 0.5) + np.eye(arms) / 2, [1.0], error, "pocock")
    assert found[0] == pytest.approx(DUNNETT[arms, error], abs=0.012)


def test_the_joint_law_against_a_double_integral() -> None:
    height = joint_boundaries(HALF, [1.0], 0.025, "pocock")[0]
    exact = 1 - multivariate_normal(cov=HALF).cdf([height, height])
    assert exact == pytest.approx(0.025, abs=3 * np.sqrt(0.025 * 0.975 / 2**20))


def test_one_comparison_has_the_plain_boundaries() -> None:
    information = [0.5, 1.0]
    for method in ("closed_dunnett", "holm", "fixed_sequence"):
        found = closed_test(method, np.ones((1, 1)), information, 0.025, "obrien_fleming")
        assert found.boundaries[0, 0] == pytest.approx(spending_boundaries(information, 0.025, "obrien_fleming"))


def test_holm_and_the_fixed_sequence_are_themselves() -> None:
    """Against Holm's steps and the sequence, with one look, for many random statistics."""
    random = np.random.default_rng(5)
    statistics = random.normal(1.5, 1.2, (3000, 3))
    holm = closed_test("holm", np.eye(3), [1.0], 0.025, "pocock").rejected_at(statistics[:, :, None]) == 0
    sequence = closed_test("fixed_sequence", np.eye(3), [1.0], 0.025, "pocock").rejected_at(statistics[:, :, None]) == 0
    from scipy.stats import norm

    for values, by_holm, in_turn in zip(norm.sf(statistics), holm, sequence, strict=True):
        expected = np.zeros(3, dtype=bool)
        for step, place in enumerate(np.argsort(values)):
            if values[place] > 0.025 / (3 - step):
                break
            expected[place] = True
        assert by_holm.tolist() == expected.tolist()
        assert in_turn.tolist() == np.logical_and.accumulate(values <= 0.025).tolist()


def test_a_closed_test_over_looks_against_a_naive_one() -> None:
    """The definition, by loops over trials, hypotheses, intersections and looks."""
    random = np.random.default_rng(11)
    test = closed_test("closed_dunnett", HALF, [0.5, 1.0], 0.025, "obrien_fleming")
    statistics = random.normal(2.0, 1.0, (400, 2, 2))
    found = test.rejected_at(statistics)
    for trial, values in enumerate(statistics):
        for hypothesis in range(2):
            assert found[trial, hypothesis] == naive_look(test, values, hypothesis)


def naive_look(test: ClosedTest, values: np.ndarray, hypothesis: int) -> int:
    looks = values.shape[1]
    families = chain.from_iterable(combinations(range(2), size) for size in (1, 2))
    latest = 0
    for family in families:
        if hypothesis not in family:
            continue
        (row,) = [n for n, inside in enumerate(test.members) if set(np.flatnonzero(inside)) == set(family)]
        crossed = [
            look
            for look in range(looks)
            if any(values[each, look] >= test.boundaries[row, each, look] for each in family)
        ]
        latest = max(latest, min(crossed, default=looks))
    return latest


@pytest.mark.parametrize("method", ["closed_dunnett", "holm", "fixed_sequence"])
@pytest.mark.parametrize("drift", [(0.0, 0.0), (3.5, 0.0), (0.0, 3.5)])
def test_the_family_keeps_its_error(method: str, drift: tuple[float, float]) -> None:
    """The probability to reject any true hypothesis, whichever are true, over two looks."""
    random, trials, information = np.random.default_rng(77), 40_000, np.array([0.5, 1.0])
    root = np.linalg.cholesky(HALF)
    steps = random.standard_normal((2, trials, 2)) @ root.T * np.sqrt(np.diff(information, prepend=0))[:, None, None]
    paths = np.cumsum(steps, axis=0) / np.sqrt(information)[:, None, None]
    statistics = np.moveaxis(paths, 0, 2) + np.array(drift)[None, :, None] * np.sqrt(information)
    test = closed_test(method, HALF, information.tolist(), 0.025, "obrien_fleming")  # type: ignore[arg-type]
    wrong = ((test.rejected_at(statistics) < 2) & (np.array(drift) == 0)).any(axis=1).mean()
    assert wrong <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / trials)
    if drift == (0.0, 0.0) and method != "holm":
        assert wrong >= 0.025 - 3 * np.sqrt(0.025 * 0.975 / trials)


def test_dunnett_is_never_weaker_than_holm() -> None:
    holm = closed_test("holm", HALF, [0.5, 1.0], 0.025, "pocock").boundaries
    joint = closed_test("closed_dunnett", HALF, [0.5, 1.0], 0.025, "pocock").boundaries
    both = np.isfinite(holm)
    assert (joint[both] <= holm[both] + 0.01).all()


def test_too_many_or_unknown_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 6"):
        closed_test("holm", np.eye(7), [1.0], 0.025, "pocock")
    with pytest.raises(ValueError, match="one of"):
        closed_test("bonferroni", np.eye(2), [1.0], 0.025, "pocock")  # type: ignore[arg-type]
