"""The slopes by other means: missing values filled or censored, changes within people only, cohorts left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.layout import Term
from firstdose.analysis.metabolism.modelling import Fitted
from firstdose.methods.moderated_model import ModeratedModel, fit_moderated_model, fit_moderated_within_people
from firstdose.methods.person_changes import changes_from_baseline
from firstdose.methods.tobit import fit_censored
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
CENSORED_FROM = 0.10  # share of values below detection above which the censored model is fitted
HALF_MINIMUM, TOBIT = "half_minimum", "tobit"
WITHIN_PEOPLE, CHANGE = "within_people", "change_from_baseline"
NOTHING_MISSING = "no value is missing"
NO_CHANGE = "nobody has samples of two visits"
TWO_BASELINES = "a person has two samples of the first visit"
NOTHING_BELOW = "no metabolite has more than 10 % below detection"


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """A term of every metabolite (G,) by another analysis, NaN where it has none; `problem` if it could not be made."""

    name: str
    term: Term
    estimate: Numbers
    lower: Numbers
    upper: Numbers
    p: Numbers
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class WithoutCohorts:
    """A term's estimates (C, G) with each of the cohorts (C,) left out in turn, NaN where the rest leaves it open."""

    term: Term
    cohorts: tuple[str, ...]
    estimates: Numbers


def sensitivities(fitted: Fitted, plan: Metabolism, censored: Collection[int] | None = None) -> Iterator[Sensitivity]:
    """Every analysis beside the main one, for each term of slopes that can be told at all.

    The censored model, which takes longest, may be limited to some metabolites by their places.
    """
    terms = [each.term for each in fitted.slope_terms if not each.term.problem]
    if not terms:
        return
    yield from _half_minimum(fitted, plan, terms)
    yield from _censored(fitted, terms, censored)
    yield from _within_people(fitted, plan, terms)
    yield from _changes(fitted, plan, terms)


def half_minimum(values: Numbers) -> Numbers:
    """Log2 values with half of a metabolite's smallest in place of what is missing; never for the main model."""
    lowest = np.nanmin(values, axis=0, initial=np.inf) - 1.0
    return np.where(np.isnan(values) & np.isfinite(lowest), lowest, values)


def without_cohorts(fitted: Fitted, plan: Metabolism) -> Iterator[WithoutCohorts]:
    """Each term of slopes without each cohort, correlation and prior estimated anew; nothing with one cohort only."""
    prepared, terms = fitted.prepared, [each.term for each in fitted.slope_terms if not each.term.problem]
    cohorts = sorted(np.unique(prepared.cohorts).tolist(), key=_by_number)
    if len(cohorts) < 2 or not terms:
        return
    found = np.full((len(terms), len(cohorts), prepared.values.shape[1]), np.nan)
    for place, cohort in enumerate(cohorts):
        kept = prepared.cohorts != cohort
        model = fit_moderated_model(
            prepared.values[kept],
            fitted.layout.matrix[kept],
            prepared.subjects[kept],
            moderation=plan.moderation,
        )
        for number, term in enumerate(terms):
            found[number, place] = model.test(term.contrast).estimate
    for number, term in enumerate(terms):
        yield WithoutCohorts(term, tuple(cohorts), found[number])


def _half_minimum(fitted: Fitted, plan: Metabolism, terms: list[Term]) -> Iterator[Sensitivity]:
    prepared = fitted.prepared
    if not np.isnan(prepared.values).any():
        yield from (_nothing(HALF_MINIMUM, fitted, term, NOTHING_MISSING) for term in terms)
        return
    filled = half_minimum(prepared.values)
    model = fit_moderated_model(filled, fitted.layout.matrix, prepared.subjects, moderation=plan.moderation)
    for term in terms:
        yield _moderated(HALF_MINIMUM, model, term, term.contrast, fitted)


def _censored(fitted: Fitted, terms: list[Term], chosen: Collection[int] | None) -> Iterator[Sensitivity]:
    prepared = fitted.prepared
    missing = np.isnan(prepared.values)
    limits, note = prepared.limits, "missing values count as below the limit of detection that was given"
    if limits is None:
        lowest = np.nanmin(prepared.values, axis=0, initial=np.inf)
        limits = np.broadcast_to(np.where(np.isfinite(lowest), lowest, np.nan), prepared.values.shape)
        note = "no limits of detection were given: the smallest value of a metabolite stands for its own"
    below = missing & ~np.isnan(limits)
    places = np.flatnonzero((below.mean(axis=0) > CENSORED_FROM) & fitted.model.fits.usable)
    if chosen is not None:
        places = np.intersect1d(places, sorted(chosen)).astype(np.int64)
    if not len(places):
        yield from (_nothing(TOBIT, fitted, term, NOTHING_BELOW) for term in terms)
        return
    correlation = fitted.model.fits.correlation or 0.0
    model = fit_censored(
        prepared.values[:, places], limits[:, places], fitted.layout.matrix, prepared.subjects, correlation
    )
    for term in terms:
        found = model.test(term.contrast, certainty=fitted.certainty)
        parts = (found.estimate, found.lower, found.upper, found.p)
        whole = np.full((4, prepared.values.shape[1]), np.nan)
        whole[:, places] = parts
        yield Sensitivity(TOBIT, term, whole[0], whole[1], whole[2], whole[3], note)


def _within_people(fitted: Fitted, plan: Metabolism, terms: list[Term]) -> Iterator[Sensitivity]:
    prepared = fitted.prepared
    if len(np.unique(prepared.subjects)) == len(prepared.subjects):
        yield from (_nothing(WITHIN_PEOPLE, fitted, term, NO_CHANGE) for term in terms)
        return
    model = fit_moderated_within_people(
        prepared.values, fitted.layout.matrix, prepared.subjects, moderation=plan.moderation
    )
    for term in terms:
        yield _moderated(WITHIN_PEOPLE, model, term, term.contrast, fitted)


def _changes(fitted: Fitted, plan: Metabolism, terms: list[Term]) -> Iterator[Sensitivity]:
    prepared = fitted.prepared
    first = np.asarray(prepared.visits == prepared.visit_order[0])
    try:
        changes = changes_from_baseline(prepared.values, fitted.layout.matrix, prepared.subjects, first)
    except ValueError:
        yield from (_nothing(CHANGE, fitted, term, TWO_BASELINES) for term in terms)
        return
    wanted = [each for each in terms if each.name == "dose_slope_change"]
    if not len(changes.rows) or not wanted:
        yield from (_nothing(CHANGE, fitted, term, NO_CHANGE) for term in terms)
        return
    model = fit_moderated_model(changes.response, changes.design, changes.person, moderation=plan.moderation)
    for term in wanted:
        contrast = term.contrast[list(changes.columns)]
        if contrast.any():
            yield _moderated(CHANGE, model, term, contrast, fitted)
        else:
            yield _nothing(CHANGE, fitted, term, NO_CHANGE)


def _moderated(
    name: str,
    model: ModeratedModel,
    term: Term,
    contrast: Numbers,
    fitted: Fitted,
) -> Sensitivity:
    found = model.test(contrast, certainty=fitted.certainty)
    parts = [found.estimate, found.lower, found.upper, found.p]
    problem = "" if np.isfinite(found.estimate).any() else "this analysis leaves the term open"
    return Sensitivity(name, term, parts[0], parts[1], parts[2], parts[3], "", problem)


def _nothing(name: str, fitted: Fitted, term: Term, problem: str) -> Sensitivity:
    none = np.full(fitted.prepared.values.shape[1], np.nan)
    return Sensitivity(name, term, none, none, none, none, "", problem)


def _by_number(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return float("inf"), text
