"""Components and trends: against numpy's decomposition and a regression written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.sample_quality import principal_components, run_order_trends, share_explained
from firstdose.protocol.metabolism import Metabolism
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN = Metabolism(normalise="none")


def test_components_are_eigenvectors_of_the_covariance_of_complete_metabolites() -> None:
    (prepared,) = prepare(made_abundances(seed=1), PLAN)
    values = np.array(prepared.values)
    values[0, 0] = np.nan
    found = principal_components(prepared.with_values(values))
    assert found is not None
    assert found.metabolites == values.shape[1] - 1
    roots = np.linalg.eigvalsh(np.cov(values[:, 1:].T))[::-1]
    assert np.allclose(found.shares, roots[:3] / roots.sum())
    assert np.allclose(found.scores.var(axis=0, ddof=1), roots[:3])
    assert np.all(found.scores.max(axis=0) >= np.abs(found.scores.min(axis=0)))


def test_there_are_none_without_complete_metabolites() -> None:
    (prepared,) = prepare(made_abundances(seed=1), PLAN)
    assert principal_components(prepared.with_values(np.full_like(prepared.values, np.nan))) is None


def test_the_share_between_groups() -> None:
    assert share_explained(np.array([1.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"])) == pytest.approx(1.0)
    assert share_explained(np.array([1.0, 3.0, 1.0, 3.0]), np.array(["a", "a", "b", "b"])) == pytest.approx(0.0)
    assert np.isnan(share_explained(np.array([1.0, 3.0]), np.array(["a", "a"])))


def test_a_trend_is_the_slope_of_a_regression_with_batches() -> None:
    (prepared,) = prepare(made_abundances(seed=2, missing=0.1), Metabolism(normalise="none", most_missing=60))
    values = np.array(prepared.values)
    values[:, 1] += 0.1 * prepared.run_order
    found = run_order_trends(prepared.with_values(values))
    assert found is not None
    assert found.adjusted_p[1] < 0.001
    for place in (0, 1, 2):
        known = ~np.isnan(values[:, place])
        batch = prepared.batches[known] == "B1"
        design = np.column_stack([np.ones(known.sum()), batch, prepared.run_order[known] / 10])
        effects, squares, _, _ = np.linalg.lstsq(design, values[known, place], rcond=None)
        free = known.sum() - 3
        error = np.sqrt(squares[0] / free * np.linalg.inv(design.T @ design)[2, 2])
        assert found.slope[place] == pytest.approx(effects[2])
        assert found.p[place] == pytest.approx(2 * stats.t.sf(abs(effects[2] / error), free))
