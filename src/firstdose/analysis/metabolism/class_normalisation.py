"""What becomes of the tests of classes when samples are made comparable otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from firstdose.analysis.metabolism.class_tests import ClassFit, class_fits
from firstdose.analysis.metabolism.modelling import Fitted
from firstdose.analysis.metabolism.stable_quotients import ClassBasis, is_normalised, unnormalised
from firstdose.protocol.metabolism import Metabolism

CALLED = 0.05
NormalisationName = Literal["none", "all_metabolites"]
WORDS_OF: dict[NormalisationName, str] = {
    "none": "without normalisation",
    "all_metabolites": "relative to all metabolites",
}


@dataclass(frozen=True, eq=False)
class ClassesBeside:
    """The classes with other factors, in the order of the main ones."""

    name: NormalisationName
    classes: tuple[ClassFit, ...]


def classes_beside(fitted: Fitted, basis: ClassBasis, plan: Metabolism, seed: int) -> tuple[ClassesBeside, ...]:
    """The classes without normalisation, and with the quotients of all metabolites; only what is not the main one.

    Nothing where the values were not normalised to begin with. The arrangements of doses are those of the main tests.
    """
    if not is_normalised(fitted.prepared):
        return ()
    found = []
    if is_normalised(basis.fitted.prepared):
        found.append(ClassesBeside("none", class_fits(unnormalised(fitted, plan), plan, seed)))
    if not np.allclose(basis.fitted.prepared.factors, fitted.prepared.factors, rtol=1e-9, atol=0):
        found.append(ClassesBeside("all_metabolites", class_fits(fitted, plan, seed)))
    return tuple(found)


def what_normalisation_changes(number: int, main: ClassFit, beside: Sequence[ClassesBeside]) -> str:
    """Whether the answer on a class, by its number among the classes, rests on how samples were made comparable.

    "" if not: neither whether p by permutation is below 5 % nor, where it is, the sign of the slope changes. As where
    classes are called, p is adjusted for the classes of the visit, save that of the primary test.
    """
    told = []
    words = "p" if main.is_primary else "adjusted p"
    for each in beside:
        other = each.classes[number]
        if main.permutation is None or other.permutation is None:
            continue
        p, p_there = _p_of(main), _p_of(other)
        called, called_there = p < CALLED, p_there < CALLED
        if called != called_there:
            result = "it is called" if called_there else "it is not called"
            told.append(f"{WORDS_OF[each.name]} {result} ({words} {p_there:.2g})")
        elif called and np.sign(main.slope) != np.sign(other.slope):
            told.append(f"{WORDS_OF[each.name]} its slope has the other sign ({other.slope:.2f})")
    return f"the answer rests on the normalisation: {'; '.join(told)}" if told else ""


def _p_of(found: ClassFit) -> float:
    """The p by which a class is called."""
    if found.is_primary and found.permutation is not None:
        return found.permutation.p_doubled
    return found.adjusted_p
