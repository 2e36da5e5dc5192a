"""What limma's figures hold of moderated models, what of it is compared, and why the rest is not.

The figures themselves are compared by `firstdose.validation.moderated_models` and `class_rotation`, which
`test_comparisons` runs. Left out of what limma reported: two correlations whose search it ended early, F with missing
values (it takes one correlation matrix for all), one probability of fry that depends on the order of the samples, and
fry's mixed probabilities, whose method is published nowhere (mroast's mixed ones are compared).
"""

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss
from scipy import stats

from firstdose.methods._counts import FloatArray
from firstdose.methods.moderated_variance import estimate_prior, posterior_variance
from firstdose.methods.rotation import closed_form
from firstdose.methods.within_person_correlation import (
    restricted_log_likelihood,
    spectrum,
    within_person_correlation,
)
from firstdose.validation.class_rotation import FILE
from firstdose.validation.comparison import load_figures
from firstdose.validation.moderated_data import CORRELATION_FILE, DATA_FILE, arranged, model, reference_data
from firstdose.validation.moderated_models import EARLY_STOPS, ROBUST_FILE, TESTS_FILE

CORRELATIONS = load_figures(CORRELATION_FILE)["datasets"]
NAMES = [row["dataset"] for row in CORRELATIONS]


def test_how_much_is_there() -> None:
    data = {name: reference_data(name) for name in NAMES}
    assert {name: each.response.shape for name, each in data.items()} == {
        "sim": (45, 300), "sim_na": (45, 300), "st48": (60, 162)
    }  # fmt: skip
    assert np.isnan(data["sim_na"].response).sum() == 792
    assert sum(len(each["moderation"]) > 0 for each in load_figures(TESTS_FILE)["tables"]) == 17
    assert len(load_figures(ROBUST_FILE)["tables"]) == 6
    assert "ST000048" in load_figures(DATA_FILE)["meta"]["source"]


@pytest.mark.parametrize("row", CORRELATIONS, ids=NAMES)
def test_no_likelihood_is_below_that_of_the_reference(
    row: dict[str, list[float]], request: pytest.FixtureRequest
) -> None:
    name = str(row["dataset"])
    parts, found = spectrum(arranged(name)), within_person_correlation(arranged(name))
    ours = restricted_log_likelihood(parts, found.each)
    theirs = restricted_log_likelihood(parts, np.tanh(np.array(row["atanh_correlation"])))
    assert (ours >= theirs - 1e-10).all()
    assert (ours - theirs).max() < 5e-4


def test_the_two_left_out_stopped_before_their_optimum() -> None:
    for name, metabolites in EARLY_STOPS.items():
        row = next(row for row in CORRELATIONS if row["dataset"] == name)
        parts, found = spectrum(arranged(name)), within_person_correlation(arranged(name))
        theirs = np.tanh(np.array(row["atanh_correlation"]))
        gain = restricted_log_likelihood(parts, found.each) - restricted_log_likelihood(parts, theirs)
        differs = np.abs(np.arctanh(found.each) - np.arctanh(theirs)) > 1e-3
        names = np.array(reference_data(name).metabolites)
        assert tuple(names[differs]) == metabolites
        assert (gain[differs] > 1e-5).all()


def by_largest_effect(response: FloatArray, design: FloatArray, person: FloatArray, members: list[int]) -> float:
    """A closed form whose deviations leave out each metabolite's largest component: these depend on the basis that
    Householder's method happens to choose, and so on the order of the rows."""
    correlation = next(row["consensus"] for row in CORRELATIONS if row["dataset"] == "st48")
    covariance = np.where(person[:, None] == person, correlation, 0.0) + (1 - correlation) * np.eye(len(person))
    root = np.linalg.cholesky(covariance)
    y, x = np.linalg.solve(root, response), np.linalg.solve(root, design)
    whole, triangle = np.linalg.qr(x, mode="complete")
    effects = (whole.T @ y)[x.shape[1] - 1 :]
    effects[0] *= np.sign(triangle[x.shape[1] - 1, -1])
    count = len(effects)
    nodes, weights = leggauss(256)
    at = (nodes + 1) / 2
    largest = float(np.sum(count * at ** (count - 1) * stats.chi2.ppf(at, 1) * weights) / 2)
    squares = np.square(effects)
    variance = (squares.sum(axis=0) - squares.max(axis=0)) / (count - largest)
    free = np.full(len(variance), count - 1.0)
    posterior = posterior_variance(estimate_prior(variance, free), variance, free)
    mean = (effects / np.sqrt(posterior))[:, members].mean(axis=1)
    return float(2 * stats.t.sf(abs(mean[0]) / np.sqrt(np.square(mean[1:]).mean()), count - 1))


def test_the_closed_form_left_out_depends_on_the_order_of_the_samples() -> None:
    """The re-programming gives the reference's figure for the samples as they stood, and another when sorted."""
    data = reference_data("st48")
    rows = [row for row in load_figures(FILE)["classes"] if "closed_form_p_of_this_order" in row]
    assert [(row["dataset"], row["class"]) for row in rows] == [("st48", "sugar")]
    members, person = data.classes["sugar"], np.array(data.person)
    sorted_rows = np.argsort(person, kind="stable")
    as_given = by_largest_effect(data.response, data.design, person, members)
    by_animal = by_largest_effect(data.response[sorted_rows], data.design[sorted_rows], person[sorted_rows], members)
    reference = rows[0]["closed_form_p_of_this_order"]
    assert as_given == pytest.approx(reference, abs=0.002)
    assert reference - by_animal > 0.03
    ours = closed_form(model("st48", "common_correlation"), rows[0]["contrast"], data.classes)["sugar"].p
    assert ours == pytest.approx(rows[0]["p_two_sided"], abs=0.01)  # that of random rotations
