"""Values for the tests of classes: divided by the quotients of metabolites that do not seem to change with dose.

Where many metabolites rise, the median quotient of all of them rises too, and the others seem to fall: a class without
any change is then called often. So the primary class, and every class with a sign of a slope, are no reference; nor
are metabolites without a class, all of them if they show a sign together, else those that show one singly. The signs
are looked for in values levelled by the densest half of the quotients, which a minority of changes draws along less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.class_tests import permuted_classes
from firstdose.analysis.metabolism.modelling import Fitted, fit
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.sample_factors import FEWEST
from firstdose.methods.normalisation import densest_levels, quotient_factors
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
SIGN_OF_SLOPE = 0.10
"""p by permutation up to which a class is no reference; a stricter one leaves changing classes among the reference.

Up to the same p, of its moderated t, a metabolite without a class is none either.
"""
ARRANGEMENTS = 199
WITHOUT_CLASS = "metabolites without a class"


@dataclass(frozen=True, eq=False)
class ClassBasis:
    """The model that the tests of classes are made of. `left_out` are the classes that are no reference, `reference`
    counts the metabolites that are; both are empty where nothing is normalised. `without_class` counts the metabolites
    without a class that are no reference. `note` says what was done.
    """

    fitted: Fitted
    left_out: tuple[str, ...]
    reference: int
    note: str
    without_class: int = 0


def class_basis(fitted: Fitted, plan: Metabolism, seed: int) -> ClassBasis:
    """The model with values divided by the quotients of stable metabolites, or without, if fewer than 20 are left.

    Values that were not normalised stay as they are. The same seed gives the same reference.
    """
    prepared = fitted.prepared
    if not is_normalised(prepared):
        return ClassBasis(fitted, (), 0, "")
    changing, unknown = _changing(fitted, plan, seed)
    changed = {place for name in changing for place in prepared.classes[name]} | unknown
    reference = [place for place in range(prepared.values.shape[1]) if place not in changed]
    names = _outside(prepared, changing, len(unknown))
    factors = _factors(prepared, reference)
    if factors is None:
        outside = f"outside {names} " if names else ""
        plain = f"classes are tested without normalisation: {outside}too few metabolites are left as a reference"
        return ClassBasis(unnormalised(fitted, plan), changing, 0, plain, len(unknown))
    told = f"classes are tested relative to {len(reference)} metabolites outside {names}"
    if not names:
        told = f"classes are tested relative to all {len(reference)} metabolites: none showed a sign of a slope"
    return ClassBasis(_refitted(fitted, plan, factors), changing, len(reference), told, len(unknown))


def _outside(prepared: Prepared, changing: tuple[str, ...], unknown: int) -> str:
    """What is no reference, in words; "" if everything is."""
    of = len(_without_class(prepared))
    told = [each.replace("_", " ") for each in changing]
    if unknown:
        some = f"{'all' if unknown == of else unknown} of the {of} {WITHOUT_CLASS}"
        told.append("the one metabolite without a class" if of == 1 else some)
    return " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))


def is_normalised(prepared: Prepared) -> bool:
    """Whether the values were divided by factors of their samples."""
    return bool((prepared.factors != 1).any())


def unnormalised(fitted: Fitted, plan: Metabolism) -> Fitted:
    """The same model of the values as they were measured."""
    return _refitted(fitted, plan, np.ones(len(fitted.prepared.samples)))


def _refitted(fitted: Fitted, plan: Metabolism, factors: Numbers) -> Fitted:
    return fit(with_factors(fitted.prepared, factors), plan, fitted.certainty)


def with_factors(prepared: Prepared, factors: Numbers) -> Prepared:
    """The same samples divided by other factors (N,)."""
    shift = np.log2(prepared.factors / factors)[:, None]
    limits = None if prepared.limits is None else prepared.limits + shift
    return replace(prepared, values=prepared.values + shift, factors=factors, limits=limits)


def _changing(fitted: Fitted, plan: Metabolism, seed: int) -> tuple[tuple[str, ...], set[int]]:
    """The primary class, and those with a sign of a slope at any visit, in the order of their names; and the places of
    the metabolites without a class that are no reference.

    Those without a class count as one more class. If that shows no sign, each of them is judged by itself: some may
    change among many that do not, or some rise and others fall.
    """
    prepared = fitted.prepared
    raw = with_factors(prepared, np.ones(len(prepared.samples)))
    levelled = _refitted(fitted, plan, np.exp2(densest_levels(raw.values)))
    unknown = _without_class(prepared)
    judged = {**prepared.classes, WITHOUT_CLASS: unknown}
    found: set[str] = {name for name in prepared.classes if name == plan.primary_class}
    alone: set[int] = set()
    for number, each in enumerate(levelled.slope_terms):
        tests, _ = permuted_classes(levelled, plan, each.term, judged, seed=seed + number, arrangements=ARRANGEMENTS)
        found |= {name for name, test in tests.items() if test.p_doubled <= SIGN_OF_SLOPE}
        alone |= {place for place in unknown if each.found.p[place] <= SIGN_OF_SLOPE}
    changed = set(unknown) if WITHOUT_CLASS in found else alone
    return tuple(sorted(found - {WITHOUT_CLASS})), changed


def _without_class(prepared: Prepared) -> list[int]:
    """The places of the metabolites whose class is not known."""
    return [place for place, name in enumerate(prepared.metabolites["main_class"].to_list()) if name is None]


def _factors(prepared: Prepared, reference: list[int]) -> Numbers | None:
    """Quotient factors (N,) of some metabolites; None where they or what is known of them are too few."""
    if len(reference) < FEWEST:
        return None
    raw = prepared.values[:, reference] + np.log2(prepared.factors)[:, None]
    if ((~np.isnan(raw)).sum(axis=1) < FEWEST // 2).any():
        return None
    return quotient_factors(np.exp2(raw - np.nanmedian(raw)))
