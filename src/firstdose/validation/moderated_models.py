"""Moderated models of many metabolites against limma: correlation, fits, moderated variances, t, F and thresholds.

limma ends its search for each metabolite's correlation early, which moves the common one by some millionths. So all
that follows from it is compared at limma's own common correlation.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from firstdose.methods.false_discovery import benjamini_hochberg
from firstdose.methods.linear_fits import fit_linear
from firstdose.methods.moderated_tests import log_odds
from firstdose.methods.normalisation import quotient_factors
from firstdose.methods.response_matrix import arrange
from firstdose.methods.tail_probabilities import normal_score
from firstdose.methods.within_person_correlation import WithinPersonCorrelation, within_person_correlation
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.moderated_data import CORRELATION_FILE, DATA_FILE, arranged, model, reference_data

FITS_FILE = "biomarkers/linear_fits.json.gz"
TESTS_FILE = "biomarkers/moderated_tests.json.gz"
ROBUST_FILE = "biomarkers/moderated_tests_robust.json.gz"
PRIORS_FILE = "biomarkers/moderated_priors.json"
# limma ends these two searches 2 and 7 thousandths from the optimum, where its likelihood is lower.
EARLY_STOPS = {"sim_na": ("oxylipin_11", "phospholipid_29")}


def compare_normalisation(figures: Figures, tally: Tally) -> str:
    """Quotient factors, and the logarithms of what was divided by them."""
    for row in figures["datasets"]:
        if "factors" in row:
            raw = np.array(row["abundance"], dtype=np.float64).T
            factors = quotient_factors(raw)
            tally.close_relative(f"{row['name']}, factors", factors, row["factors"])
            tally.close_relative(f"{row['name']}, log2", np.log2(raw / factors[:, None]).T, row["log2_abundance"])
    return ""


def compare_correlations(figures: Figures, tally: Tally) -> str:
    """Each metabolite's correlation, by its inverse hyperbolic tangent."""
    for row in figures["datasets"]:
        names = reference_data(row["dataset"]).metabolites
        kept = [place for place, name in enumerate(names) if name not in EARLY_STOPS.get(row["dataset"], ())]
        found = np.arctanh(_correlation(row["dataset"]).each)[kept]
        tally.close(f"{row['dataset']}", found, np.array(row["atanh_correlation"], dtype=np.float64)[kept])
    return "Two metabolites are left out, where limma's search ends 2 and 7 thousandths before its optimum"


def compare_common_correlation(figures: Figures, tally: Tally) -> str:
    """The common correlation."""
    for row in figures["datasets"]:
        tally.close(row["dataset"], _correlation(row["dataset"]).common, row["consensus"])
    return ""


def compare_fits(figures: Figures, tally: Tally) -> str:
    """Coefficients, their unscaled deviations, residual deviations and degrees of freedom, means, covariances."""
    for row in figures["fits"]:
        fits, place = model(row["dataset"], row["model"]).fits, f"{row['dataset']}, {row['model']}"
        column = slice(None) if "column" not in row else row["column"]
        unscaled = fits.unscaled_deviations[: len(row["unscaled_deviations"]), column]
        tally.close_relative(f"{place}, coefficients", fits.coefficients[:, column], row["coefficients"])
        tally.close_relative(f"{place}, unscaled deviations", unscaled, row["unscaled_deviations"])
        tally.close_relative(f"{place}, sigma", np.sqrt(fits.variance), row["sigma"])
        tally.close_relative(f"{place}, degrees of freedom", fits.degrees_of_freedom, row["degrees_of_freedom"])
        if "covariance" in row:
            data, correlation = reference_data(row["dataset"]), fits.correlation
            whole = fit_linear(arrange(np.ones((len(data.design), 1)), data.design, data.person), correlation or 0.0)
            covariance = whole.contrasts(np.eye(data.design.shape[1])).covariance[0]
            tally.close_relative(f"{place}, mean", fits.data.mean, row["mean"])
            tally.close_relative(f"{place}, covariance", covariance, row["covariance"])
    return "Unscaled deviations are the same for all metabolites without missing values, and stand once"


def compare_tests(figures: Figures, tally: Tally) -> str:
    """Moderated t of a contrast: posterior variances, statistics, probabilities, log odds, intervals."""
    for row in figures["tables"]:
        fitted = model(row["dataset"], row["model"], row["moderation"])
        found, place = fitted.test(row["contrast"]), f"{row['dataset']}, {row['model']}, {row['moderation']}"
        for name, ours in (
            ("posterior_variance", fitted.variances.variance),
            ("degrees_of_freedom", found.degrees_of_freedom),
            ("t", found.statistic),
            ("p", found.p),
            ("log_odds", log_odds(found, fitted.variances)[0]),
            ("adjusted_p", benjamini_hochberg(found.p)),
            ("lower", found.lower),
            ("upper", found.upper),
        ):
            tally.close_relative(f"{place}, {name}", ours, row[name])
    for row in figures.get("priors", []):
        prior = model(row["dataset"], "common_correlation", "robust").variances.prior
        place = f"{row['dataset']}, prior degrees of freedom"
        tally.close_relative(place, prior.degrees_of_freedom, row["prior_degrees_of_freedom"])
    return ""


def compare_priors(figures: Figures, tally: Tally) -> str:
    """Prior variances and degrees of freedom, with a trend and without, and the prior of true differences."""
    for row in figures["datasets"]:
        name = row["dataset"]
        plain, ordinary = (model(name, kind).variances.prior for kind in ("common_correlation", "ordinary"))
        trend = model(name, "common_correlation", "trend").variances.prior
        for key, ours in (
            ("prior_variance", plain.variance[0]),
            ("prior_degrees_of_freedom", plain.degrees_of_freedom[0]),
            ("prior_variance_ordinary", ordinary.variance[0]),
            ("prior_degrees_of_freedom_ordinary", ordinary.degrees_of_freedom[0]),
            ("prior_variance_trend", trend.variance),
            ("prior_degrees_of_freedom_trend", trend.degrees_of_freedom[0]),
        ):
            tally.close_relative(f"{name}, {key}", ours, row[key])
        fitted, columns = model(name, "common_correlation"), len(row["contrast"])
        differences = [log_odds(fitted.test(unit), fitted.variances)[1] for unit in np.eye(columns)]
        tally.close_relative(f"{name}, variance of differences", differences, row["variance_of_differences"])
    return ""


def compare_further_tests(figures: Figures, tally: Tally) -> str:
    """Moderated F of several contrasts, tests beyond a threshold, and normal scores of t."""
    for row in figures["datasets"]:
        fitted, name = model(row["dataset"], "common_correlation"), row["dataset"]
        beyond = fitted.test_beyond(row["contrast"], row["threshold"])
        tally.close_relative(f"{name}, t beyond the threshold", beyond.statistic, row["treat_t"])
        tally.close_relative(f"{name}, p beyond the threshold", beyond.p, row["treat_p"])
        if "normal_score" in row:
            found = fitted.test(row["contrast"])
            score = normal_score(found.statistic, found.degrees_of_freedom)
            tally.close_relative(f"{name}, normal score", score, row["normal_score"])
        if "f" in row:
            joint = fitted.joint_test(row["joint_contrasts"])
            tally.close_relative(f"{name}, F", joint.statistic, row["f"])
            tally.close_relative(f"{name}, p of F", joint.p, row["f_p"])
            tally.close_relative(f"{name}, adjusted p of F", benjamini_hochberg(joint.p), row["f_adjusted_p"])
    return "F with missing values is left out: limma then takes one correlation matrix for all metabolites"


@cache
def _correlation(name: str) -> WithinPersonCorrelation:
    return within_person_correlation(arranged(name))


COMPARISONS = (
    Comparison(
        "quotient_normalisation",
        "Metabolites: probabilistic quotient factors of a real study",
        DATA_FILE,
        compare_normalisation,
        1e-8,
        "relative",
    ),
    Comparison(
        "within_person_correlations",
        "Metabolites: each one's correlation within people, by restricted maximum likelihood",
        CORRELATION_FILE,
        compare_correlations,
        1e-3,
        "absolute",
    ),
    Comparison(
        "common_correlation",
        "Metabolites: the correlation within people that is common to all",
        CORRELATION_FILE,
        compare_common_correlation,
        5e-5,
        "absolute",
    ),
    Comparison(
        "moderated_fits",
        "Metabolites: least squares with a common correlation, without, and with effects of people",
        FITS_FILE,
        compare_fits,
        1e-8,
        "relative",
    ),
    Comparison(
        "moderated_priors",
        "Metabolites: prior variances and degrees of freedom, with a trend and without",
        PRIORS_FILE,
        compare_priors,
        1e-8,
        "relative",
    ),
    Comparison(
        "moderated_tests",
        "Metabolites: moderated t, with a trend and without",
        TESTS_FILE,
        compare_tests,
        1e-8,
        "relative",
    ),
    Comparison(
        "moderated_tests_robust",
        "Metabolites: moderated t with robust priors, with a trend and without",
        ROBUST_FILE,
        compare_tests,
        1e-7,
        "relative",
    ),
    Comparison(
        "moderated_further_tests",
        "Metabolites: moderated F, tests beyond a threshold, normal scores",
        PRIORS_FILE,
        compare_further_tests,
        1e-8,
        "relative",
    ),
)
