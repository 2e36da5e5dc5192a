"""The naive BLRM's integrals, once more by scipy's double quadrature over the prior's own formula."""

from __future__ import annotations

import math

import pytest
from scipy.integrate import dblquad
from scipy.special import expit

from tests.independent.naive_blrm import LogisticPrior, interval_probabilities
from tests.independent.naive_design import Data

PRIOR = LogisticPrior((math.log(0.5), 0.0, math.log(1.6)), (-1.1, 0.0), (2.0, 0.8), -0.3)


def test_overdose_probability_by_double_quadrature() -> None:
    data: Data = ((3, 0), (6, 1), (3, 2))

    def joint(log_alpha: float, log_beta: float) -> float:
        value = PRIOR.density(log_alpha, log_beta)
        for x, (n, t) in zip(PRIOR.x, data, strict=True):
            rate = float(expit(log_alpha + math.exp(log_beta) * x))
            value *= rate**t * (1 - rate) ** (n - t)
        return value

    def above(cut: float) -> float:
        x = PRIOR.x[1]

        def lowest(log_beta: float) -> float:
            return max(-14.0, math.log(cut / (1 - cut)) - math.exp(log_beta) * x) if cut else -14.0

        return float(dblquad(joint, -4.5, 4.5, lowest, 10.0, epsabs=1e-9, epsrel=1e-6)[0])

    found = interval_probabilities(PRIOR, data, (0.16, 0.33))[1, 2]
    assert found == pytest.approx(above(0.33) / above(0.0), abs=1e-5)
