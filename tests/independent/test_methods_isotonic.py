"""Isotonic regression against pool-adjacent-violators written for one row with a stack of blocks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.isotonic import isotonic_fit


def pool_adjacent_violators(estimates: list[float], weights: list[float]) -> list[float]:
    blocks: list[tuple[float, float, int]] = []
    for estimate, weight in zip(estimates, weights, strict=True):
        block = (estimate, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, total, size = blocks.pop()
            heavier = total + block[1]
            block = ((mean * total + block[0] * block[1]) / heavier, heavier, size + block[2])
        blocks.append(block)
    return [mean for mean, _, size in blocks for _ in range(size)]


level = st.tuples(st.integers(0, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.floats(0.1, 50))


@given(st.lists(level, min_size=1, max_size=8))
def test_isotonic_fit_pools_as_the_naive_algorithm(levels: list[tuple[tuple[int, int], float]]) -> None:
    participants = np.array([n for (n, _), _ in levels])
    estimates = np.array([t / max(n, 1) for (n, t), _ in levels])
    weights = np.array([weight for _, weight in levels])
    tried = participants > 0
    fit = isotonic_fit(estimates, weights, tried)[0]
    expected = pool_adjacent_violators(estimates[tried].tolist(), weights[tried].tolist())
    np.testing.assert_allclose(fit[tried], expected, rtol=1e-12, atol=1e-15)
