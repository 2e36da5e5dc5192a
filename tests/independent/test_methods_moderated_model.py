"""The moderated model against naive re-programmings: one metabolite at a time, with whole covariance matrices."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from firstdose.methods._counts import FloatArray
from firstdose.methods.class_permutation import DoseDesign, permute_doses
from firstdose.methods.linear_fits import fit_linear, fit_within_people
from firstdose.methods.local_regression import lowess
from firstdose.methods.moderated_model import fit_moderated_model, unit_contrast
from firstdose.methods.response_matrix import arrange
from firstdose.methods.rotation import rotate_classes
from firstdose.methods.within_person_correlation import (
    restricted_log_likelihood,
    spectrum,
    within_person_correlation,
)

NAN = float("nan")


def unbalanced(seed: int, missing: float, people: int = 9) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
    """People with one to four visits, a batch, doses, and values missing here and there."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rng.integers(1, 5, people))
    dose = rng.choice([-1.0, 0, 1], people)[person]
    later = rng.integers(0, 2, len(person)).astype(float)
    design = np.column_stack([np.ones(len(person)), rng.normal(size=len(person)), dose, later, dose * later])
    values = rng.normal(size=(len(person), 12)) + rng.normal(size=(people, 12))[person] + 15
    values[rng.random(values.shape) < missing] = NAN
    shuffled = rng.permutation(len(person))
    return values[shuffled], design[shuffled], person[shuffled]


def covariance(person: NDArray[Any], correlation: float) -> FloatArray:
    same = np.where(person[:, None] == person, correlation, 0.0)
    return np.asarray(same + (1 - correlation) * np.eye(len(person)), dtype=np.float64)


def restricted(y: FloatArray, x: FloatArray, v: FloatArray) -> float:
    """Restricted log-likelihood from the textbook formula, up to a constant, its scale profiled out."""
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    free = len(y) - x.shape[1]
    scale = residual @ inverse @ residual / free
    determinants = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * (determinants + free * np.log(scale)))


@pytest.mark.parametrize(("seed", "missing"), [(1, 0.0), (2, 0.15), (3, 0.3)])
def test_restricted_likelihood_and_its_maximum(seed: int, missing: float) -> None:
    values, design, person = unbalanced(seed, missing)
    data = arrange(values, design, person)
    parts, found = spectrum(data), within_person_correlation(data)
    low, high = -1 / (data.most_visits - 1) + 0.01, 0.99
    at_zero = restricted_log_likelihood(parts, np.zeros(12))
    compared = 0
    for metabolite in range(12):
        seen = ~np.isnan(values[:, metabolite])
        y, x, who = values[seen, metabolite], design[seen], person[seen]
        if np.linalg.matrix_rank(x) < x.shape[1] or len(y) <= x.shape[1] + 1:
            continue
        for correlation in (-0.2, 0.3, 0.9):
            expected = restricted(y, x, covariance(who, correlation)) - restricted(y, x, np.eye(len(y)))
            ours = restricted_log_likelihood(parts, np.full(12, correlation)) - at_zero
            assert ours[metabolite] == pytest.approx(expected, abs=1e-8)
        grid = np.linspace(low, high, 300)
        heights = [restricted(y, x, covariance(who, each)) for each in grid]
        best = int(np.argmax(heights))
        around = (grid[max(best - 1, 0)], grid[min(best + 1, 299)])
        search = optimize.minimize_scalar(
            lambda c, y=y, x=x, who=who: -restricted(y, x, covariance(who, c)), bounds=around, method="bounded",
            options={"xatol": 1e-9},
        )  # fmt: skip
        assert found.each[metabolite] == pytest.approx(search.x, abs=2e-5)
        compared += 1
    assert compared >= 8


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.6])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_generalised_least_squares(missing: float, correlation: float) -> None:
    values, design, person = unbalanced(4, missing)
    fits = fit_linear(arrange(values, design, person), correlation)
    for metabolite in range(12):
        seen = ~np.isnan(values[:, metabolite])
        y, x = values[seen, metabolite], design[seen]
        inverse = np.linalg.inv(covariance(person[seen], correlation))
        unscaled = np.linalg.inv(x.T @ inverse @ x)
        beta = unscaled @ x.T @ inverse @ y
        residual = y - x @ beta
        np.testing.assert_allclose(fits.coefficients[metabolite], beta, atol=1e-9)
        np.testing.assert_allclose(fits.unscaled_deviations[metabolite], np.sqrt(np.diag(unscaled)), rtol=1e-9)
        assert fits.variance[metabolite] == pytest.approx(residual @ inverse @ residual / (len(y) - 5), rel=1e-9)
        assert fits.degrees_of_freedom[metabolite] == len(y) - 5


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_effects_of_people_as_columns(missing: float) -> None:
    values, design, person = unbalanced(5, missing)
    fits = fit_within_people(arrange(values, design, person))
    for metabolite in range(12):
        seen = ~np.isnan(values[:, metabolite])
        x = np.column_stack([person[seen][:, None] == np.unique(person[seen]), design[seen][:, [1, 3, 4]]]).astype(
            float
        )
        beta, _, rank, _ = np.linalg.lstsq(x, values[seen, metabolite], rcond=None)
        if rank == x.shape[1]:
            np.testing.assert_allclose(fits.coefficients[metabolite, [1, 3, 4]], beta[-3:], atol=1e-9)
        else:
            assert np.isnan(fits.coefficients[metabolite, [1, 3, 4]]).any()
        residual = values[seen, metabolite] - x @ beta
        assert fits.degrees_of_freedom[metabolite] == len(x) - rank
        assert fits.variance[metabolite] == pytest.approx(residual @ residual / (len(x) - rank), rel=1e-8)


def naive_lowess(x: FloatArray, y: FloatArray, span: float, rounds: int) -> FloatArray:
    """Point by point, with numpy's own weighted straight line; nothing is interpolated."""
    trust, count = np.ones(len(x)), int(span * len(x))
    for _ in range(rounds + 1):
        smooth = np.empty(len(x))
        for place, here in enumerate(x):
            distance = np.abs(x - here)
            width = np.sort(distance)[count - 1]
            weight = np.where(distance < 0.999 * width, (1 - (distance / width) ** 3) ** 3, 0) * trust
            slope, level = np.polyfit(x, y, 1, w=np.sqrt(np.maximum(weight, 0)))
            smooth[place] = level + slope * here
        size = np.abs(y - smooth) / (6 * np.median(np.abs(y - smooth)))
        trust = np.where(size < 0.999, (1 - size**2) ** 2, 0)
    return smooth


def test_lowess_point_by_point() -> None:
    rng = np.random.default_rng(6)
    x = np.sort(rng.uniform(0, 10, 45))
    y = np.sin(x) + rng.normal(size=45)
    y[10] += 8
    np.testing.assert_allclose(lowess(x, y, skip=0.0), naive_lowess(x, y, 0.4, 3), atol=1e-4)


@pytest.mark.parametrize("seed", [7, 8])
def test_class_permutation_by_refitting_every_arrangement(seed: int) -> None:
    """Freedman and Lane with whole matrices; without missing values, and a batch that crosses people and visits."""
    rng = np.random.default_rng(seed)
    doses = np.array([0.0, 0, 1, 1, 3])
    person, visit = np.repeat(np.arange(5), 3), np.tile(np.arange(3), 5)
    later = (visit[:, None] == [1, 2]).astype(float)
    batch = rng.integers(0, 2, 15).astype(float)
    fixed, by_dose = np.column_stack([np.ones(15), batch, later]), np.column_stack([np.ones(15), later])
    values = rng.normal(size=(15, 9)) + rng.normal(size=(5, 9))[person] + 20
    design = DoseDesign(fixed, by_dose, doses[person])
    model = fit_moderated_model(values, design.matrix, person)
    prior, correlation = model.variances.prior, model.fits.correlation
    assert correlation is not None
    inverse = np.linalg.inv(covariance(person, correlation))
    classes = {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7, 8]}

    def fit(x: FloatArray, y: FloatArray) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        unscaled = np.linalg.inv(x.T @ inverse @ x)
        beta = unscaled @ x.T @ inverse @ y
        rest = y - x @ beta
        return beta, unscaled, np.einsum("ig,ij,jg->g", rest, inverse, rest)

    reduced = np.column_stack([fixed, doses[person][:, None] * by_dose[:, :2]])
    residual = values - reduced @ fit(reduced, values)[0]
    drawn = []
    for dealt in sorted(set(permutations(doses))):
        x = np.column_stack([fixed, np.array(dealt)[person][:, None] * by_dose])
        beta, unscaled, squares = fit(x, residual)
        weight = np.minimum(prior.degrees_of_freedom, 1e13)  # infinite ones too
        posterior = (weight * prior.variance + squares) / (weight + 15 - x.shape[1])
        t = beta[-1] / np.sqrt(unscaled[-1, -1] * posterior)
        drawn.append([t[places].mean() for places in classes.values()])
    statistics = np.array(drawn)
    found = permute_doses(values, design, person, 2, classes, seed=1, model=model)
    for column, test in enumerate(found.values()):
        assert test.arrangements == len(drawn) == 30
        assert test.p_increasing == pytest.approx((statistics[:, column] >= test.statistic - 1e-9).mean())
        assert test.p_decreasing == pytest.approx((statistics[:, column] <= test.statistic + 1e-9).mean())
        assert test.mean == pytest.approx(statistics[:, column].mean(), abs=1e-9)
        assert test.variance == pytest.approx(statistics[:, column].var(), rel=1e-8)


def test_rotation_by_turning_the_data_themselves() -> None:
    """A random orthogonal matrix turns the whole residual space; every rotated data set is fitted anew."""
    rng = np.random.default_rng(9)
    person, dose = np.repeat(np.arange(5), 2), np.repeat([0.0, 1, 1, 2, 3], 2)
    later = np.tile([0.0, 1], 5)
    design = np.column_stack([np.ones(10), later, dose * later])
    values = rng.normal(size=(10, 6)) + 0.8 * rng.normal(size=(10, 1))
    model = fit_moderated_model(values, design, person, correlation=0.4)
    prior = model.variances.prior
    root = np.linalg.inv(np.linalg.cholesky(covariance(person, 0.4)))
    y, x = root @ values, root @ design
    null = np.linalg.qr(x[:, :2])[0]
    space = np.linalg.svd(null, full_matrices=True)[0][:, 2:]

    def scores(some: FloatArray) -> FloatArray:
        unscaled = np.linalg.inv(x.T @ x)
        beta = unscaled @ x.T @ some
        squares = np.square(some - x @ beta).sum(axis=0)
        posterior = (prior.degrees_of_freedom * prior.variance + squares) / (prior.degrees_of_freedom + 7)
        t = beta[-1] / np.sqrt(unscaled[-1, -1] * posterior)
        return np.asarray(stats.norm.isf(stats.t.sf(t, model.variances.degrees_of_freedom)))

    actual, drawn, turns = scores(y), [], 4000
    for turn in stats.ortho_group.rvs(8, size=turns, random_state=1):
        drawn.append(scores(null @ (null.T @ y) + space @ turn @ (space.T @ y)))
    means, sizes = np.mean(drawn, axis=1), np.abs(drawn).mean(axis=1)
    found = rotate_classes(model, unit_contrast(3, 2), {"all": range(6)}, seed=1, rotations=20_000)["all"]
    assert found.statistic == pytest.approx(actual.mean(), abs=1e-6)
    for ours, theirs in (
        (found.p_up, (means >= actual.mean()).mean()),
        (found.p_down, (means <= actual.mean()).mean()),
        (found.p_mixed, (sizes >= np.abs(actual).mean()).mean()),
    ):
        assert abs(ours - theirs) < 4.5 * np.sqrt(ours * (1 - ours) * (1 / turns + 1 / 20_000)) + 1e-3
