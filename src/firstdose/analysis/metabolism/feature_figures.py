"""The figures of single metabolites: slopes with their tests, and what other analyses make of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.metabolism.modelling import Fitted, TermFit
from firstdose.analysis.metabolism.sensitivities import (
    CHANGE,
    HALF_MINIMUM,
    TOBIT,
    WITHIN_PEOPLE,
    Sensitivity,
    WithoutCohorts,
)
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.records.results import Result

NO_CLASS = "no class"
WORDS = {
    HALF_MINIMUM: "half the minimum for missing values",
    TOBIT: "censored at the limit of detection",
    WITHIN_PEOPLE: "effect of every person",
    CHANGE: "change from the first visit",
}
METHODS_OF = {
    HALF_MINIMUM: "moderated_model",
    TOBIT: "censored_model",
    WITHIN_PEOPLE: "moderated_within_people",
    CHANGE: "change_from_baseline",
}


def feature_figures(analysis: FluidAnalysis, unit: str, where: dict[str, Any]) -> Iterator[Result]:
    """Every metabolite's figures. ``where`` holds the fields that all results of the chapter share."""
    fitted = analysis.fitted
    slopes = fitted.slope_terms
    for term_fit in slopes:
        yield from _tested(fitted, term_fit, {**where, "table": "metabolite_slopes"}, unit)
    for term_fit in fitted.terms:
        if term_fit not in slopes:
            yield from _estimated(fitted, term_fit, {**where, "table": f"metabolite_{term_fit.term.name}s"}, unit)
    for other in analysis.sensitivities:
        yield from _by_other_means(fitted, other, {**where, "table": "metabolite_sensitivity"}, unit)
    for without in analysis.without_cohorts:
        yield from _without(fitted, without, {**where, "table": "metabolite_sensitivity"}, unit)


def what(fitted: Fitted) -> list[dict[str, Any]]:
    """Name and class of every metabolite, as fields of results."""
    classes = fitted.prepared.metabolites["main_class"].to_list()
    return [
        {"what": name, "within": main_class or NO_CLASS}
        for name, main_class in zip(fitted.prepared.names, classes, strict=True)
    ]


def slope_words(term_fit: TermFit) -> str:
    """What a term of slopes is called."""
    if term_fit.term.name == "visit_change":
        return "change at the middle dose"
    return "change of the dose slope" if term_fit.term.name == "dose_slope_change" else "dose slope"


def _tested(fitted: Fitted, term_fit: TermFit, where: dict[str, Any], unit: str) -> Iterator[Result]:
    found, words = term_fit.found, slope_words(term_fit)
    at = {**where, "when": term_fit.term.visit}
    if term_fit.term.problem:
        yield Result(**at, what="all metabolites", statistic=words, unit=unit, warning=term_fit.term.problem)
        return
    parts = (found.estimate, found.lower, found.upper, found.statistic, found.p, term_fit.adjusted_p, term_fit.p_beyond)
    figures = np.column_stack(parts).tolist()
    for place, about in enumerate(what(fitted)):
        estimate, lower, upper, t, p, adjusted, beyond = figures[place]
        if not np.isfinite(p):
            why = fitted.reason(place, term_fit.term)
            yield Result(**at, **about, statistic=words, unit=unit, warning=why)
            continue
        yield Result(
            **at, **about, statistic=words, value=estimate, lower=lower, upper=upper, unit=unit,
            confidence=fitted.certainty, method="moderated_model",
        )  # fmt: skip
        yield Result(**at, **about, statistic="t", value=t, method="moderated_model")
        yield Result(**at, **about, statistic="p", value=p, format="p_value", method="moderated_model")
        yield Result(
            **at, **about, statistic="adjusted p", value=adjusted, format="p_value", method="benjamini_hochberg"
        )
        yield Result(
            **at, **about, statistic="p beyond the minimal change", value=beyond, format="p_value", method="treat"
        )


def _estimated(fitted: Fitted, term_fit: TermFit, where: dict[str, Any], unit: str) -> Iterator[Result]:
    found, words = term_fit.found, slope_words(term_fit)
    own_unit = "log2" if term_fit.term.name == "visit_change" else unit
    at = {**where, "when": term_fit.term.visit}
    if term_fit.term.problem:
        yield Result(**at, what="all metabolites", statistic=words, unit=own_unit, warning=term_fit.term.problem)
        return
    figures = np.column_stack((found.estimate, found.lower, found.upper, term_fit.adjusted_p)).tolist()
    for about, (estimate, lower, upper, adjusted) in zip(what(fitted), figures, strict=True):
        if np.isfinite(adjusted):
            yield Result(
                **at, **about, statistic=words, value=estimate, lower=lower, upper=upper, unit=own_unit,
                confidence=fitted.certainty, method="moderated_model",
            )  # fmt: skip
            yield Result(
                **at, **about, statistic="adjusted p", value=adjusted, format="p_value", method="benjamini_hochberg"
            )


def _by_other_means(fitted: Fitted, other: Sensitivity, where: dict[str, Any], unit: str) -> Iterator[Result]:
    at = {**where, "when": other.term.visit, "statistic": WORDS[other.name], "unit": unit}
    if other.problem:
        yield Result(**at, what="all metabolites", warning=other.problem)
        return
    told = what(fitted)
    for place in np.flatnonzero(np.isfinite(other.estimate)).tolist():
        yield Result(
            **at, **told[place], value=float(other.estimate[place]), lower=float(other.lower[place]),
            upper=float(other.upper[place]), confidence=fitted.certainty, method=METHODS_OF[other.name],
        )  # fmt: skip


def _without(fitted: Fitted, without: WithoutCohorts, where: dict[str, Any], unit: str) -> Iterator[Result]:
    """The lowest and the highest slope with one cohort left out, and which one that is."""
    at = {**where, "when": without.term.visit, "unit": unit, "method": "leave_one_cohort_out"}
    known = np.isfinite(without.estimates)
    for place, about in enumerate(what(fitted)):
        if known[:, place].any():
            lowest, highest = (int(pick(without.estimates[:, place])) for pick in (np.nanargmin, np.nanargmax))
            for words, cohort in (("lowest without one cohort", lowest), ("highest without one cohort", highest)):
                slope = float(without.estimates[cohort, place])
                yield Result(**at, **about, statistic=words, value=slope, text=without.cohorts[cohort])
