"""Mixed models against R: lme4 with lmerTest and pbkrtest, nlme, and mmrm.

R ends its searches short of the optimum, which moves estimates more than the tolerances allow. So the formulas are
compared at R's own covariance parameters, and the searches by the log-likelihoods that they reach.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np

from firstdose.methods._counts import FloatArray
from firstdose.methods.covariance import STRUCTURES
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance
from firstdose.methods.mixed_model import fit_random_effects, fit_repeated_measures
from firstdose.methods.mixed_model_fit import MixedModelFit, at_parameters
from firstdose.methods.mixed_model_inference import (
    Contrasts,
    SmallSample,
    average_rows,
    contrasts,
    joint_test,
    kenward_roger,
    satterthwaite,
)
from firstdose.methods.mixed_model_prediction import predict_random_effects
from firstdose.validation.comparison import Comparison, Figures, Tally

FILE = "mixed_models/fits.json"
RACES = ((0, 0), (1, 0), (0, 1))


def compare_log_likelihoods(figures: Figures, tally: Tally) -> str:
    """The log-likelihood at R's parameters, and by how much our own optimum falls short of R's."""
    for row in figures["fits"]:
        ours, at_r = _both(figures, row)
        tally.close(f"{row['name']}, at R's parameters", at_r.log_likelihood, row["log_likelihood"])
        tally.close(f"{row['name']}, shortfall", max(row["log_likelihood"] - ours.log_likelihood, 0.0), 0.0)
        tally.equal(f"{row['name']}, converged", ours.convergence.problem, "")
    return "a log-likelihood above R's is no difference"


def compare_estimates(figures: Figures, tally: Tally) -> str:
    """Coefficients, least-squares means, differences, their intervals, F and predictions at R's parameters."""
    for row, at_r in _at_r(figures):
        for place, table, found in _tables(row, at_r):
            tally.close_relative(f"{place}, estimate", found.estimate, table["estimate"])
            for limit in ("lower", "upper"):
                if limit in table:
                    tally.close_relative(f"{place}, {limit}", getattr(found, limit), table[limit])
        for test in row.get("f_tests", []):
            found_f = joint_test(_small_sample(at_r, test["method"]), test["rows"])
            tally.close_relative(f"{row['name']}, F of {test['effect']}", found_f.statistic, test["f_value"])
        if "predictions" in row:
            tally.close_relative(f"{row['name']}, predictions", predict_random_effects(at_r), row["predictions"])
    return ""


def compare_standard_errors(figures: Figures, tally: Tally) -> str:
    """Standard errors and covariances of the coefficients, adjusted by Kenward and Roger and not."""
    for row, at_r in _at_r(figures):
        for place, table, found in _tables(row, at_r):
            tally.close_relative(place, found.standard_error, table["standard_error"])
        for each in row["coefficient_covariances"]:
            matrix = _small_sample(at_r, each["method"]).covariance
            scale = np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
            tally.close(f"{row['name']}, {each['method']}, covariance", matrix / scale, each["matrix"] / scale)
    return "covariances as multiples of the standard errors' product"


def compare_degrees_of_freedom(figures: Figures, tally: Tally) -> str:
    """Satterthwaite's and Kenward and Roger's degrees of freedom at R's parameters."""
    for row, at_r in _at_r(figures):
        for place, table, found in _tables(row, at_r):
            if "degrees_of_freedom" in table:
                tally.close_relative(place, found.degrees_of_freedom, table["degrees_of_freedom"])
        for test in row.get("f_tests", []):
            found_f = joint_test(_small_sample(at_r, test["method"]), test["rows"])
            place = f"{row['name']}, F of {test['effect']}"
            tally.close_relative(place, found_f.denominator_degrees_of_freedom, test["denominator"])
    return "lmerTest differentiates numerically"


def compare_p_values(figures: Figures, tally: Tally) -> str:
    """The p values of t and F at R's parameters."""
    for row, at_r in _at_r(figures):
        for place, table, found in _tables(row, at_r):
            if "p_value" in table:
                tally.close(place, found.p_value, table["p_value"])
        for test in row.get("f_tests", []):
            found_f = joint_test(_small_sample(at_r, test["method"]), test["rows"])
            tally.close(f"{row['name']}, F of {test['effect']}", found_f.p_value, test["f_p_value"])
    return ""


def compare_optimum(figures: Figures, tally: Tally) -> str:
    """What R's early stop leaves: estimates at our own optimum against R's, in R's standard errors."""
    for row in figures["fits"]:
        ours, _ = _both(figures, row)
        for place, table, found in _tables(row, ours):
            tally.within_errors(f"{place}, own optimum", found.estimate, table["estimate"], table["standard_error"])
    return ""


def compare_optimum_errors(figures: Figures, tally: Tally) -> str:
    """What R's early stop leaves of standard errors and degrees of freedom."""
    for row in figures["fits"]:
        ours, _ = _both(figures, row)
        for place, table, found in _tables(row, ours):
            tally.close_relative(f"{place}, standard error", found.standard_error, table["standard_error"])
            if "degrees_of_freedom" in table:
                tally.close_relative(f"{place}, df", found.degrees_of_freedom, table["degrees_of_freedom"])
    return ""


def compare_failures(figures: Figures, tally: Tally) -> str:
    """Models that R cannot fit: ours must not claim to have converged."""
    notes = []
    for row in figures["failures"]:
        fit = _fit(figures, row)
        tally.equal(f"{row['name']}, converged", fit.convergence.at_maximum, row["converged"])
        notes.append(f"{row['name']}: {fit.convergence.problem}")
    return "; ".join(notes)


def _at_r(figures: Figures) -> Iterator[tuple[Figures, MixedModelFit]]:
    for row in figures["fits"]:
        yield row, _both(figures, row)[1]


def _both(figures: Figures, row: Figures) -> tuple[MixedModelFit, MixedModelFit]:
    ours = _fit(figures, row)
    return ours, _moved(
        ours, json.dumps([row.get(key) for key in ("covariance", "effects_covariance", "error_variance")])
    )


def _fit(figures: Figures, row: Figures) -> MixedModelFit:
    columns = next(each["columns"] for each in figures["datasets"] if each["name"] == row["dataset"])
    model = {key: row.get(key) for key in ("structure", "restricted", "design", "random")}
    return _fitted(json.dumps(columns), json.dumps(model))


@lru_cache(maxsize=64)
def _fitted(columns_text: str, model_text: str) -> MixedModelFit:
    columns = {name: np.array(values) for name, values in json.loads(columns_text).items()}
    model = json.loads(model_text)
    data = columns["response"], _design(model["design"], columns), columns["person"]
    if model["random"]:
        return fit_random_effects(*data, _design(model["random"], columns), restricted=model["restricted"])
    return fit_repeated_measures(*data, columns["visit"], model["structure"], restricted=model["restricted"])


@lru_cache(maxsize=64)
def _moved(fit: MixedModelFit, parameters_text: str) -> MixedModelFit:
    covariance, effects, errors = json.loads(parameters_text)
    square = fit.observations.scale**2
    if isinstance(fit.model, RandomEffectsCovariance):
        return at_parameters(fit, fit.model.parameters_of(np.array(effects) / square, errors / square))
    structure = STRUCTURES[fit.structure]
    return at_parameters(fit, structure.parameters_of(np.array(covariance) / square))


@lru_cache(maxsize=128)
def _small_sample(fit: MixedModelFit, method: str) -> SmallSample:
    return satterthwaite(fit) if method == "satterthwaite" else kenward_roger(fit, form="general")


def _tables(row: Figures, fit: MixedModelFit) -> Iterator[tuple[str, Figures, Contrasts]]:
    for table in row["tables"]:
        rows = np.eye(len(fit.coefficients))
        if table["kind"] != "coefficients":
            rows = _mean_rows(tuple(row["design"]))
        if table["kind"] == "differences":
            rows = rows[1::2] - rows[::2]
        place = f"{row['name']}, {table['method']}, {table['kind']}"
        yield place, table, contrasts(_small_sample(fit, table["method"]), rows)


def _mean_rows(design: tuple[str, ...]) -> FloatArray:
    """Rows of the least-squares means of visit and arm over equally frequent races and sexes."""
    levels = np.array([(*race, *rest) for race, *rest in product(RACES, (0, 1), (0, 1), range(4))]).T
    grid = dict(zip(("race_black", "race_white", "sex_female", "arm", "visit"), levels, strict=True))
    return average_rows(_design(list(design), grid), 2 * grid["visit"] + grid["arm"])[1]


def _design(terms: list[str], columns: dict[str, FloatArray]) -> FloatArray:
    """Columns of a design: each term a product of 1, columns and "column=level" joined by colons."""
    count = len(columns["visit"] if "visit" in columns else columns["response"])
    made = np.ones((count, len(terms)))
    for place, term in enumerate(terms):
        for factor in term.split(":"):
            name, _, level = factor.partition("=")
            made[:, place] *= 1.0 if name == "1" else columns[name] == float(level) if level else columns[name]
    return made


COMPARISONS = (
    Comparison(
        "mixed_model_log_likelihoods",
        "Mixed models: log-likelihoods, and searches that reach at least R's",
        FILE,
        compare_log_likelihoods,
        1e-8,
        "absolute",
    ),
    Comparison(
        "mixed_model_estimates",
        "Mixed models: coefficients, least-squares means, intervals, F, predictions",
        FILE,
        compare_estimates,
        1e-6,
        "relative",
    ),
    Comparison(
        "mixed_model_standard_errors",
        "Mixed models: standard errors, with and without Kenward and Roger's adjustment",
        FILE,
        compare_standard_errors,
        1e-8,
        "relative",
    ),
    Comparison(
        "mixed_model_degrees_of_freedom",
        "Mixed models: degrees of freedom of Satterthwaite and of Kenward and Roger",
        FILE,
        compare_degrees_of_freedom,
        1e-3,
        "relative",
    ),
    Comparison("mixed_model_p_values", "Mixed models: p values of t and F", FILE, compare_p_values, 1e-5, "absolute"),
    Comparison(
        "mixed_model_optimum",
        "Mixed models: estimates of two searches, of which R's ends early",
        FILE,
        compare_optimum,
        1e-3,
        "standard errors",
    ),
    Comparison(
        "mixed_model_optimum_errors",
        "Mixed models: standard errors and degrees of freedom of two searches, of which R's ends early",
        FILE,
        compare_optimum_errors,
        1e-3,
        "relative",
    ),
    Comparison("mixed_model_failures", "Mixed models: a fit that has no maximum", FILE, compare_failures),
)
