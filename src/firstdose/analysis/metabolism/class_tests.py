"""Does a class change with dose? Its mean slope with an interval; permutation of doses first, rotation second."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.layout import Term
from firstdose.analysis.metabolism.modelling import Fitted, TermFit
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.methods.class_permutation import ClassTest, permute_doses
from firstdose.methods.false_discovery import benjamini_hochberg
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_model import ModeratedModel, fit_moderated_model
from firstdose.methods.rotation import RotationTest, rotate_classes
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
NO_MEMBER = "no metabolite of the class can be tested"
INCOMPLETE = "every metabolite of the class has missing values, which cannot be rotated"


@dataclass(frozen=True, eq=False)
class ClassFit:
    """A class at a visit. mean_slope is the mean of its metabolites' slopes; slope, lower, upper, t and p are those of
    the mean of its metabolites, each less its own mean, as one response with its own correlation within people.

    permutation and rotation are None where they could not be made; `problem` and `rotation_problem` say why.
    adjusted_p is p of the permutation adjusted over the classes of this visit.
    """

    name: str
    term: Term
    is_primary: bool
    members: tuple[int, ...]
    mean_slope: float
    slope: float
    lower: float
    upper: float
    t: float
    p: float
    degrees_of_freedom: float
    permutation: ClassTest | None
    adjusted_p: float
    rotation: RotationTest | None
    problem: str
    rotation_problem: str


def class_fits(fitted: Fitted, plan: Metabolism, seed: int) -> tuple[ClassFit, ...]:
    """Every class at every visit of the slopes, in the order of visits and names. One seed gives one answer."""
    visit = primary_visit(fitted, plan)
    model_of = cache(partial(_class_model, fitted))
    return tuple(
        each
        for number, term_fit in enumerate(fitted.slope_terms)
        for each in _at_visit(fitted, plan, term_fit, visit, seed + 2 * number, model_of)
    )


def primary_visit(fitted: Fitted, plan: Metabolism) -> str:
    """The visit of the primary test: the plan's, else the last one."""
    return plan.primary_visit or fitted.prepared.visit_order[-1]


def class_scores(prepared: Prepared, places: list[int]) -> Numbers:
    """The mean over metabolites of a class, each less its own mean, in every sample (N,); NaN without any value."""
    values = prepared.values[:, places]
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    centred = values - np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    here = known.sum(axis=1)
    total = np.where(known, centred, 0.0).sum(axis=1)
    return np.where(here > 0, total / np.maximum(here, 1), np.nan)


def _at_visit(
    fitted: Fitted,
    plan: Metabolism,
    term_fit: TermFit,
    visit: str,
    seed: int,
    model_of: Callable[[tuple[int, ...]], ModeratedModel],
) -> Iterator[ClassFit]:
    term, prepared = term_fit.term, fitted.prepared
    usable = np.isfinite(term_fit.found.p)
    members = {name: [at for at in places if usable[at]] for name, places in prepared.classes.items()}
    tested = {name: places for name, places in members.items() if places}
    permuted, problem = permuted_classes(fitted, plan, term, tested, seed=seed, arrangements=plan.permutations)
    rotated, rotation_problem = _rotated(fitted, plan, term, tested, seed + 1)
    p = np.array([permuted[name].p_doubled if name in permuted else np.nan for name in members])
    adjusted = benjamini_hochberg(p)
    for number, (name, places) in enumerate(members.items()):
        slope = _slope(fitted, term, model_of(tuple(places))) if places and not term.problem else (np.nan,) * 6
        untested = term.problem or ("" if places else NO_MEMBER)
        yield ClassFit(
            name,
            term,
            name == plan.primary_class and term.visit == visit,
            tuple(places),
            float(term_fit.found.estimate[places].mean()) if places else float("nan"),
            *slope,
            permuted.get(name),
            float(adjusted[number]),
            rotated.get(name),
            untested or problem,
            untested or rotation_problem or ("" if name in rotated else INCOMPLETE),
        )


def permuted_classes(
    fitted: Fitted, plan: Metabolism, term: Term, classes: Mapping[str, list[int]], *, seed: int, arrangements: int
) -> tuple[dict[str, ClassTest], str]:
    """The test of each class that can be tested, by permutation of doses; and why none can be, else ""."""
    if term.problem or not classes:
        return {}, term.problem
    fixed = fitted.layout.design.fixed.shape[1]
    try:
        found = permute_doses(
            fitted.prepared.values,
            fitted.layout.design,
            fitted.prepared.subjects,
            int(np.flatnonzero(term.contrast)[-1]) - fixed,
            classes,
            seed=seed,
            permutations=arrangements,
            moderation=plan.moderation,
            model=fitted.model,
        )
    except NotEstimable as error:
        return {}, str(error)
    return found, ""


def _rotated(
    fitted: Fitted, plan: Metabolism, term: Term, classes: dict[str, list[int]], seed: int
) -> tuple[dict[str, RotationTest], str]:
    if term.problem or not classes:
        return {}, term.problem
    try:
        return rotate_classes(fitted.model, term.contrast, classes, seed=seed, rotations=plan.rotations), ""
    except NotEstimable as error:
        return {}, str(error)


def _class_model(fitted: Fitted, places: tuple[int, ...]) -> ModeratedModel:
    """The mean of the metabolites at these places as one response; every visit's slope is read from it."""
    score = class_scores(fitted.prepared, list(places))[:, None]
    return fit_moderated_model(score, fitted.layout.matrix, fitted.prepared.subjects)


def _slope(fitted: Fitted, term: Term, model: ModeratedModel) -> tuple[float, float, float, float, float, float]:
    """Slope of the class with its interval, t, p and degrees of freedom."""
    found = model.test(term.contrast, certainty=fitted.certainty)
    estimate, lower, upper, t, p, free = (
        float(part[0])
        for part in (found.estimate, found.lower, found.upper, found.statistic, found.p, found.degrees_of_freedom)
    )
    return estimate, lower, upper, t, p, free
