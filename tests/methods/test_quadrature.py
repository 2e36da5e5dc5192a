"""Gauss-Legendre pieces and the likelihood integral, on cases with known answers."""

import numpy as np
import pytest

from firstdose.methods.quadrature import integrate_likelihood, legendre_pieces, size_classes


def test_pieces_integrate_a_function_that_jumps_at_an_edge() -> None:
    edges = np.array([[-1.0, 0.25, 0.25, 2.0], [0.0, 0.1, 0.2, 0.3]])
    nodes, weights, row = legendre_pieces(edges, 0.5, 4)
    values = np.where(nodes < 0.25, np.exp(nodes), 1 + nodes**3)
    first = np.exp(0.25) - np.exp(-1) + 1.75 + (2**4 - 0.25**4) / 4
    second = np.exp(0.25) - 1 + 0.05 + (0.3**4 - 0.25**4) / 4
    assert np.sum((weights * values)[row == 0]) == pytest.approx(first, rel=1e-12)
    assert np.sum((weights * values)[row == 1]) == pytest.approx(second, rel=0.05)  # no edge at 0.25


def test_long_pieces_are_divided() -> None:
    nodes, weights, _ = legendre_pieces(np.array([[-40.0, 60.0]]), 0.5, 4)
    assert weights.sum() == pytest.approx(100)
    assert np.sum(weights * np.exp(-(nodes**2) / 2)) == pytest.approx(np.sqrt(2 * np.pi), rel=1e-12)
    assert len(nodes) < 250


def test_likelihood_integrates_to_the_beta_function() -> None:
    rate, weight, _ = legendre_pieces(np.array([[0.0, 1.0]]), 0.05, 4)
    weights = np.stack([weight, weight * rate], axis=1)
    counts = np.array([[6], [20], [0]]), np.array([[1], [20], [0]])
    sums = integrate_likelihood(np.log(rate)[None], np.log1p(-rate)[None], weights, *counts)
    np.testing.assert_allclose(sums[:, 1] / sums[:, 0], [2 / 8, 21 / 22, 1 / 2], rtol=1e-12)


@pytest.mark.parametrize("participants", [400, 2000])
def test_many_participants_neither_overflow_nor_vanish(participants: int) -> None:
    """Two levels share one rate, and their outcomes contradict each other: each likelihood is tiny."""
    rate, weight, _ = legendre_pieces(np.array([[0.0, 1.0]]), 0.005, 4)
    log_rates, log_others = np.log([rate, rate]), np.log1p([-rate, -rate])
    weights = np.stack([weight, weight * rate], axis=1)
    n, t = np.full((1, 2), participants // 2), np.array([[0, participants // 2]])
    sums = integrate_likelihood(log_rates, log_others, weights, n, t)
    assert sums[0, 1] / sums[0, 0] == pytest.approx(0.5, rel=1e-10)


def test_states_are_classed_by_their_participants() -> None:
    participants = np.array([[0, 0], [15, 0], [10, 6], [15, 15], [100, 21]])
    assert size_classes(participants).tolist() == [15, 15, 21, 30, 169]
