"""One rate and rising rates: intervals, stopping bounds and isotonic estimates, against R."""

from __future__ import annotations

import numpy as np

from firstdose.methods.binomial import (
    clopper_pearson,
    jeffreys,
    largest_undetected_rate,
    probability_above,
    wilson,
)
from firstdose.methods.isotonic import isotonic_fit
from firstdose.validation.comparison import Comparison, Figures, Tally

INTERVALS = {"clopper_pearson": clopper_pearson, "wilson": wilson, "jeffreys_equal_tailed": jeffreys}


def compare_intervals(figures: Figures, tally: Tally) -> str:
    """Exact, score and Jeffreys limits, and what zero events leave possible."""
    for row in figures["intervals"]:
        x, n, certainty, result = row["x"], row["n"], row["level"], row["result"]
        place = f"{x} of {n} at {certainty:g}"
        for name, interval in INTERVALS.items():
            tally.close(f"{place}, {name}", interval(n, x, certainty=certainty), result[name])
        upper = clopper_pearson(n, x, certainty=certainty, side="upper")[1]
        tally.close(f"{place}, one-sided", upper, result["upper_one_sided"])
        if x == 0:
            tally.close(f"{place}, none seen", largest_undetected_rate(n, certainty), result["upper_one_sided"])
    return ""


def compare_stopping_bounds(figures: Figures, tally: Tally) -> str:
    """The fewest DLTs at which the posterior certainty of exceeding a rate reaches a cut-off."""
    for row in figures["monitoring"]:
        for n, expected in zip(row["result"]["n"], row["result"]["stop_at"], strict=True):
            above = probability_above(row["target"], n, np.arange(n + 1), tuple(row["prior"]))
            reached = np.flatnonzero(above >= row["cut"])
            tally.equal(f"{row['call']}, n {n}", int(reached[0]) if reached.size else None, expected)
    return ""


def compare_isotonic(figures: Figures, tally: Tally) -> str:
    """Isotonic estimates from posterior means under a Beta(0.05, 0.05) prior, weighted by inverse variances."""
    for row in figures["datasets"]:
        participants, dlts = np.array(row["npts"]), np.array(row["ntox"])
        a, b = dlts + 0.05, participants - dlts + 0.05
        weights = (a + b) ** 2 * (a + b + 1) / (a * b)
        fit = isotonic_fit(a / (a + b), weights, participants > 0)[0]
        tally.close_relative(
            f"{row['ntox']} of {row['npts']}",
            fit[participants > 0],
            np.atleast_1d(row["iso_phat_full_treated"]),
        )
    return ""


COMPARISONS = (
    Comparison(
        "binomial_intervals",
        "One rate: exact, score and Jeffreys intervals, and what zero events cannot exclude",
        "exact_tests/binomial.json",
        compare_intervals,
        1e-8,
        "absolute",
        "binom and exactci 1.4.5 (R 4.2.2)",
        "binom.confint, binom.bayes(0.5, 0.5), binom.exact",
    ),
    Comparison(
        "stopping_bounds",
        "One rate: the fewest DLTs at which a Bayesian rule stops",
        "exact_tests/binomial.json",
        compare_stopping_bounds,
        made_by="R 4.2.2",
        called="pbeta",
    ),
    Comparison(
        "isotonic_estimates",
        "Rising rates: isotonic regression",
        "escalation/boin_select_mtd.json",
        compare_isotonic,
        1e-8,
        "relative",
    ),
)
