"""The settings that no other betters: the Pareto front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def non_dominated(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows no other row dominates; scores are (settings, aims), more is better.

    A row dominates another if it is at least as good in every aim and better in one. Equal rows do not dominate each
    other. Rows are taken from the best first aim down, ties by the next aims: a later row never dominates an earlier
    one, and one that is dominated is dominated by a row that was kept, so each is compared with the kept rows alone.
    """
    if scores.ndim != 2:
        raise ValueError(f"scores have two dimensions, settings and aims, not {scores.ndim}")
    order = np.lexsort([-column for column in scores.T[::-1]]) if scores.shape[1] else np.arange(len(scores))
    kept: list[int] = []
    for row in order.tolist():
        rivals = scores[kept]
        better = (rivals >= scores[row]).all(axis=1) & (rivals > scores[row]).any(axis=1)
        if not better.any():
            kept.append(row)
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[kept] = True
    return chosen
