"""Mixed models where the answer is known in closed form, where nothing may change it, and where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import STRUCTURES
from firstdose.methods.mixed_model import fit_random_effects, fit_repeated_measures
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.mixed_model_fit import MixedModelFit, at_parameters
from firstdose.methods.mixed_model_inference import contrasts, kenward_roger, satterthwaite

Data = tuple[FloatArray, FloatArray, IntArray, IntArray]
CS = "compound symmetry"


def balanced(people: int = 12, visits: int = 4, seed: int = 5, spread: float = 1.0) -> Data:
    """Two groups of equal size, a mean for each visit in each group."""
    random = np.random.default_rng(seed)
    subject, visit = np.divmod(np.arange(people * visits), visits)
    response = (spread * random.normal(size=(people, 1)) + random.normal(size=(people, visits))).ravel()
    group = subject % 2
    design = np.column_stack([np.eye(visits)[visit] * (group == each)[:, None] for each in (0, 1)])
    return response, design, subject, visit


def with_missing(seed: int = 6, missing: float = 0.15) -> Data:
    response, _, subject, visit = balanced(people=16, seed=seed)
    random = np.random.default_rng(seed + 1)
    dose = random.permutation(np.repeat([0.0, 1.0, 1.7, 2.3], 4))[subject]
    design = np.column_stack([np.eye(4)[visit], dose, dose * visit])
    response[random.random(len(response)) < missing] = np.nan
    return response, design, subject, visit


def within_groups(data: Data, people: int, visits: int) -> FloatArray:
    response = data[0].reshape(people, visits)
    means = np.array([response[group::2].mean(axis=0) for group in (0, 1)])
    return np.asarray(response - means[np.arange(people) % 2])


def test_unstructured_and_balanced_is_the_pooled_sample_covariance() -> None:
    data = balanced()
    deviations = within_groups(data, 12, 4)
    fit = fit_repeated_measures(*data, "unstructured")
    np.testing.assert_allclose(fit.covariance, deviations.T @ deviations / 10, rtol=1e-6)
    maximum_likelihood = fit_repeated_measures(*data, "unstructured", restricted=False)
    np.testing.assert_allclose(maximum_likelihood.covariance, deviations.T @ deviations / 12, rtol=1e-6)


@pytest.mark.parametrize(("spread", "sign"), [(1.5, 1), (0.0, -1)], ids=["positive", "negative"])
def test_compound_symmetry_and_balanced_is_the_analysis_of_variance(spread: float, sign: int) -> None:
    """Mean squares between and within people; below zero correlation, which a random intercept cannot have."""
    data = balanced(seed=4, spread=spread)
    deviations = within_groups(data, 12, 4)
    between = 4 * (deviations.mean(axis=1) ** 2).sum() / 10
    within = ((deviations - deviations.mean(axis=1, keepdims=True)) ** 2).sum() / 30
    fit = fit_repeated_measures(*data, CS)
    common = (between - within) / 4
    assert np.sign(common) == sign
    np.testing.assert_allclose(fit.covariance, common + within * np.eye(4), rtol=1e-6, atol=1e-9)
    random_intercept = fit_random_effects(*data[:3], np.ones((48, 1)))
    effects, errors = random_intercept.variance_components
    if common > 0:
        assert (effects[0, 0], errors) == pytest.approx((common, within), rel=1e-6)
        assert random_intercept.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    else:
        assert effects[0, 0] == pytest.approx(0, abs=1e-9)
        assert "singular" in random_intercept.convergence.boundary
        assert random_intercept.log_likelihood < fit.log_likelihood


def test_a_singular_fit_is_that_without_the_random_effect() -> None:
    """Least squares, whose tests it has, up to a parameter that Kenward and Roger's method keeps."""
    data = balanced(seed=4, spread=0.0)
    fit = fit_random_effects(*data[:3], np.ones((48, 1)))
    response, design = data[:2]
    residual = response - design @ np.linalg.lstsq(design, response)[0]
    assert fit.variance_components[1] == pytest.approx(residual @ residual / 40)
    np.testing.assert_allclose(contrasts(satterthwaite(fit), np.eye(8)).degrees_of_freedom, 40, rtol=1e-6)
    assert (contrasts(kenward_roger(fit), np.eye(8)).degrees_of_freedom < 41).all()


@pytest.mark.parametrize("name", STRUCTURES)
def test_convergence_is_real(name: str) -> None:
    fit = fit_repeated_measures(*with_missing(), name)
    found = fit.convergence
    assert found.at_maximum, found.problem
    assert found.largest_gradient < 1e-5
    assert found.smallest_curvature > 0
    assert found.starts_agreeing == found.starts
    for seed in range(3):
        step = 0.01 * np.random.default_rng(seed).normal(size=fit.parameters.shape)
        assert at_parameters(fit, fit.parameters + step).log_likelihood < fit.log_likelihood


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_search_that_is_told_of_a_maximum_ends_where_it_would_have_ended(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [fit_repeated_measures(*with_missing(seed), name) for seed in range(4)]
    monkeypatch.setattr("firstdose.methods.mixed_model_search.NEAR", 0.0)
    for seed, fit in enumerate(found):
        alone = fit_repeated_measures(*with_missing(seed), name)
        assert fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)
        assert fit.parameters == pytest.approx(alone.parameters, abs=1e-6)
        assert fit.convergence.starts == alone.convergence.starts
        assert fit.convergence.starts_agreeing == alone.convergence.starts_agreeing


def test_richer_structures_fit_better() -> None:
    heights = {name: fit_repeated_measures(*with_missing(), name).log_likelihood for name in STRUCTURES}
    for poor, rich in (
        (CS, "toeplitz"),
        ("autoregressive", "toeplitz"),
        ("autoregressive", "ante-dependence"),
        ("toeplitz", "toeplitz, heterogeneous"),
        ("compound symmetry, heterogeneous", "toeplitz, heterogeneous"),
        ("ante-dependence", "ante-dependence, heterogeneous"),
        ("toeplitz, heterogeneous", "unstructured"),
        ("ante-dependence, heterogeneous", "unstructured"),
    ):
        assert heights[poor] < heights[rich]


def test_a_missed_visit_may_be_a_row_or_none() -> None:
    response, design, subject, visit = with_missing()
    kept = ~np.isnan(response)
    one = fit_repeated_measures(response, design, subject, visit, "unstructured")
    other = fit_repeated_measures(response[kept], design[kept], subject[kept], visit[kept], "unstructured")
    assert one.log_likelihood == other.log_likelihood
    assert one.observations.count == kept.sum()


def test_a_planned_visit_that_nobody_attended() -> None:
    data = with_missing()
    assert fit_repeated_measures(*data, "autoregressive", visits=6).covariance.shape == (6, 6)
    with pytest.raises(NotEstimable, match="nobody has an observation at visit 4"):
        fit_repeated_measures(*data, "unstructured", visits=6)


def test_visits_never_seen_together_leave_the_likelihood_flat() -> None:
    response, design, subject, visit = with_missing(missing=0.0)
    response[(visit == 0) & (subject % 2 == 0)] = np.nan
    response[(visit == 3) & (subject % 2 == 1)] = np.nan
    fit = fit_repeated_measures(response, design, subject, visit, "unstructured")
    assert not fit.convergence.at_maximum
    assert "flat" in fit.convergence.problem
    with pytest.raises(NotEstimable, match="flat"):
        kenward_roger(fit)


def test_a_likelihood_without_a_maximum_is_said_to_have_none() -> None:
    """Two visits that differ by the same in everybody: their correlation goes to one."""
    response, design, subject, visit = balanced()
    response[visit == 1] = response[visit == 0] + 1
    fit = fit_repeated_measures(response, design, subject, visit, "unstructured")
    assert not fit.convergence.at_maximum
    assert "correlations" in fit.convergence.problem
    with pytest.raises(NotEstimable, match="correlations"):
        satterthwaite(fit)


def figures(fit: MixedModelFit) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    table = contrasts(kenward_roger(fit), np.eye(len(fit.coefficients)))
    return fit.log_likelihood, table.estimate, table.standard_error, table.degrees_of_freedom


seeds = st.integers(0, 5000)
some_structures = st.sampled_from([CS, "autoregressive", "toeplitz, heterogeneous", "unstructured"])


def fitted(data: Data, name: str) -> MixedModelFit | None:
    fit = fit_repeated_measures(*data, name)
    return fit if fit.convergence.at_maximum else None


@settings(max_examples=25)
@given(seeds, some_structures)
def test_order_and_names_of_people_do_not_matter(seed: int, name: str) -> None:
    response, design, subject, visit = with_missing(seed)
    order = np.random.default_rng(seed).permutation(len(response))
    names = np.random.default_rng(seed + 1).permutation(100)[subject].astype(str)
    if fit := fitted((response, design, subject, visit), name):
        other = fit_repeated_measures(response[order], design[order], names[order], visit[order], name)
        for one, two in zip(figures(fit), figures(other), strict=True):
            np.testing.assert_allclose(np.asarray(two), np.asarray(one), rtol=1e-6, atol=1e-9)


@settings(max_examples=25)
@given(seeds, some_structures, st.sampled_from([1e-6, 0.1, 7.0, 1e5]), st.sampled_from([0.0, -3.0, 1e4]))
def test_units_and_offset_of_the_response(seed: int, name: str, factor: float, offset: float) -> None:
    """The design's first columns add up to one, so that an offset moves them and nothing else."""
    response, design, subject, visit = with_missing(seed)
    if fit := fitted((response, design, subject, visit), name):
        other = fit_repeated_measures((response + offset) * factor, design, subject, visit, name)
        (height, estimate, error, freedom), found = figures(fit), figures(other)
        free = fit.observations.count - design.shape[1]
        assert found[0] == pytest.approx(height - free * np.log(factor), abs=1e-6)
        moved = estimate + offset * np.array([1, 1, 1, 1, 0, 0])
        np.testing.assert_allclose(found[1] / factor, moved, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(found[2] / factor, error, rtol=1e-6)
        np.testing.assert_allclose(found[3], freedom, rtol=1e-5)


@settings(max_examples=25)
@given(seeds, some_structures, st.lists(st.sampled_from([1e-6, -1.0, 3.0, 1e6]), min_size=6, max_size=6))
def test_units_of_the_design(seed: int, name: str, factors: list[float]) -> None:
    response, design, subject, visit = with_missing(seed)
    if fit := fitted((response, design, subject, visit), name):
        other = fit_repeated_measures(response, design * factors, subject, visit, name)
        (height, estimate, error, freedom), found = figures(fit), figures(other)
        assert found[0] == pytest.approx(height - np.log(np.abs(factors)).sum(), abs=1e-6)
        np.testing.assert_allclose(found[1] * factors, estimate, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found[2] * np.abs(factors), error, rtol=1e-6)
        np.testing.assert_allclose(found[3], freedom, rtol=1e-5)


@settings(max_examples=25)
@given(seeds, st.sampled_from([1e-3, -2.0, 50.0]), st.sampled_from([0.0, -10.0, 300.0]))
def test_units_and_origin_of_the_time_of_random_slopes(seed: int, factor: float, origin: float) -> None:
    """The slopes' covariance follows; log-likelihood and tests stay, even far from the origin."""
    response, design, subject, visit = with_missing(seed)
    z = np.column_stack([np.ones(len(visit)), visit])
    change = np.array([[1.0, origin], [0.0, factor]])  # columns of the new design from the old ones
    fit = fit_random_effects(response, design, subject, z)
    other = fit_random_effects(response, design, subject, z @ change)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-7)
    if not fit.convergence.problem:
        back = np.linalg.inv(change)
        expected = back @ fit.variance_components[0] @ back.T
        np.testing.assert_allclose(
            other.variance_components[0], expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max()
        )


def change(data: Data, **changes: object) -> dict[str, object]:
    return dict(zip(("response", "design", "subject", "visit"), data, strict=True)) | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": np.zeros((48, 1))}, "need shapes"),
        ({"design": np.zeros(48)}, "need shapes"),
        ({"design": np.zeros((48, 0))}, "at least one column"),
        ({"subject": np.zeros(47)}, "need shapes"),
        ({"response": np.full(48, np.inf)}, "finite or NaN"),
        ({"design": np.full((48, 1), np.nan)}, "finite or NaN"),
        ({"visit": np.zeros(48)}, "integers from 0"),
        ({"visit": np.arange(48) % 4 - 1}, "integers from 0"),
        ({"visit": np.zeros(48, dtype=int)}, "person 0 has visit 0 more than once"),
        ({"visits": 3}, "visit 3 is not one of 3"),
        ({"structure": "cs"}, "structure 'cs' is none of compound symmetry"),
    ],
)
def test_malformed_input(changes: dict[str, object], message: str) -> None:
    arguments = {"structure": CS} | change(balanced(), **changes)
    with pytest.raises(ValueError, match=message) as error:
        fit_repeated_measures(**arguments)  # type: ignore[arg-type]
    assert not isinstance(error.value, NotEstimable)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": np.full(48, np.nan)}, "nothing was observed"),
        ({"response": np.full(48, 6.5)}, "never changes within any person"),
        ({"response": np.repeat(np.arange(12.0), 4)}, "never changes within any person"),
        ({"response": balanced()[3] * 1.0}, "explain every response completely"),
        ({"design": np.ones((48, 2))}, "2 columns of the design have rank 1"),
        ({"design": np.eye(48)}, "48 observations cannot estimate 48"),
        ({"design": np.eye(48)[:, :47]}, "1 degrees of freedom are left for 2"),
        ({"subject": np.arange(48)}, "nobody was observed twice"),
    ],
)
def test_what_the_data_cannot_answer(changes: dict[str, object], message: str) -> None:
    with pytest.raises(NotEstimable, match=message):
        fit_repeated_measures(**change(balanced(), **changes), structure=CS)  # type: ignore[arg-type]


def test_random_effects_refuse_what_they_cannot_use() -> None:
    response, design, subject, _ = balanced()
    with pytest.raises(ValueError, match="a row for each response"):
        fit_random_effects(response, design, subject, np.ones(48))
    with pytest.raises(NotEstimable, match="independent of each other"):
        fit_random_effects(response, design, subject, np.ones((48, 2)))
    fit = fit_random_effects(response, design, subject, np.ones((48, 1)))
    with pytest.raises(ValueError, match="variance_components"):
        _ = fit.covariance
    with pytest.raises(ValueError, match="covariance"):
        _ = fit_repeated_measures(*balanced(), CS).variance_components
