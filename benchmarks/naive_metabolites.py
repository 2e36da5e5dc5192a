"""Metabolites one after the other with whole covariance matrices; nothing from the package."""

from __future__ import annotations

import numpy as np


def correlation(response: np.ndarray, design: np.ndarray, person: np.ndarray) -> float:
    """The correlation within people that has the highest restricted likelihood, by golden section."""
    shared = (person[:, None] == person).astype(float)

    def loss(within: float) -> float:
        covariance = (1 - within) * np.eye(len(person)) + within * shared
        lower = np.linalg.cholesky(covariance)
        white, columns = np.linalg.solve(lower, response), np.linalg.solve(lower, design)
        gram = columns.T @ columns
        rest = white - columns @ np.linalg.solve(gram, columns.T @ white)
        freedom = len(response) - design.shape[1]
        return float(
            2 * np.log(np.diag(lower)).sum() + np.linalg.slogdet(gram)[1] + freedom * np.log(rest @ rest / freedom)
        )

    low, high = -0.49, 0.99
    while high - low > 1e-4:
        step = 0.381966 * (high - low)
        if loss(low + step) < loss(high - step):
            high -= step
        else:
            low += step
    return (low + high) / 2
