"""Covariance structures: literal matrices, derivatives against finite differences, parameters there and back."""

from collections.abc import Callable

import numpy as np
import pytest

from firstdose.methods._counts import FloatArray
from firstdose.methods.covariance import STRUCTURES, CovarianceValues, padded
from firstdose.methods.covariance_by_visit import VisitCovariance
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance

STEP = 1e-5
SEEN = np.array([[True, True, True, True], [True, False, True, True], [False, False, True, True]])

ROUGH = np.array(
    [[1, 2, 0.1, -1], [2, 4, 0.9, -2], [0.1, 0.9, 0.25, -0.5], [-1, -2, -0.5, 1.0]]
)  # not positive definite

structures = pytest.mark.parametrize("name", STRUCTURES)


def some_parameters(name: str, visits: int) -> FloatArray:
    count = STRUCTURES[name].parameter_count(visits)
    return np.random.default_rng(count).uniform(-0.35, 0.35, count)


def numerical(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    units = STEP * np.eye(len(at))
    return np.array([(function(at + unit) - function(at - unit)) / (2 * STEP) for unit in units])


@structures
@pytest.mark.parametrize("visits", [2, 3, 5])
def test_derivatives(name: str, visits: int) -> None:
    structure, at = STRUCTURES[name], some_parameters(name, visits)
    matrix, first, second = structure.derivatives(at, visits)
    np.testing.assert_allclose(matrix, structure.matrix(at, visits), rtol=1e-15)
    np.testing.assert_allclose(first, numerical(lambda x: structure.matrix(x, visits), at), atol=1e-9)
    np.testing.assert_allclose(second, numerical(lambda x: structure.derivatives(x, visits)[1], at), atol=1e-9)


@structures
def test_a_single_visit_has_a_variance_only(name: str) -> None:
    matrix, first, second = STRUCTURES[name].derivatives(np.array([0.5]), 1)
    np.testing.assert_allclose(matrix, [[np.exp(1.0)]])
    assert (first.shape, second.shape) == ((1, 1, 1), (1, 1, 1, 1))


@structures
def test_parameters_there_and_back(name: str) -> None:
    at = some_parameters(name, 4)
    np.testing.assert_allclose(STRUCTURES[name].parameters_of(STRUCTURES[name].matrix(at, 4)), at, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "correlations"),
    [
        ("compound symmetry", [[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]),
        ("autoregressive", [[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]]),
        ("toeplitz", [[1, 0.5, 0.1], [0.5, 1, 0.5], [0.1, 0.5, 1]]),
        ("ante-dependence", [[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]]),
        ("unstructured", [[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]]),
    ],
)
def test_literal_matrices(name: str, correlations: list[list[float]]) -> None:
    """Each with its own standard deviations, and where that is another structure, with a common one."""
    matrix, scales = np.array(correlations), np.array([1.0, 2.0, 3.0])
    for structure, scale in ((STRUCTURES[name], 2.0), (STRUCTURES.get(f"{name}, heterogeneous"), scales)):
        if structure is not None:
            covariance = matrix * np.multiply.outer(scale * np.ones(3), scale * np.ones(3))
            np.testing.assert_allclose(structure.matrix(structure.parameters_of(covariance), 3), covariance)


def test_compound_symmetry_stays_positive_definite() -> None:
    for theta in (-20.0, 0.0, 20.0):
        covariance = STRUCTURES["compound symmetry"].matrix(np.array([0.0, theta]), 5)
        assert np.linalg.eigvalsh(covariance)[0] > 0
        assert covariance[0, 1] > -0.25


def test_visits_that_a_pattern_lacks_are_padded() -> None:
    matrix, first, second = STRUCTURES["unstructured"].derivatives(some_parameters("unstructured", 4), 4)
    values = padded(SEEN, matrix, first, second)
    for pattern, seen in enumerate(SEEN):
        np.testing.assert_array_equal(values.matrices[pattern][np.ix_(seen, seen)], matrix[np.ix_(seen, seen)])
        np.testing.assert_array_equal(values.matrices[pattern][~seen], np.eye(4)[~seen])
        assert not values.first[:, pattern, ~seen].any()
        assert not values.second[..., pattern, :, ~seen].any()


@structures
def test_starts_are_possible_and_not_on_the_boundary(name: str) -> None:
    covariance = VisitCovariance(STRUCTURES[name], SEEN, ROUGH)
    starts = covariance.starts()
    assert len({tuple(start) for start in starts}) == len(starts) >= 3
    for start in starts:
        assert len(start) == covariance.parameter_count
        assert (np.linalg.eigvalsh(covariance.matrices(start)) > 0).all()
        assert not covariance.boundary(start)


def test_boundaries_are_named() -> None:
    covariance = VisitCovariance(STRUCTURES["autoregressive, heterogeneous"], SEEN, np.eye(4))
    assert "correlations" in covariance.boundary(np.array([0, 0, 0, 0, 1e4]))
    assert "standard deviation" in covariance.boundary(np.array([0, 0, 0, -12, 0.0]))


def random_effects() -> RandomEffectsCovariance:
    designs = np.stack([np.ones((3, 4)), np.tile(np.arange(4.0), (3, 1))], axis=2) * SEEN[:, :, None]
    return RandomEffectsCovariance(designs, SEEN, 0.0, np.array([[2.0, 1.0], [0.0, 3.0]]))


def test_random_effects_derivatives() -> None:
    model, at = random_effects(), np.array([0.2, 0.7, -0.4, 0.5])
    values = model.values(at)
    np.testing.assert_allclose(values.first, numerical(model.matrices, at), atol=1e-9)
    np.testing.assert_allclose(values.second, numerical(lambda x: model.values(x).first, at), atol=1e-9)


def test_random_effects_are_linear_in_their_variances() -> None:
    model = random_effects()
    effects, errors = np.array([[2.0, 0.3], [0.3, 0.5]]), 1.5
    linear: CovarianceValues = model.linear_values(model.parameters_of(effects, errors))
    total = errors * linear.first[0] + np.einsum(
        "k,kPab->Pab", (model.triangle @ effects @ model.triangle.T)[np.tril_indices(2)], linear.first[1:]
    )
    np.testing.assert_allclose(np.where(SEEN[:, :, None], total, np.eye(4)), linear.matrices, atol=1e-12)
    assert not linear.second.any()


def test_random_effects_parameters_there_and_back() -> None:
    model = random_effects()
    effects, errors = model.components(model.parameters_of(np.array([[2.0, 0.3], [0.3, 0.5]]), 1.5))
    np.testing.assert_allclose(effects, [[2.0, 0.3], [0.3, 0.5]])
    assert errors == pytest.approx(1.5)


def test_random_effects_boundaries_are_named() -> None:
    model = random_effects()
    assert "singular" in model.boundary(np.array([0.0, 1.0, 0.5, 0.0]))
    assert "errors" in model.boundary(np.array([0.0, 1e6, 0.0, 1.0]))
    assert not model.boundary(np.array([0.0, 1.0, 0.5, -0.3]))
