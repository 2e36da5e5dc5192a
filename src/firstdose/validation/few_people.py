"""Exact tests, rates, Firth regression and Kaplan-Meier curves of few people, against R and full enumeration."""

from __future__ import annotations

from typing import Any

import numpy as np

from firstdose.methods.firth import FirthFit, firth_logistic
from firstdose.methods.permutation import compare_ranks, compare_values
from firstdose.methods.rates import garwood, rate_ratio_central, rate_ratio_minlike
from firstdose.methods.time_to_event import kaplan_meier
from firstdose.methods.trend import cochran_armitage, jonckheere_terpstra, spearman
from firstdose.validation.comparison import Comparison, Figures, Tally


def compare_jonckheere_terpstra(figures: Figures, tally: Tally) -> str:
    """Statistic and tails, both two-sided conventions, given the ties."""
    for row in figures["jonckheere_terpstra"]:
        found, result = jonckheere_terpstra(row["input"]["x"], row["input"]["g"]), row["result"]
        for theirs, ours in (
            ("JT", found.statistic),
            ("p_increasing", found.p_increasing),
            ("p_decreasing", found.p_decreasing),
            ("p_two_sided_2min", found.p_doubled),
            ("p_two_sided_dist", found.p_distance),
        ):
            tally.close_relative(f"{row['name']}, {theirs}", ours, result[theirs])
    for row in figures["jonckheere_terpstra_without_ties"]:
        found = jonckheere_terpstra(row["input"]["x"], row["input"]["g"])
        p = found.p_increasing if "increasing" in row["call"] else found.p_doubled
        tally.close_relative(f"{row['name']}, JT", found.statistic, row["result"]["JT"])
        tally.close_relative(f"{row['name']}, p", p, row["result"]["p"])
    return "With ties against enumeration: clinfun's exact distribution knows no ties"


def compare_cochran_armitage(figures: Figures, tally: Tally) -> str:
    """Conditional tails, and the chi-square that the exact variance gives when divided by N instead of N - 1."""
    for row in figures["cochran_armitage"]:
        given, result = row["input"], row["result"]
        found, people = cochran_armitage(given["n"], given["r"], given["d"]), sum(given["n"])
        chi_square = (found.statistic - found.mean) ** 2 / found.variance * people / (people - 1)
        for theirs, ours in (
            ("T", found.statistic),
            ("p_greater", found.p_increasing),
            ("exact_p_one_sided", found.p_increasing),
            ("p_less", found.p_decreasing),
            ("p_two_sided_dist", found.p_distance),
            ("prop_trend_chisq", chi_square),
        ):
            if theirs in result:
                tally.close_relative(f"{row['name']}, {theirs}", ours, result[theirs])
    return ""


def compare_spearman(figures: Figures, tally: Tally) -> str:
    """Correlations, and the exact probability without ties."""
    for row in figures["spearman"]:
        found = spearman(row["input"]["x"], row["input"].get("y", row["input"].get("dose")))
        tally.close_relative(f"{row['name']}, rho", found.statistic, row["result"]["rho"])
        if "p" in row["result"]:
            tally.close_relative(f"{row['name']}, p", found.p_increasing, row["result"]["p"])
    return "Probabilities from ten people on are left out: R approximates them"


def compare_two_groups(figures: Figures, tally: Tally) -> str:
    """Permutation tests of two groups, on mid-ranks with ties and on values."""
    for row in figures["two_group_tests"]:
        first, second = row["input"]["a"], row["input"]["b"]
        values, in_first = [*first, *second], np.arange(len(first) + len(second)) < len(first)
        if "W" in row["result"]:
            found = compare_ranks(values, in_first)
            count = found.statistic - len(first) * (len(first) + 1) / 2
            tally.close_relative(f"{row['name']}, W", count, row["result"]["W"])
        else:
            found = compare_values(values, in_first)
            tally.close_relative(f"{row['name']}, T", found.statistic, row["result"]["T"])
        tally.close_relative(f"{row['name']}, p", found.p_distance, row["result"]["p"])
    return ""


def compare_garwood(figures: Figures, tally: Tally) -> str:
    """Exact limits of a rate of first events."""
    for row in figures["first_events"]:
        given = row["input"]
        limits = garwood(given["events"], given["py"], certainty=given["level"])
        tally.close_relative(row["name"], limits, row["result"]["garwood"])
    return ""


def compare_rate_ratios(figures: Figures, tally: Tally) -> str:
    """Ratios of two rates, with the central limits and both two-sided probabilities."""
    for row in figures["rate_ratio"]:
        given = [row["input"][name] for name in ("x1", "t1", "x2", "t2")]
        central, minlike, result = rate_ratio_central(*given), rate_ratio_minlike(*given), row["result"]
        tally.close_relative(f"{row['name']}, ratio", central.ratio, result["rr"])
        tally.close_relative(f"{row['name']}, central limits", [central.lower, central.upper], result["ci_central"])
        tally.close_relative(f"{row['name']}, central p", central.p, result["p_central"])
        tally.close_relative(f"{row['name']}, minlike p", minlike.p, result["p_minlike"])
    return "Minlike limits are left out: the reference stops searching some ten-thousandths before them"


def compare_firth_estimates(figures: Figures, tally: Tally) -> str:
    """Coefficients, which the reference iterates to about seven digits."""
    for row, fit in _fits(figures):
        tally.close_relative(f"{row['name']}, coefficients", fit.coefficients, row["result"]["coef"])
    return ""


def compare_firth_errors(figures: Figures, tally: Tally) -> str:
    """Standard errors."""
    for row, fit in _fits(figures):
        tally.close_relative(f"{row['name']}, standard errors", fit.standard_errors, row["result"]["se"])
    return ""


def compare_firth_profiles(figures: Figures, tally: Tally) -> str:
    """Penalised log-likelihoods, and the limits and probabilities from their profiles."""
    for row, fit in _fits(figures):
        result = row["result"]
        likelihoods = [fit.log_likelihood, fit.log_likelihood_intercept_only]
        tally.close_relative(f"{row['name']}, log-likelihoods", likelihoods, result["loglik"])
        tally.close_relative(f"{row['name']}, lower limits", fit.lower, result["ci_lower"])
        tally.close_relative(f"{row['name']}, upper limits", fit.upper, result["ci_upper"])
        tally.close_relative(f"{row['name']}, p", fit.p, result["p"])
    return ""


def compare_kaplan_meier(figures: Figures, tally: Tally) -> str:
    """A curve with log-log limits."""
    for row in figures["kaplan_meier"]:
        curve = kaplan_meier(row["input"]["t"], np.array(row["input"]["e"], dtype=np.bool_))
        result = row["result"]
        for theirs, ours in (
            ("time", curve.time),
            ("n.risk", curve.at_risk),
            ("n.event", curve.events),
            ("surv", curve.estimate),
            ("lower", curve.lower),
            ("upper", curve.upper),
        ):
            tally.close_relative(f"{row['name']}, {theirs}", ours, result[theirs])
    return ""


def _fits(figures: Figures) -> list[tuple[dict[str, Any], FirthFit]]:
    found = []
    for row in figures["firth"]:
        given = row["input"]
        columns = [np.ones(len(given["y"])), *(np.array(given[name]) for name in ("dose", "age") if name in given)]
        found.append((row, firth_logistic(np.column_stack(columns), given["y"])))
    return found


TREND, RATES, MODELS = (f"exact_tests/{name}.json" for name in ("trend", "rates", "few_people"))
LOGISTF = ("logistf 1.26.1 (R 4.2.2)", "logistf::logistf")
COMPARISONS = (
    Comparison(
        "jonckheere_terpstra",
        "Trend over ordered doses: exact Jonckheere-Terpstra test",
        TREND,
        compare_jonckheere_terpstra,
        1e-8,
        "relative",
        "full enumeration; clinfun 1.1.5 (R 4.2.2)",
        "every assignment of people to doses; clinfun::jonckheere.test without ties",
    ),
    Comparison(
        "cochran_armitage",
        "Trend of proportions over doses: exact Cochran-Armitage test",
        TREND,
        compare_cochran_armitage,
        1e-8,
        "relative",
        "full enumeration; CATTexact 0.1.1 (R 4.2.2)",
        "CATTexact::catt_exact, stats::prop.trend.test",
    ),
    Comparison(
        "spearman",
        "Rank correlation: exact Spearman test",
        TREND,
        compare_spearman,
        1e-8,
        "relative",
        "R 4.2.2",
        "cor.test(method = 'spearman')",
    ),
    Comparison(
        "two_group_tests",
        "Two groups: exact permutation and rank-sum tests with ties",
        TREND,
        compare_two_groups,
        1e-8,
        "relative",
        "exactRankTests (R 4.2.2)",
        "wilcox.exact, perm.test",
    ),
    Comparison(
        "garwood",
        "Rate of first events: exact Poisson limits",
        RATES,
        compare_garwood,
        1e-8,
        "relative",
        "exactci 1.4.5 (R 4.2.2)",
        "exactci::poisson.exact",
    ),
    Comparison(
        "rate_ratios",
        "Ratio of two rates: central and minimum-likelihood tests",
        RATES,
        compare_rate_ratios,
        1e-8,
        "relative",
        "rateratio.test and exactci 1.4.5 (R 4.2.2)",
        "rateratio.test, exactci::poisson.exact(tsmethod = 'minlike')",
    ),
    Comparison(
        "firth_estimates",
        "Firth's logistic regression: coefficients",
        MODELS,
        compare_firth_estimates,
        1e-6,
        "relative",
        *LOGISTF,
    ),
    Comparison(
        "firth_errors",
        "Firth's logistic regression: standard errors",
        MODELS,
        compare_firth_errors,
        1e-4,
        "relative",
        *LOGISTF,
    ),
    Comparison(
        "firth_profiles",
        "Firth's logistic regression: likelihoods, profile limits and tests",
        MODELS,
        compare_firth_profiles,
        1e-8,
        "relative",
        *LOGISTF,
    ),
    Comparison(
        "kaplan_meier",
        "Time to an event: Kaplan-Meier curve with log-log limits",
        MODELS,
        compare_kaplan_meier,
        1e-8,
        "relative",
        "survival (R 4.2.2)",
        "survfit(conf.type = 'log-log')",
    ),
)
